"""Whatever happens to an incident in whatever order, its life makes sense."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import (
    Incident,
    IncidentOpened,
    IncidentStatus,
    LinkKind,
    Plan,
    Priority,
    RequestJoined,
    Update,
)
from candor_triage.domain import ending, work
from candor_triage.domain.life import CHARTER, SIGNAL, Change, Refused, Told, allowed, permitted
from candor_triage.domain.opening import join
from candor_triage.domain.replay import ABOUT, replay
from candor_triage.domain.rules import RULES, Who
from candor_triage.domain.work import Estimation
from tests.unit.triage.builders import CHARTER as POLICY
from tests.unit.triage.builders import FIXED, NOON, a_reply, a_request, an_incident

# Written out by hand, not read from the module: o(pen), a(ssigned), (re)n(ewed, that is reopened), i(n progress),
# w(aiting), (wor)k(around), r(esolved), v(erified), c(losed), m(erged), x (cancelled). `oan>i` is from each to one.
LETTERS = {
    "o": "open",
    "a": "assigned",
    "n": "reopened",
    "i": "in_progress",
    "w": "waiting_on_customer",
    "k": "workaround",
    "r": "resolved",
    "v": "verified",
    "c": "closed",
    "m": "merged",
    "x": "cancelled",
}
LEGAL = {
    "acknowledge": "oan>i w>w k>k",
    "assign": "oani>a w>w k>k",
    "assign_to_team": "oai>o n>n w>w k>k",
    "escalate": "oai>o n>n w>w k>k",
    "help": "a>a i>i w>w k>k",
    "update": "oani>i w>w k>k",
    "ask": "oanik>w",
    "resume": "w>oik",
    "plan": "oani>i w>w k>k",
    "estimate": "oani>i w>w k>k",
    "workaround": "oanik>k w>w",
    "resolve": "oaniwk>r",
    "verify": "r>v",
    "confirm": "r>v",
    "close": "rv>c",
    "reopen": "rvc>n",
    "priority": "o>o a>a n>n i>i w>w k>k",
    "link": "o>o a>a n>n i>i w>w k>k r>r v>v c>c",
    "merge": "oaniwk>m",
    "cancel": "oaniwk>x",
    "join": "o>o a>a n>n i>i w>w k>k r>r v>v c>c m>m x>x",
}
BY_RULES = {
    CHARTER: {"assign", "assign_to_team", "escalate", "verify", "close"},
    SIGNAL: {"resolve", "reopen"},
}
"""What those may do who are no people."""
ASKS_FOR_MORE = {
    "acknowledge",
    "assign",
    "assign_to_team",
    "escalate",
    "help",
    "estimate",
    "priority",
    "link",
}
"""What may be refused for what it says, or for who has the incident, in a status that takes it."""


def leads(command: str, status: IncidentStatus) -> set[str]:
    """The statuses that a command may lead to."""
    moves = (move.split(">") for move in LEGAL[command].split())
    return {LETTERS[to] for froms, tos in moves for one in froms if LETTERS[one] == status for to in tos}


@dataclass(frozen=True)
class Step:
    command: str
    by: str
    wait: timedelta
    choice: int


STEPS = st.builds(
    Step,
    st.sampled_from([*LEGAL, *LEGAL, "reopen", "ask", "resume", "join"]),
    st.sampled_from(["ana", "bo", "ana", "bo", SIGNAL, CHARTER]),
    st.timedeltas(timedelta(), timedelta(days=40)),
    st.integers(0, 2),
)
Attempt = Callable[[Incident, Step, datetime], Change | Sequence[Change]]
PEOPLE, PRIORITIES = ("ana", "bo", "cy"), (Priority.P1, Priority.P2, Priority.P3)
OTHERS = [an_incident(f"INC-00000{number}") for number in (7, 8, 9)]
TEAMS = [POLICY.team(name) for name in ("operations", "infrastructure", "security")]
SAID, STEPS_AHEAD = Update(doing="this", expect="that"), Plan(what="this", who="ana", timetable="soon")
COMMANDS: dict[str, Attempt] = {
    "acknowledge": lambda one, step, now: work.acknowledge(one, step.by, now),
    "assign": lambda one, step, _: work.assign(one, step.by, PEOPLE[step.choice]),
    "assign_to_team": lambda one, step, _: work.assign(one, step.by, None, TEAMS[step.choice]),
    "escalate": lambda one, step, _: work.escalate(
        one, step.by, POLICY.above(one.team, one.level), "Too hard."
    ),
    "help": lambda one, step, _: work.ask_for_help(one, step.by, PEOPLE[step.choice], "Too much."),
    "update": lambda one, step, now: work.update(one, step.by, SAID, now),
    "ask": lambda one, step, now: work.ask(one, step.by, "Since when?", now),
    "resume": lambda one, step, _: work.resume(one, step.by),
    "plan": lambda one, step, now: work.plan(one, step.by, STEPS_AHEAD, now),
    "estimate": lambda one, step, now: work.estimate(
        one, step.by, Estimation(now + timedelta(days=1), "So.", late=step.choice == 0), now
    ),
    "workaround": lambda one, step, now: work.give_workaround(one, step.by, "So.", now),
    "resolve": lambda one, step, now: ending.resolve(one, step.by, FIXED, now),
    "verify": lambda one, step, now: ending.verify(one, step.by, now),
    "confirm": lambda one, step, now: ending.confirm(one, step.by, now),
    "close": lambda one, step, now: ending.close(one, step.by, now),
    "reopen": lambda one, step, _: ending.reopen(one, step.by, "Slow."),
    "priority": lambda one, step, _: work.change_priority(one, step.by, PRIORITIES[step.choice], "So."),
    "link": lambda one, step, _: ending.link(one, OTHERS[step.choice], step.by, LinkKind.RELATED)[:1],
    "merge": lambda one, step, _: ending.merge(one, OTHERS[step.choice], step.by)[:1],
    "cancel": lambda one, step, _: ending.cancel(one, step.by, "An advertisement."),
    "join": lambda one, _, __: join(one, a_reply(one.id)),
}


def attempt(incident: Incident, step: Step, now: datetime) -> tuple[Change, ...] | Refused:
    try:
        done = COMMANDS[step.command](incident, step, now)
    except Refused as refused:
        return refused
    return (done,) if isinstance(done, Change) else tuple(done)


@given(st.lists(STEPS, max_size=40))
def test_no_walk_reaches_an_illegal_state_and_the_facts_tell_it_all(steps: list[Step]) -> None:
    incident, now = an_incident(), NOON
    facts: list[Told] = [IncidentOpened(incident=incident, request_id="first")]
    for step in steps:
        now += step.wait
        before = incident.model_copy(deep=True)
        outcome = attempt(incident, step, now)
        assert incident == before
        if isinstance(outcome, Refused):
            assert_refused_rightly(incident, step, outcome)
            continue
        for change in outcome:
            assert change.fact.incident is change.incident
            assert change.incident.version == change.fact.sequence == facts[-1].sequence + 1
            facts.append(change.fact)
        incident = outcome[-1].incident
        assert step.command == "join" or step.by in PEOPLE or step.command in BY_RULES[step.by]
        assert incident.status.value in leads(step.command, before.status)
        assert_sound(incident)
        by_rules = step.by not in PEOPLE and step.command != "join"
        assert incident.touched == (before.touched if by_rules else True)
    assert replay(facts) == incident


def assert_refused_rightly(incident: Incident, step: Step, refused: Refused) -> None:
    not_theirs = step.by not in PEOPLE and step.command not in BY_RULES[step.by]
    legal = bool(leads(step.command, incident.status)) and not not_theirs
    assert not legal or step.command in ASKS_FOR_MORE
    if not legal:
        assert step.command not in refused.allowed
    if step.by in PEOPLE:
        assert refused.allowed == allowed(incident)
    assert refused.why.startswith(f"{incident.id} can't take `")


def assert_sound(incident: Incident) -> None:
    """What its status says, its times and words say too."""
    status = incident.status.value
    over = status in ("resolved", "verified", "closed")
    assert (incident.resolved_at is not None) == (incident.resolution is not None) == over
    assert (incident.verified_at is not None) == (status in ("verified", "closed"))
    assert (incident.closed_at is not None) == (status == "closed")
    assert (incident.question is not None) == (status == "waiting_on_customer")
    assert (incident.merged_into is not None) == (status == "merged")
    if status == "workaround":
        assert incident.workaround is not None
    if status == "open":
        assert incident.owner is None
    if status in ("assigned", "in_progress"):
        assert incident.owner is not None
    if status == "in_progress":
        assert incident.acknowledged_at is not None
    assert (incident.id, incident.opened_at) == ("INC-000001", NOON)


@given(st.lists(STEPS, max_size=15))
def test_a_snapshot_survives_the_wire_at_every_step(steps: list[Step]) -> None:
    incident, now = an_incident(), NOON
    for step in steps:
        now += step.wait
        outcome = attempt(incident, step, now)
        incident = incident if isinstance(outcome, Refused) else outcome[-1].incident
        assert Incident.model_validate_json(incident.model_dump_json(exclude_none=True)) == incident


@given(st.lists(STEPS, max_size=20))
def test_what_is_offered_is_never_refused_for_the_status(steps: list[Step]) -> None:
    incident, now = an_incident(), NOON
    for step in steps:
        now += step.wait
        outcome = attempt(incident, step, now)
        incident = incident if isinstance(outcome, Refused) else outcome[-1].incident
    for command in RULES:
        if command in allowed(incident):
            permitted(incident, command, "ana")
        else:
            with pytest.raises(Refused):
                permitted(incident, command, "ana")


def test_every_status_but_the_merged_and_those_of_later_versions_allows_something() -> None:
    for status in IncidentStatus:
        incident = an_incident().model_copy(update={"status": status})
        nothing = status in (IncidentStatus.UNKNOWN, IncidentStatus.MERGED)
        assert bool(allowed(incident)) != nothing


def test_everybody_has_something_to_do() -> None:
    assert {who for rule in RULES.values() for who in rule.who} == set(Who)


def test_every_fact_says_what_it_is_about() -> None:
    told = set(Told.__args__)
    assert set(ABOUT) == told - {IncidentOpened}


def opened(reference: str = "INC-000001") -> IncidentOpened:
    return IncidentOpened(incident=an_incident(reference), request_id=a_request().request_id)


def joined(reference: str, version: int) -> RequestJoined:
    incident = an_incident(reference).model_copy(update={"version": version})
    return RequestJoined(incident=incident, request_id="r", reference=reference)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([], "begins with its opening"),
        ([joined("INC-000001", 2)], "begins with its opening"),
        ([opened(), joined("INC-000001", 3)], "version 3 does not follow 1"),
        ([opened(), joined("INC-000002", 2)], "INC-000002 version 2 does not follow"),
    ],
    ids=["nothing", "no opening", "a gap", "another incident"],
)
def test_facts_that_tell_no_life_are_refused(facts: list[Told], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replay(facts)


def test_a_fact_counts_only_for_what_it_is_about() -> None:
    forged = joined("INC-000001", 2)
    forged = forged.model_copy(update={"incident": forged.incident.model_copy(update={"owner": "mallory"})})
    assert replay([opened(), forged]).owner is None
