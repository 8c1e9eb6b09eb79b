"""The commands by which people work on an incident. Each is a pure step; each raises Refused when it is not allowed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from candor_common.charter import Team
from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    HelpAsked,
    Incident,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentEscalated,
    IncidentResumed,
    IncidentStatus,
    IncidentUpdated,
    Plan,
    PlanMade,
    Priority,
    PriorityChanged,
    Question,
    Update,
    WorkaroundGiven,
)
from candor_triage.domain.life import Change, begun, looked_at, permitted, refused, shown, step
from candor_triage.domain.rules import Command, Who

LONGEST_SILENCE = timedelta(days=30)
"""How far ahead the next word may be promised at most."""
LONGEST_ESTIMATE = timedelta(days=366)
"""How far ahead it may be said to work again at most."""


@dataclass(frozen=True, slots=True)
class Estimation:
    """When a person thinks that it will work again. `late` admits that the date given before has passed."""

    fixed_by: datetime
    reason: str
    late: bool = False


def acknowledge(incident: Incident, by: str, now: datetime) -> Change:
    """A person takes the incident and owns it from now on."""
    status = permitted(incident, "acknowledge", by)
    after = step(incident, by, status=status, **begun(incident, by, now) | {"owner": by})
    return Change(after, IncidentAcknowledged(incident=after, by=by))


def assign(
    incident: Incident, by: str, owner: str | None, team: Team | None = None, reason: str | None = None
) -> Change:
    """Somebody else has it from now on: a person, a team, or a person of a team. At a team nobody owns it yet."""
    status = permitted(incident, "assign", by)
    to_team, level = (team.id, team.level) if team else (incident.team, incident.level)
    if (owner, to_team) == (incident.owner, incident.team) or (owner is None and team is None):
        raise refused(incident, "assign", f"{incident.owner or incident.team} has it already")
    if owner is None and status is IncidentStatus.ASSIGNED:
        status = _not_begun(incident)
    given = {"owner": owner, "team": to_team, "level": level} | looked_at(incident, by)
    after = step(incident, by, status=status, **given)
    fact = IncidentAssigned(
        incident=after,
        by=by,
        previous_owner=incident.owner,
        previous_team=incident.team,
        previous_level=incident.level,
        reason=reason,
    )
    return Change(after, fact)


def escalate(incident: Incident, by: str, to: Team | None, reason: str, owner: str | None = None) -> Change:
    """A team of a higher level has it from now on; `to` is nothing when the charter has none above."""
    status = permitted(incident, "escalate", by)
    if to is None:
        raise refused(incident, "escalate", f"the charter has no team above {incident.level}; ask for `help`")
    if to.level <= incident.level:
        raise refused(incident, "escalate", f"{to.name} is {to.level}, which is not above {incident.level}")
    if owner is not None and status in (IncidentStatus.OPEN, IncidentStatus.REOPENED):
        status = IncidentStatus.ASSIGNED
    given = {"level": to.level, "team": to.id, "owner": owner} | looked_at(incident, by)
    after = step(incident, by, status=status, **given)
    fact = IncidentEscalated(
        incident=after, by=by, previous_level=incident.level, previous_team=incident.team, reason=reason
    )
    return Change(after, fact)


def ask_for_help(incident: Incident, by: str, second: str, reason: str) -> Change:
    """A second person helps; the owner stays the owner."""
    permitted(incident, "help", by)
    if second in (incident.owner, incident.second):
        raise refused(incident, "help", f"{second} is there already")
    after = step(incident, by, second=second)
    return Change(after, HelpAsked(incident=after, by=by, reason=reason))


def ask(incident: Incident, by: str, question: str, now: datetime) -> Change:
    """The customer is asked something, and has the word until they answer."""
    status = permitted(incident, "ask", by)
    asked = Question(text=question, asked_at=now)
    after = step(incident, by, status=status, question=asked, **begun(incident, by, now))
    return Change(after, CustomerAsked(incident=after, by=by))


def resume(incident: Incident, by: str, who: Who | None = None) -> Change:
    """The customer has answered, or work goes on without the answer."""
    status = permitted(incident, "resume", by, who)
    if incident.workaround is not None:
        status = IncidentStatus.WORKAROUND
    elif incident.owner is None:
        status = IncidentStatus.OPEN
    after = step(incident, by, status=status, question=None)
    return Change(after, IncidentResumed(incident=after, by=by))


def update(incident: Incident, by: str, words: Update, now: datetime) -> Change:
    """Tell the customer something; takes the incident where nobody has.

    `words.next_by`, when given, must be aware, later than now and at most 30 days ahead.
    """
    status = permitted(incident, "update", by)
    next_by = words.next_by
    if next_by is not None:
        next_by = _ahead(incident, "update", "next_by", next_by, (now, LONGEST_SILENCE))
    told = words.model_copy(update={"next_by": next_by})
    after = step(incident, by, status=status, last_update=told, **begun(incident, by, now))
    return Change(after, IncidentUpdated(incident=after, by=by, update=told))


def plan(incident: Incident, by: str, made: Plan, now: datetime) -> Change:
    """How it is to be solved; a later plan replaces it."""
    status = permitted(incident, "plan", by)
    after = step(incident, by, status=status, plan=made, **begun(incident, by, now))
    return Change(after, PlanMade(incident=after, by=by, plan=made))


def estimate(incident: Incident, by: str, given: Estimation, now: datetime) -> Change:
    """Say when it will work again, or move that date before it passes; who moves it afterwards must say so.

    `given.fixed_by` must be aware, later than now and at most 366 days ahead.
    """
    status = permitted(incident, "estimate", by)
    previous = incident.estimate
    fixed_by = _ahead(incident, "estimate", "fixed_by", given.fixed_by, (now, LONGEST_ESTIMATE))
    if previous and previous.fixed_by == fixed_by:
        raise refused(incident, "estimate", f"{shown(fixed_by)} is what was said before")
    if previous and previous.fixed_by <= now and not given.late:
        why = f"{shown(previous.fixed_by)}, which was said before, has passed; say so with `late`"
        raise refused(incident, "estimate", why)
    said = Estimate(fixed_by=fixed_by, reason=given.reason, given_at=now)
    after = step(incident, by, status=status, estimate=said, **begun(incident, by, now))
    return Change(after, EstimateGiven(incident=after, by=by, previous=previous))


def give_workaround(incident: Incident, by: str, words: str, now: datetime) -> Change:
    """The customer can go on while the fault stands."""
    status = permitted(incident, "workaround", by)
    after = step(incident, by, status=status, workaround=words, **begun(incident, by, now))
    return Change(after, WorkaroundGiven(incident=after, by=by))


def change_priority(incident: Incident, by: str, to: Priority, reason: str) -> Change:
    """It is more or less urgent than was thought."""
    permitted(incident, "priority", by)
    if to is incident.priority:
        raise refused(incident, "priority", f"it is {to} already")
    after = step(incident, by, priority=to, **looked_at(incident, by))
    return Change(after, PriorityChanged(incident=after, by=by, previous=incident.priority, reason=reason))


def _not_begun(incident: Incident) -> IncidentStatus:
    """Nobody has it: as after the opening, or still as after the reopening."""
    reopened = incident.status is IncidentStatus.REOPENED
    return IncidentStatus.REOPENED if reopened else IncidentStatus.OPEN


def _ahead(
    incident: Incident, command: Command, name: str, moment: datetime, within: tuple[datetime, timedelta]
) -> datetime:
    """A time in UTC that is later than now and not too far ahead."""
    now, longest = within
    if now < moment <= now + longest:
        return moment.astimezone(UTC)
    wrong = "is not in the future" if moment <= now else f"is more than {longest.days} days ahead"
    why = f"`{name}` {wrong}; name a time after {now:%Y-%m-%d %H:%M} and up to {shown(now + longest)}"
    raise refused(incident, command, why)
