"""Whatever happens to an incident in whatever order, its life makes sense."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Incident, IncidentStatus, Update
from candor_triage.domain.incident import (
    CHARTER,
    SIGNAL,
    Change,
    Refused,
    acknowledge,
    allowed,
    close,
    join,
    reopen,
    resolve,
    update,
)
from tests.unit.triage.builders import FIXED, NOON, a_reply, an_incident

# Written out by hand, not read from the module: what may follow what.
LEGAL = {
    ("open", "acknowledge"): "in_progress",
    ("open", "update"): "in_progress",
    ("open", "resolve"): "resolved",
    ("in_progress", "update"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "open",
    ("closed", "reopen"): "open",
}


@dataclass(frozen=True)
class Step:
    command: str
    by: str
    wait: timedelta


STEPS = st.builds(
    Step,
    st.sampled_from(["acknowledge", "update", "resolve", "close", "reopen", "join"]),
    st.sampled_from(["ana", "bo", SIGNAL, CHARTER]),
    st.timedeltas(timedelta(), timedelta(days=40)),
)
COMMANDS: dict[str, Callable[[Incident, str, datetime], Change]] = {
    "acknowledge": acknowledge,
    "update": lambda incident, by, now: update(incident, by, Update(doing="this", expect="that"), now),
    "resolve": lambda incident, by, now: resolve(incident, by, FIXED, now),
    "close": close,
    "reopen": lambda incident, by, now: reopen(incident, by),
    "join": lambda incident, by, now: join(incident, a_reply(incident.id)),
}


def attempt(incident: Incident, step: Step, now: datetime) -> Change | Refused:
    try:
        return COMMANDS[step.command](incident, step.by, now)
    except Refused as refused:
        return refused


@given(st.lists(STEPS, max_size=30))
def test_no_walk_reaches_an_illegal_state(steps: list[Step]) -> None:
    incident, now = an_incident(), NOON
    for step in steps:
        now += step.wait
        before = incident.model_copy()
        outcome = attempt(incident, step, now)
        legal = step.command == "join" or (before.status.value, step.command) in LEGAL
        assert legal == isinstance(outcome, Change)
        assert incident == before
        if isinstance(outcome, Change):
            incident = outcome.incident
            assert outcome.fact.incident is incident
            assert incident.version == outcome.fact.sequence == before.version + 1
            assert incident.status.value == LEGAL.get(
                (before.status.value, step.command), before.status.value
            )
        else:
            assert outcome.allowed == [name for status, name in LEGAL if status == before.status.value]
            assert step.command not in outcome.allowed
            assert outcome.why
        assert_sound(incident)


def assert_sound(incident: Incident) -> None:
    """What its status says, its times and words say too."""
    over = incident.status in (IncidentStatus.RESOLVED, IncidentStatus.CLOSED)
    assert (incident.resolved_at is not None) == (incident.resolution is not None) == over
    assert (incident.closed_at is not None) == (incident.status is IncidentStatus.CLOSED)
    if incident.status is IncidentStatus.OPEN:
        assert incident.acknowledged_at is None
    if incident.status is IncidentStatus.IN_PROGRESS:
        assert incident.acknowledged_at is not None
        assert incident.owner is not None
    assert (incident.id, incident.opened_at) == ("INC-000001", NOON)


@given(st.lists(STEPS, max_size=15))
def test_a_snapshot_survives_the_wire_at_every_step(steps: list[Step]) -> None:
    incident, now = an_incident(), NOON
    for step in steps:
        now += step.wait
        outcome = attempt(incident, step, now)
        incident = outcome.incident if isinstance(outcome, Change) else incident
        assert Incident.model_validate_json(incident.model_dump_json(exclude_none=True)) == incident


def test_every_status_but_those_of_later_versions_allows_something() -> None:
    for status in IncidentStatus:
        incident = an_incident().model_copy(update={"status": status})
        assert bool(allowed(incident)) == (status is not IncidentStatus.UNKNOWN)
