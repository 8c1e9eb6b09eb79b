"""What every feed does: one suite for all adapters. A subclass gives the fixture `log`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest

from candor_common.events import SurveyInvited
from candor_common.feed import Feed
from candor_common.wire import Headers, headers_of
from tests.contract.conftest import StoredPositions, envelope, fact, numbers, read_until


class Log(Protocol):
    """Where a feed reads from, and how a test writes to it."""

    def feed(self) -> Feed: ...

    async def write(self, *facts: SurveyInvited) -> None: ...

    async def write_raw(self, headers: Headers, value: bytes) -> None: ...


async def until_assigned(*feeds: Feed) -> None:
    """Until all have their shares; fails when they do not get them."""
    async with asyncio.timeout(20):
        while not all(feed.assigned() for feed in feeds):
            await asyncio.sleep(0.01)


def headers(**changes: str) -> Headers:
    return headers_of(envelope("INC-1", 1)) | changes


class FeedContract:
    """One suite for both adapters: a subclass gives the fixture `log`."""

    @pytest.fixture
    async def positions(self) -> StoredPositions:
        return StoredPositions()

    @asynccontextmanager
    async def reading(self, log: Log, positions: StoredPositions) -> AsyncIterator[Feed]:
        feed = log.feed()
        await feed.start(positions)
        try:
            yield feed
        finally:
            async with asyncio.timeout(15):
                await feed.stop()

    async def test_events_of_one_key_come_in_order(self, log: Log, positions: StoredPositions) -> None:
        await log.write(*(fact(f"INC-{n % 3}", n) for n in range(9)))
        async with self.reading(log, positions) as feed:
            records = await read_until(feed, 9)
        assert numbers(records) == {"INC-0": [0, 3, 6], "INC-1": [1, 4, 7], "INC-2": [2, 5, 8]}

    async def test_what_happens_while_it_reads_comes_too(self, log: Log, positions: StoredPositions) -> None:
        async with self.reading(log, positions) as feed:
            for n in (1, 2):
                await log.write(fact("INC-1", n))
                assert numbers(await read_until(feed, 1)) == {"INC-1": [n]}

    async def test_it_goes_on_from_the_stored_position(self, log: Log, positions: StoredPositions) -> None:
        await log.write(fact("INC-1", 1), fact("INC-1", 2))
        async with self.reading(log, positions) as feed:
            await read_until(feed, 2, positions)
        await log.write(fact("INC-1", 3))
        async with self.reading(log, positions) as feed:
            assert numbers(await read_until(feed, 1)) == {"INC-1": [3]}

    async def test_what_was_not_noted_comes_again(self, log: Log, positions: StoredPositions) -> None:
        await log.write(fact("INC-1", 1), fact("INC-1", 2))
        async with self.reading(log, positions) as feed:
            await read_until(feed, 2)
        async with self.reading(log, positions) as feed:
            assert numbers(await read_until(feed, 2)) == {"INC-1": [1, 2]}

    async def test_a_seek_back_redelivers(self, log: Log, positions: StoredPositions) -> None:
        await log.write(fact("INC-1", 1), fact("INC-1", 2), fact("INC-1", 3))
        async with self.reading(log, positions) as feed:
            first = await read_until(feed, 3)
            await feed.seek({first[1].partition: first[1].offset})
            assert numbers(await read_until(feed, 2)) == {"INC-1": [2, 3]}

    async def test_a_seek_forgets_what_was_read_but_not_given_out(
        self, log: Log, positions: StoredPositions
    ) -> None:
        await log.write(fact("INC-1", 1))
        async with self.reading(log, positions) as feed:
            [first] = await read_until(feed, 1)
            await log.write(fact("INC-1", 2))
            await asyncio.sleep(0.1)
            await feed.seek({first.partition: first.offset})
            assert numbers(await read_until(feed, 2)) == {"INC-1": [1, 2]}

    async def test_a_type_of_a_later_version_has_no_envelope(
        self, log: Log, positions: StoredPositions
    ) -> None:
        await log.write_raw(headers(ce_type="candor.survey.invited.v9"), b'{"new": true}')
        async with self.reading(log, positions) as feed:
            [record] = await read_until(feed, 1)
        assert (record.envelope, record.problem) == (None, None)
        assert record.headers["ce_type"] == "candor.survey.invited.v9"

    async def test_an_undecodable_value_has_a_problem(self, log: Log, positions: StoredPositions) -> None:
        await log.write_raw(headers(ce_id="broken"), b'{"survey": 7}')
        async with self.reading(log, positions) as feed:
            [record] = await read_until(feed, 1)
        assert record.envelope is None
        assert record.problem is not None
        assert record.problem.startswith("survey: ")
        assert (record.event_id, record.value) == ("broken", b'{"survey": 7}')

    async def test_it_waits_when_there_is_nothing(self, log: Log, positions: StoredPositions) -> None:
        async with self.reading(log, positions) as feed:
            waiting = asyncio.create_task(feed.read())
            assert not (await asyncio.wait([waiting], timeout=0.3))[0]
            await log.write(fact("INC-1", 1))
            async with asyncio.timeout(10):
                assert [len(records) for records in (await waiting).values()] == [1]

    async def test_it_has_its_share_once_it_has_started(self, log: Log, positions: StoredPositions) -> None:
        assert not log.feed().assigned()
        async with self.reading(log, positions) as feed:
            await until_assigned(feed)

    async def test_nothing_lags_once_all_is_read(self, log: Log, positions: StoredPositions) -> None:
        await log.write(fact("INC-1", 1), fact("INC-2", 2))
        async with self.reading(log, positions) as feed:
            await read_until(feed, 2)
            assert feed.lag() == 0

    async def test_it_is_idle_once_all_that_waited_is_given_out(
        self, log: Log, positions: StoredPositions
    ) -> None:
        await log.write(*(fact("INC-1", n) for n in range(3)))
        async with self.reading(log, positions) as feed:
            assert not feed.idle()
            await read_until(feed, 3)
            async with asyncio.timeout(10):
                while not feed.idle():
                    await asyncio.sleep(0.01)

    async def test_it_stops_without_having_read(self, log: Log, positions: StoredPositions) -> None:
        async with self.reading(log, positions):
            pass
