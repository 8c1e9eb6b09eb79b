"""The people of a charter: who works in which teams, up to which level, and when; and to whom teams hand on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from candor_common.charter.calendars import ALWAYS
from candor_common.charter.facts import Person, Team
from candor_common.charter.problems import Complaint, refusal
from candor_common.charter.section import Section
from candor_common.charter.values import CalendarName, KnownLevel, Name, PersonName, Some, TeamId
from candor_common.events import Level
from candor_common.working_time import Calendar, next_opening

RESERVED = ("charter", "signal")
"""What the record calls those who act and are no people."""


def _no_reserved_name(value: str) -> str:
    if value.casefold() in RESERVED:
        wrong = f"`{value}` is what the record calls something that is no person"
        raise refusal(wrong, "Write the name that colleagues know")
    return value


PersonId = Annotated[Name, AfterValidator(_no_reserved_name)]
Contacts = Annotated[str, StringConstraints(min_length=1, max_length=600)]
"""Addresses with commas between them; `contacts` reads them."""


class TeamEntry(Section):
    """A team; its id is its key."""

    name: Name
    level: KnownLevel
    lead: PersonName | None = None
    """Who has what comes in while nobody is on shift."""
    escalates_to: TeamId | None = None
    """Nothing: the first team of the next level."""
    contact: Contacts | None = None
    """Where a nudge goes that finds no contact of the incident's owner."""


class PersonEntry(Section):
    """Somebody who works on incidents; the name by which they sign is the key."""

    teams: Some[TeamId]
    level: KnownLevel | None = None
    """The highest that they work on. Nothing: whatever their teams have."""
    contact: Contacts | None = None
    shift: CalendarName | None = None
    """Nothing: the calendar of the charter."""


def person(name: str, entry: PersonEntry, calendars: Mapping[str, Calendar], default: str | None) -> Person:
    """Somebody, with the calendar of their shifts."""
    shift = calendars[entry.shift or default or ALWAYS]
    return Person(name, entry.teams, entry.level, entry.contact, shift)


def is_on_shift(one: Person, moment: datetime) -> bool:
    """Whether they work at an aware moment."""
    return next_opening(one.shift, moment) == moment


def team(id: str, entry: TeamEntry) -> Team:
    """A team as services see it."""
    return Team(id, entry.name, entry.level, entry.lead)


def above(teams: Mapping[str, TeamEntry], id: str | None, level: Level) -> Team | None:
    """Who takes over what a team of a level can't solve; nothing when nobody is above it."""
    own = teams.get(id or "")
    if own is not None and own.escalates_to is not None:
        return team(own.escalates_to, teams[own.escalates_to])
    higher = [(one.level, name) for name, one in teams.items() if one.level > level]
    found = min(higher, key=lambda one: one[0], default=None)
    return team(found[1], teams[found[1]]) if found else None


def team_complaints(teams: Mapping[str, TeamEntry]) -> Iterator[Complaint]:
    """What is wrong with teams that are sound one by one."""
    for id, entry in teams.items():
        to = teams.get(entry.escalates_to or "")
        if to is not None and to.level <= entry.level:
            wrong = f"`{entry.escalates_to}` is {to.level}, which is not above {entry.level}"
            yield Complaint(wrong, "Name a team of a higher level, or take it out", (id, "escalates_to"))


def unheard(teams: Mapping[str, TeamEntry], people: Mapping[str, PersonEntry]) -> list[str]:
    """What an operator should know of the teams that nobody stands for, in one sentence if there are any."""
    found = [id for id, one in teams.items() if not (one.lead or one.contact or _is_staffed(id, one, people))]
    if not found:
        return []
    mend = "name `people` who work there on its level, a `lead`, or at least a `contact`"
    return [f"nobody is given what comes in for {', '.join(found)}, and nobody is reminded of it: {mend}"]


def _is_staffed(id: str, entry: TeamEntry, people: Mapping[str, PersonEntry]) -> bool:
    return any(id in one.teams and (one.level is None or one.level >= entry.level) for one in people.values())
