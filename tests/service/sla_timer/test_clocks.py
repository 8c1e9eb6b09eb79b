"""Clocks that stop, go on and are set anew, as their events tell it, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from candor_common.charter import Charter, load_charter
from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Fact,
    FollowUp,
    FollowUpDone,
    FollowUpOpened,
    IncidentMerged,
    IncidentOpened,
    IncidentResumed,
    Priority,
    PriorityChanged,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseWithdrawn,
)
from candor_sla_timer import store
from tests.plugins.databases import START
from tests.service.sla_timer.conftest import Statements, Timer
from tests.service.sla_timer.test_events import opened, update_sent
from tests.unit.sla_timer.builders import an_incident, heard

pytestmark = pytest.mark.packages("candor_sla_timer")
HOSTING = Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml"


def minute(number: float) -> timedelta:
    return timedelta(minutes=number)


async def happen(timer: Timer, fact: Fact, at: float) -> list[tuple[type[Fact], str]]:
    """Let something happen; returns what is said about promises because of it."""
    timer.set(at)
    before = len(await timer.told())
    await timer.receive(heard(fact, START + minute(at)))
    return [(type(one), one.promise.kind.value) for one in (await timer.told())[before:]]


async def test_a_question_stops_clocks_and_the_answer_moves_them(timer: Timer) -> None:
    await timer.receive(heard(opened()), heard(update_sent(5)))
    asked = CustomerAsked(incident=an_incident(version=2), by="ana")
    assert await happen(timer, asked, 10) == [(PromiseMade, "next_update"), (PromiseMade, "resolution")]
    assert [one.promise.running for one in (await timer.told())[-2:]] == [False, False]
    assert await timer.tick() is None
    timer.set(1000)
    assert await timer.tick() is None
    resumed = IncidentResumed(incident=an_incident(version=3), by="customer")
    assert await happen(timer, resumed, 1010) == [(PromiseMade, "next_update"), (PromiseMade, "resolution")]
    word, resolution = (one.promise for one in (await timer.told())[-2:])
    assert (word.running, word.due_at, word.version) == (True, START + minute(1035), 3)
    assert (resolution.running, resolution.due_at) == (True, START + minute(1240))
    timer.set(1036)
    await timer.tick()
    assert [type(one) for one in (await timer.told())[-2:]] == [PromiseBreached, PromiseMade]


async def test_a_raised_priority_that_is_too_late_is_missed_at_once(timer: Timer) -> None:
    await timer.receive(heard(opened(priority=Priority.P3)))
    raised = PriorityChanged(
        incident=an_incident(version=2, opened_at=START), by="ana", previous=Priority.P3, reason="Everybody."
    )
    bell = timer.database.bells.listen("sla-timer.due")
    made = [(PromiseMade, "first_response"), (PromiseMade, "resolution")]
    assert await happen(timer, raised, 120) == made
    assert bell.is_set()
    await timer.tick()
    breach = next(one for one in await timer.told() if isinstance(one, PromiseBreached))
    assert (breach.promise.due_at, breach.fired_at) == (START + minute(60), START + minute(120))
    assert breach.promise.priority is Priority.P1
    assert not [one for one in await timer.told() if isinstance(one, PromiseAtRisk)]


async def test_an_estimate_is_promised_moved_and_kept(timer: Timer) -> None:
    await timer.receive(heard(opened()))

    def given(version: int, at: float, by: float) -> EstimateGiven:
        estimate = Estimate(fixed_by=START + minute(by), reason="A disk.", given_at=START + minute(at))
        return EstimateGiven(incident=an_incident(version=version, estimate=estimate), by="ana")

    assert await happen(timer, given(2, 10, 100), 10) == [(PromiseMade, "estimate")]
    moved = [(PromiseWithdrawn, "estimate"), (PromiseMade, "estimate")]
    assert await happen(timer, given(3, 50, 200), 50) == moved
    promise = (await timer.told())[-1].promise
    assert (promise.due_at, promise.target) == (START + minute(200), None)


async def test_a_merged_incident_owes_nothing(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    merged = IncidentMerged(incident=an_incident(version=2, merged_into="INC-9"), by="ana")
    withdrawn = [(PromiseWithdrawn, "first_response"), (PromiseWithdrawn, "resolution")]
    assert await happen(timer, merged, 10) == withdrawn


async def test_a_follow_up_is_promised_by_its_owner_and_kept(timer: Timer) -> None:
    one = FollowUp(
        id="f1",
        incident_id="INC-1",
        version=1,
        kind=PromiseKind.IMPROVEMENT_REPLY,
        owner="ana",
        about="A status page.",
        opened_at=START + minute(10),
        due_at=START + minute(500),
    )
    assert await happen(timer, FollowUpOpened(follow_up=one), 10) == []
    await timer.receive(heard(opened()))
    made = (await timer.told())[-1].promise
    assert (made.kind, made.owner, made.due_at) == ("improvement_reply", "ana", one.due_at)
    done = one.model_copy(update={"version": 2, "done_at": START + minute(400)})
    assert await happen(timer, FollowUpDone(follow_up=done), 400) == [(PromiseKept, "improvement_reply")]


@pytest.fixture
def hosting(tmp_path: Path) -> Charter:
    """The charter of the hosting company, with first answers in business hours."""
    text = HOSTING.read_text("utf-8")
    for on_clock, on_calendar in (
        ("12h, resolution: 3bd", "4bh, resolution: 3bd"),
        ("8h, resolution: 1bd", "3bh, resolution: 1bd"),
    ):
        text = text.replace(f"first_response: {on_clock}", f"first_response: {on_calendar}")
    path = tmp_path / "hosting.yaml"
    path.write_text(text, "utf-8")
    return load_charter(path)


async def test_working_time_is_kept_with_the_incident_and_needs_no_charter_later(
    timer: Timer, hosting: Charter, statements: Statements
) -> None:
    shipped = timer.runtime.context.charter
    timer.use(hosting)
    await timer.receive(heard(opened(priority=Priority.P3)))
    first = next(one for one in await timer.promises() if one.kind == "first_response")
    assert (first.calendar, first.target, first.charter_version) == (
        "office",
        timedelta(hours=4),
        hosting.version,
    )
    # From 17:00 in Shanghai: the last hour of that day and three of the next.
    assert first.due_at == START + timedelta(hours=19)
    timer.use(shipped)
    statements.seen.clear()
    await timer.receive(heard(CustomerAsked(incident=an_incident(version=2), by="ana"), START + minute(5)))
    reads = [one for one in statements.seen if "FROM sla_timer" in one]
    assert len(reads) == 2
    again = next(one for one in await timer.promises() if one.kind == "first_response")
    assert again == first


async def test_the_working_time_that_is_kept_is_small(timer: Timer, hosting: Charter) -> None:
    timer.use(hosting)
    await timer.receive(heard(opened(priority=Priority.P3)))
    query = sa.select(sa.cast(store.fact.c.payload, sa.String))
    [payload] = await timer.database.read(lambda connection: list(connection.scalars(query)))
    assert len(payload) < 2500


async def test_after_an_outage_what_was_missed_is_said_in_order_of_its_date_and_how_late(
    timer: Timer,
) -> None:
    for number, priority in ((1, Priority.P2), (2, Priority.P1), (3, Priority.P4), (4, Priority.P1)):
        at = START + minute(number)
        incident = an_incident(f"INC-{number}", priority=priority, opened_at=at)
        await timer.receive(heard(IncidentOpened(incident=incident, request_id=f"r{number}"), at))
    timer.set(20_000)
    await timer.tick()
    breaches = [one for one in await timer.told() if isinstance(one, PromiseBreached)]
    due = [one.promise.due_at for one in breaches]
    assert due == sorted(due)
    assert len(due) == len({one.promise.id for one in breaches}) == 8
    assert {one.fired_at for one in breaches} == {START + minute(20_000)}
