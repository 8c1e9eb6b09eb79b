"""What the charter is asked about, and what it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from candor_common.events import Category, Channel, Grade, Kind, Lane, Level, Priority
from candor_common.working_time import Calendar, Pause, Target, due


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
    lead: str | None = None
    """Who has what comes in while nobody is on shift."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works on incidents."""

    name: str
    teams: tuple[str, ...]
    """Ids."""
    level: Level | None
    """The highest that they work on; nothing: whatever their teams have."""
    contact: str | None
    shift: Calendar


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
    unsure: bool = False
    """True when no rule spoke, or when another that is as strong would have decided otherwise."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Within which time something is promised, and on which calendar that time counts."""

    target: Target
    calendar: Calendar
    """Always open where the target is clock time, so that whatever is counted on it is right."""
    calendar_name: str
    """As in the charter; `always` for clock time."""

    def due(self, start: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """When the target is used up, in UTC. Raises ValueError as `working_time.add` does."""
        return due(self.calendar, start, self.target, pauses)
