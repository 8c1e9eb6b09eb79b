"""Who gets an incident that nobody has: somebody of its team who is on shift, the one with the least to do.

When nobody is on shift the lead has it meanwhile, and somebody is looked for again when the next shift begins, unless a
person has done something about it by then. What is opened again goes back to its owner, unless they are not on shift.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from candor_common.charter import Charter, Person
from candor_common.events import (
    Incident,
    IncidentLinked,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentVerified,
    PriorityChanged,
    RequestJoined,
)
from candor_common.working_time import next_opening
from candor_triage.domain.life import CHARTER, SIGNAL, Change, Told
from candor_triage.domain.rules import ACTIVE
from candor_triage.domain.work import assign

_LEAVES_IT_WHERE_IT_IS = (
    IncidentOpened,
    RequestJoined,
    PriorityChanged,
    IncidentLinked,
    IncidentResumed,
    IncidentVerified,
    IncidentReopened,
)


@dataclass(frozen=True, slots=True)
class Rota:
    """Who is there at a moment, and how many open incidents everybody has."""

    now: datetime
    on_shift: Collection[str]
    load: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Given:
    """Who has it now, if anybody, and what the team is to know about that."""

    change: Change | None = None
    warning: str | None = None
    look_at: datetime | None = None
    """When somebody is looked for again; nothing when that is not needed, or when nobody has a shift ahead."""


def needs_owner(incident: Incident) -> bool:
    """Whether somebody is to be found for it."""
    return incident.owner is None and incident.status in ACTIVE


def choose_owner(
    people: Sequence[Person], on_shift: Collection[str], load: Mapping[str, int], incident: Incident
) -> str | None:
    """Of the people of its team who work on its level and are on shift, the one with the fewest open incidents.

    Among equals the first of the charter; nobody when none is on shift.
    """
    fit = [one.name for one in people if one.name in on_shift and _fits(one, incident)]
    return min(fit, key=lambda name: load.get(name, 0), default=None)


def give(incident: Incident, charter: Charter, rota: Rota) -> Given:
    """Give an incident that nobody has to somebody; when nobody is on shift, to the lead of its team, with a warning."""
    name = choose_owner(charter.people, rota.on_shift, rota.load, incident)
    if name is not None:
        return Given(assign(incident, CHARTER, name))
    again, team = next_shift(charter.people, incident, rota.now), charter.team(incident.team)
    absent = f"of {team.name if team else incident.team} is there"
    if team is None or team.lead is None:
        warning = f"Nobody on shift: nobody {absent}, and it has no lead to fall back on"
        return Given(warning=warning, look_at=again)
    change = assign(incident, CHARTER, team.lead, reason=f"Nobody {absent}.")
    return Given(change, f"Nobody on shift: nobody {absent}, so {team.lead} has it", again)


def give_again(incident: Incident, charter: Charter, rota: Rota) -> Given:
    """Look for somebody on shift once more, for what nobody has or the lead has meanwhile; who solved it before and
    is back keeps it."""
    if incident.status not in ACTIVE or (incident.reopened and incident.owner in rota.on_shift):
        return Given()
    name = choose_owner(charter.people, rota.on_shift, rota.load, incident)
    if name is None:
        return Given(look_at=next_shift(charter.people, incident, rota.now))
    if name == incident.owner:
        return Given()
    had = f"{incident.owner} had it" if incident.owner else "nobody had it"
    reason = f"{name} is on shift now; until then {had}, as nobody of the team was there."
    return Given(assign(incident, CHARTER, name, reason=reason))


def relieve(incident: Incident, charter: Charter, rota: Rota) -> Given:
    """Give what was opened again to somebody on shift while its owner is not; when nobody is, the owner keeps it, with
    a warning. A team without people stays as it is."""
    owner, people = incident.owner, [one for one in charter.people if _fits(one, incident)]
    if owner in rota.on_shift or not people:
        return Given()
    name = choose_owner(people, rota.on_shift, rota.load, incident)
    if name is not None:
        known = any(one.name == owner for one in charter.people)
        away = "is not on shift" if known else "is no longer in the charter"
        return Given(assign(incident, CHARTER, name, reason=f"It was opened again, and {owner} {away}."))
    team, again = charter.team(incident.team), next_shift(people, incident, rota.now)
    absent = f"nobody of {team.name if team else incident.team} is there"
    return Given(None, f"Nobody on shift: {absent}, so {owner} keeps it", again)


def next_shift(people: Sequence[Person], incident: Incident, now: datetime) -> datetime | None:
    """When the next shift of somebody begins who could have it; nothing when nobody works on such incidents any more."""
    ahead = (_opening(one, now) for one in people if _fits(one, incident))
    return min((one for one in ahead if one), default=None)


def ends_search(fact: Told) -> bool:
    """Whether nobody is looked for any more: somebody has it by a decision or works on it, or there is nothing to do."""
    match fact:
        case IncidentResolved(by=by):
            return by != SIGNAL
    return not isinstance(fact, _LEAVES_IT_WHERE_IT_IS)


def _opening(one: Person, now: datetime) -> datetime | None:
    try:
        return next_opening(one.shift, now)
    except ValueError:
        return None


def _fits(one: Person, incident: Incident) -> bool:
    return incident.team in one.teams and (one.level is None or incident.level <= one.level)
