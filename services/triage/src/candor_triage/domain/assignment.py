"""Who gets an incident that nobody has: somebody of its team who is on shift, the one with the least to do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from candor_common.charter import Charter, Person
from candor_common.events import Incident
from candor_triage.domain.life import CHARTER, Change
from candor_triage.domain.rules import ACTIVE
from candor_triage.domain.work import assign


@dataclass(frozen=True, slots=True)
class Given:
    """Who has it now, if anybody, and what the team is to know about that."""

    change: Change | None = None
    warning: str | None = None


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


def give(incident: Incident, charter: Charter, on_shift: Collection[str], load: Mapping[str, int]) -> Given:
    """Give an incident that nobody has to somebody; when nobody is on shift, to the lead of its team, with a warning."""
    name = choose_owner(charter.people, on_shift, load, incident)
    if name is not None:
        return Given(assign(incident, CHARTER, name))
    team = charter.team(incident.team)
    called = team.name if team else incident.team
    if team is None or team.lead is None:
        return Given(
            warning=f"Nobody on shift: nobody of {called} is there, and it has no lead to fall back on"
        )
    warning = f"Nobody on shift: nobody of {called} is there, so {team.lead} has it"
    return Given(assign(incident, CHARTER, team.lead), warning)


def _fits(one: Person, incident: Incident) -> bool:
    return incident.team in one.teams and (one.level is None or incident.level <= one.level)
