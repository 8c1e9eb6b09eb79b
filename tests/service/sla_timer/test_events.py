from datetime import timedelta

import pytest
import sqlalchemy as sa

from candor_common.events import (
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageKind,
    MessageSent,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
    Update,
)
from candor_common.trace import trace_id
from candor_sla_timer import store
from tests.plugins.databases import START
from tests.service.sla_timer.conftest import Statements, Timer
from tests.unit.sla_timer.builders import RESOLUTION, an_incident, heard, sent

pytestmark = pytest.mark.packages("candor_sla_timer")


def opened(number: int = 1, **changed: object) -> IncidentOpened:
    incident = an_incident(f"INC-{number}", opened_at=START, **changed)
    return IncidentOpened(incident=incident, request_id=f"r{number}")


def update_sent(minute: float, number: int = 1, cause: str = "unknown") -> MessageSent:
    at = START + timedelta(minutes=minute)
    return MessageSent(message=sent(MessageKind.UPDATE, at, incident=f"INC-{number}", cause=cause))


async def test_an_opened_incident_makes_two_promises_and_a_signal_one(timer: Timer) -> None:
    await timer.receive(heard(opened(1)), heard(opened(2, requester=None)))
    told = await timer.told()
    assert {type(fact) for fact in told} == {PromiseMade}
    assert sorted((fact.subject, fact.promise.kind.value) for fact in told) == [
        ("INC-1", "first_response"),
        ("INC-1", "resolution"),
        ("INC-2", "resolution"),
    ]


async def test_a_round_of_a_hundred_takes_five_statements_and_the_outbox(
    timer: Timer, statements: Statements
) -> None:
    await timer.receive(*(heard(opened(number)) for number in range(100)))
    writes = [statement.split()[2] for statement in statements.seen if statement.startswith("INSERT")]
    assert writes == ["sla_timer_incident", "sla_timer_fact", "sla_timer_promise", "outbox"]
    reads = [statement for statement in statements.seen if "FROM sla_timer" in statement]
    assert len(reads) == 2


async def test_an_incident_that_begins_alone_is_not_read(timer: Timer, statements: Statements) -> None:
    await timer.receive(heard(opened()))
    assert [one for one in statements.seen if "FROM sla_timer" in one] == []
    assert len(await timer.promises()) == 2


async def test_an_opening_that_comes_again_or_last_finds_what_is_written(timer: Timer) -> None:
    opening = heard(opened())
    await timer.receive(heard(update_sent(3)))
    await timer.receive(opening)
    told = [type(fact) for fact in await timer.told()]
    assert told.count(PromiseKept) == 1

    await timer.receive(opening)
    assert [type(fact) for fact in await timer.told()] == told


async def test_events_that_say_nothing_about_promises_touch_no_table(
    timer: Timer, statements: Statements
) -> None:
    survey = sent(MessageKind.SURVEY, START)
    await timer.receive(heard(MessageSent(message=survey)))
    assert statements.seen == []


async def test_a_life_from_the_first_word_to_the_closing(timer: Timer) -> None:
    started, ended, over = (an_incident(version=number) for number in (2, 3, 4))
    next_by = START + timedelta(minutes=110)
    written = heard(
        IncidentUpdated(
            incident=started, by="ana", update=Update(doing="We look.", expect="Soon.", next_by=next_by)
        )
    )
    at = START + timedelta(minutes=50)
    resolved = heard(IncidentResolved(incident=ended, by="ana", resolution=RESOLUTION), at)
    told_so = sent(MessageKind.RESOLUTION, at, cause=resolved.id)
    await timer.receive(heard(opened()))
    await timer.receive(written)
    await timer.receive(heard(update_sent(15, cause=written.id)))
    await timer.receive(resolved)
    await timer.receive(heard(MessageSent(message=told_so)))
    await timer.receive(heard(IncidentClosed(incident=over, by="ana"), START + timedelta(minutes=80)))
    assert [(type(fact), fact.promise.kind.value) for fact in await timer.told()] == [
        (PromiseMade, "first_response"),
        (PromiseMade, "resolution"),
        (PromiseKept, "first_response"),
        (PromiseMade, "next_update"),
        (PromiseKept, "resolution"),
        (PromiseKept, "next_update"),
    ]
    [made] = [fact for fact in await timer.told() if fact.promise.kind == "next_update"][:1]
    assert (made.promise.due_at, made.promise.target) == (next_by, None)


async def test_an_incident_that_is_closed_owes_nothing_more(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    await timer.receive(heard(IncidentClosed(incident=an_incident(version=2), by="ana"), START))
    assert [type(fact) for fact in await timer.told()][2:] == [PromiseWithdrawn, PromiseWithdrawn]
    timer.set(1000)
    assert await timer.tick() is None


async def test_a_reopening_makes_promises_of_what_is_left(timer: Timer) -> None:
    resolved = IncidentResolved(incident=an_incident(version=2), by="ana", resolution=RESOLUTION)
    reopened = IncidentReopened(incident=an_incident(version=3), by="customer")
    await timer.receive(heard(opened()), heard(resolved, START + timedelta(minutes=40)))
    await timer.receive(heard(reopened, START + timedelta(minutes=100)))
    made = (await timer.told())[-1].promise
    assert (made.kind.value, made.due_at, made.version) == ("resolution", START + timedelta(hours=5), 1)


async def test_a_message_may_be_heard_of_before_its_incident(timer: Timer) -> None:
    await timer.receive(heard(update_sent(10)))
    assert await timer.told() == []
    await timer.receive(heard(opened()))
    assert [type(fact) for fact in await timer.told()] == [PromiseMade, PromiseKept, PromiseMade, PromiseMade]


async def test_hearing_the_same_again_changes_nothing(timer: Timer) -> None:
    events = [heard(opened()), heard(update_sent(10))]
    await timer.receive(*events)
    before = await timer.told()
    await timer.receive(*events, *events)
    assert await timer.told() == before


async def test_events_carry_on_the_trace_of_what_caused_them(timer: Timer) -> None:
    cause = heard(opened())
    await timer.receive(cause)
    timer.set(61)
    await timer.tick()
    traces = await timer.traces()
    assert len(traces) == 4
    assert {trace_id(one) for one in traces} == {trace_id(cause.traceparent)}


async def test_the_scheduler_is_woken_only_for_what_is_due_before_it_looks_anyway(timer: Timer) -> None:
    bell = timer.database.bells.listen("sla-timer.due")
    await timer.receive(heard(opened()))
    assert not bell.is_set()
    timer.set(59.99)
    await timer.receive(heard(opened(2)))
    assert bell.is_set()


async def test_a_word_that_comes_to_light_late_mends_the_breach(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    timer.set(61)
    await timer.tick()
    before = len(await timer.told())
    await timer.receive(heard(update_sent(50)))
    mended = (await timer.told())[before:]
    assert [type(fact) for fact in mended] == [PromiseWithdrawn, PromiseKept, PromiseMade]
    kept = mended[1].promise
    assert (kept.version, kept.kept_at) == (3, START + timedelta(minutes=50))
    assert kept.breached_at == START + timedelta(minutes=61)
    assert {type(fact) for fact in (await timer.told())[:before]} == {PromiseMade, PromiseBreached}


async def test_facts_that_a_later_version_left_behind_stop_nothing(timer: Timer) -> None:
    row = {
        "event_id": "e",
        "incident_id": "INC-1",
        "type": "paused",
        "at": START,
        "version": 2,
        "payload": {},
    }
    await timer.database.transact(
        lambda transaction: transaction.connection.execute(sa.insert(store.fact), [row])
    )
    await timer.receive(heard(opened()))
    assert [type(fact) for fact in await timer.told()] == [PromiseMade, PromiseMade]
