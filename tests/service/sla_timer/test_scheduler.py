import asyncio
import random
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import PromiseAtRisk, PromiseBreached, PromiseKept, PromiseMade
from candor_sla_timer.domain.moments import INSTANT
from tests.service.sla_timer.conftest import Replica, Statements, Timer
from tests.service.sla_timer.test_events import opened, update_sent
from tests.unit.sla_timer.builders import heard

pytestmark = pytest.mark.packages("candor_sla_timer")
ON_POSTGRES = pytest.mark.parametrize("database", ["postgres"], indirect=True)
"""Only there can two processes work at the same time."""
TINY = INSTANT / timedelta(minutes=1)


async def until_nothing_is_due(timer: Timer) -> None:
    now = (timer.clock.now() - timer.start) / timedelta(minutes=1)
    while (due := await timer.tick()) is not None and due < now + 1:
        pass


async def test_the_scheduler_says_when_it_wants_to_come_back(timer: Timer) -> None:
    assert await timer.tick() is None
    await timer.receive(heard(opened()))
    assert await timer.tick() == 45
    timer.set(45)
    assert await timer.tick() == pytest.approx(60 + TINY, abs=TINY / 2)


async def test_nothing_is_fired_early(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    for minute in (44.999, 45 - TINY):
        timer.set(minute)
        await timer.tick()
    assert {type(fact) for fact in await timer.told()} == {PromiseMade}
    timer.set(45)
    await timer.tick()
    timer.set(60)
    await timer.tick()
    assert [type(fact) for fact in await timer.told()][2:] == [PromiseAtRisk]


async def test_a_warning_and_a_breach_carry_both_times_and_come_once(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    for minute in (45, 46, 61, 62, 63):
        timer.set(minute)
        await timer.tick()
    told = (await timer.told())[2:]
    assert [type(fact) for fact in told] == [PromiseAtRisk, PromiseBreached, PromiseMade]
    warning, breach, renewal = told
    assert isinstance(warning, PromiseAtRisk)
    assert isinstance(breach, PromiseBreached)
    start = timer.start
    assert (warning.fired_at, warning.promise.version) == (start + timedelta(minutes=45), 2)
    assert (breach.promise.due_at, breach.fired_at) == (
        start + timedelta(minutes=60),
        start + timedelta(minutes=61),
    )
    assert (breach.promise.version, breach.promise.warned_at) == (3, warning.fired_at)
    assert renewal.promise.due_at == start + timedelta(minutes=90)


async def test_after_an_outage_there_is_only_the_late_breach(timer: Timer) -> None:
    await timer.receive(heard(opened(requester=None)))
    timer.set(1000)
    await until_nothing_is_due(timer)
    assert [type(fact) for fact in (await timer.told())[1:]] == [PromiseBreached]


async def test_a_clock_that_steps_back_undoes_nothing_and_repeats_nothing(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    for minute in (46, 61, 30, 46, 61):
        timer.set(minute)
        await timer.tick()
    assert Counter(type(fact) for fact in await timer.told()) == {
        PromiseMade: 3,
        PromiseAtRisk: 1,
        PromiseBreached: 1,
    }


async def test_a_breach_that_a_clock_ahead_of_its_time_found_is_corrected_by_the_word(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    timer.set(65)
    await timer.tick()
    timer.set(55)
    await timer.receive(heard(update_sent(55)))
    first = next(one for one in await timer.promises() if one.kind == "first_response")
    assert first.state == "kept"


async def test_exactly_at_the_due_time_nothing_is_missed_and_the_loop_does_not_spin(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    timer.set(60)
    for _ in range(3):
        due = await timer.tick()
        assert due is not None
        assert due > 60
    assert {type(fact) for fact in await timer.told()} == {PromiseMade}


async def test_five_hundred_breaches_take_a_handful_of_statements(
    timer: Timer, statements: Statements
) -> None:
    await timer.receive(*(heard(opened(number)) for number in range(500)))
    timer.set(61)
    statements.seen.clear()
    await timer.tick()
    assert Counter(type(fact) for fact in await timer.told())[PromiseBreached] == 500
    assert len(statements.seen) <= 12


@ON_POSTGRES
async def test_two_schedulers_over_a_thousand_due_promises_fire_each_once(
    timer: Timer, replica: Replica
) -> None:
    other = replica()
    await timer.receive(*(heard(opened(number)) for number in range(500)))
    for minute in (46, 200, 300):
        timer.set(minute)
        await asyncio.gather(until_nothing_is_due(timer), until_nothing_is_due(other))
    fired = Counter((type(fact), fact.promise.id) for fact in await timer.told())
    assert set(fired.values()) == {1}
    kinds = Counter((type(fact).__name__, fact.promise.kind.value) for fact in await timer.told())
    assert kinds["PromiseAtRisk", "first_response"] == kinds["PromiseAtRisk", "resolution"] == 500
    assert kinds["PromiseBreached", "first_response"] == kinds["PromiseBreached", "resolution"] == 500


@ON_POSTGRES
async def test_two_schedulers_that_start_after_an_outage_miss_and_repeat_nothing(
    timer: Timer, replica: Replica
) -> None:
    other = replica()
    await timer.receive(*(heard(opened(number)) for number in range(500)))
    timer.set(2000)
    await asyncio.gather(until_nothing_is_due(timer), until_nothing_is_due(other))
    fired = Counter(type(fact) for fact in await timer.told())
    assert fired == {PromiseMade: 1500, PromiseBreached: 1000}


@ON_POSTGRES
async def test_a_word_and_a_breach_in_the_same_instant_never_end_in_a_breach(
    timer: Timer, replica: Replica
) -> None:
    other, seeded = replica(), random.Random(32)
    numbers = list(range(1000))
    await timer.receive(*(heard(opened(number)) for number in numbers))
    timer.set(60 + TINY)
    seeded.shuffle(numbers)
    words = [heard(update_sent(60, number)) for number in numbers]

    async def speak() -> None:
        for first in range(0, len(words), 25):
            await timer.receive(*words[first : first + 25])

    await asyncio.gather(speak(), until_nothing_is_due(other))
    stories = defaultdict(list)
    for fact in await timer.told():
        if fact.promise.kind == "first_response":
            stories[fact.subject].append(type(fact))
    assert len(stories) == 1000
    in_time, corrected = [PromiseMade, PromiseKept], [PromiseMade, PromiseBreached, PromiseKept]
    assert [one for one in stories.values() if one not in (in_time, corrected)] == []


@ON_POSTGRES
async def test_replicas_that_read_different_topics_at_once_lose_nothing(
    timer: Timer, replica: Replica
) -> None:
    other = replica()
    for first in range(0, 200, 10):
        numbers = range(first, first + 10)
        await asyncio.gather(
            timer.receive(*(heard(opened(number)) for number in numbers)),
            other.receive(*(heard(update_sent(10, number)) for number in reversed(numbers))),
        )
    kept = [fact for fact in await timer.told() if isinstance(fact, PromiseKept)]
    assert len(kept) == 200


async def test_rows_survive_the_process(timer: Timer, database: Database, clock: ManualClock) -> None:
    await timer.receive(heard(opened()))
    again = Timer(database, clock, timer.runtime.context.settings.data_dir)
    again.set(61)
    await again.tick()
    assert [type(fact) for fact in await again.told()][2:] == [PromiseBreached, PromiseMade]
