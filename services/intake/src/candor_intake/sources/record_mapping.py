"""Where a telephone exchange writes what in its call records: data, so that each exchange can have its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from candor_intake.domain.inbound import BadPayload, Malformed
from candor_intake.sources.json_body import load

TARGETS = frozenset(
    {
        "id",
        "caller",
        "caller_name",
        "called",
        "status",
        "direction",
        "started",
        "seconds",
        "recording",
        "text",
    }
)
REQUIRED = ("id", "caller")
MISSED = frozenset(
    {"no answer", "no answered", "noanswer", "busy", "failed", "congestion", "missed", "cancel", "cancelled"}
)
_MOST_STEPS = 10
_PATH = re.compile(r"[^.\s\x00-\x1f]{1,100}(?:\.[^.\s\x00-\x1f]{1,100})*")


class BadMapping(ValueError):
    """A mapping can't be used. Every fault is named, each with what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """Which part of a record means what; made by `of`, which checks it."""

    paths: Mapping[str, str]
    """From a target like `caller` to a path like `data.caller.number`; a step into a list is its number from 0.
    A step into words takes them for JSON, as some exchanges pack their records."""
    incoming: frozenset[str] = frozenset()
    """What the direction of calls that came in may be, in lower case; empty when all records are of such calls."""
    missed: frozenset[str] = field(default=MISSED)
    """What the status of calls that nobody took may be, in lower case."""

    @classmethod
    def of(
        cls,
        paths: Mapping[str, str],
        *,
        incoming: frozenset[str] = frozenset(),
        missed: frozenset[str] = MISSED,
    ) -> Self:
        """The mapping. Raises BadMapping with all that is wrong."""
        faults = list(_faults(paths))
        if incoming and "direction" not in paths:
            faults.append("`incoming` compares the direction: say where it stands, as `direction`.")
        if faults:
            raise BadMapping(faults)
        return cls(dict(paths), _lower(incoming), _lower(missed))

    def value(self, record: object, target: str) -> object:
        """What a record says about a target, or nothing."""
        path = self.paths.get(target)
        current = record if path else None
        for step in path.split(".") if path else ():
            current = _within(current, step)
        return current


def _faults(paths: Mapping[str, str]) -> list[str]:
    known = ", ".join(sorted(TARGETS))
    unknown = [
        f"`{name}` is nothing that a call has; use {known}." for name in sorted(paths.keys() - TARGETS)
    ]
    missing = [f"`{name}` is missing: say where the record has it." for name in REQUIRED if name not in paths]
    wrong = [
        f"`{name}`: “{path}” is no path; write names and full stops, like `data.caller.number`."
        for name, path in sorted(paths.items())
        if not _PATH.fullmatch(path) or path.count(".") >= _MOST_STEPS
    ]
    return [*unknown, *missing, *wrong]


def _lower(values: frozenset[str]) -> frozenset[str]:
    return frozenset(one.casefold() for one in values)


def _within(value: object, step: str) -> object:
    if isinstance(value, str):
        value = _unpacked(value)
    if isinstance(value, list):
        return value[int(step)] if step.isascii() and step.isdigit() and int(step) < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _unpacked(text: str) -> object:
    try:
        return load(text.encode("utf-8", "replace"))
    except (BadPayload, Malformed):
        return None
