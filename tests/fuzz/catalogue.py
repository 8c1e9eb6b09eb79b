"""All parsers by name."""

from collections.abc import Mapping

from tests.fuzz.doors import DOOR_TARGETS
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

ALL: Mapping[str, Target] = {one.name: one for one in (*TARGETS, *DOOR_TARGETS)}
