"""What the charter is asked about, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from candor_common.events import Category, Channel, Grade, Kind, Lane, Level, Priority


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a request when it has to be classified."""

    subject_line: str
    text: str
    channel: Channel
    severity: str = ""
    """As the monitoring names it; empty for requests of people."""
    urgent: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    is_signal: bool = False
    """True when a machine reports."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who incidents are given to."""

    id: str
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Classification:
    """What a request is, how much it matters and who gets it."""

    kind: Kind
    category: Category | None
    impact: Grade
    urgency: Grade
    priority: Priority
    lane: Lane
    level: Level
    team: str
    """The id of the team."""
    reason: str
    """The rule and what it matched. Quotes the charter only, never the request."""
