"""Delivery: claim what is due, send it outside any transaction, record what came of it.

A crash between sending and recording sends again, with the same Message-ID and the same bytes: rather twice than not
at all. Two replicas never send the same message while a lease holds; sends end well before it does.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from candor_common.database import Transaction
from candor_common.events import Channel as Way
from candor_common.events import MessageKind
from candor_common.service import Periodic, Runtime
from candor_notifier import store
from candor_notifier.channels import Channel, Left, Passing, Permanent, Rendered, Sent
from candor_notifier.channels.smtp import LONGEST_SEND, MOST_CONNECTIONS
from candor_notifier.channels.ways import Ways
from candor_notifier.domain import retimed
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.words import words_of
from candor_notifier.equipment import all_ways, channel_of, mail_of
from candor_notifier.outcomes import Needless, Records, Tried, tell
from candor_notifier.owed import in_its_words
from candor_notifier.planner import MAIL
from candor_notifier.render import render
from candor_notifier.store import Due
from candor_notifier.voice import Voice, cadence_of, pauses_of, watch_of

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
IN_FLIGHT = 200
"""How many messages are claimed at most."""
DRAIN = 3.0
"""Seconds that messages under way get when the process stops."""
_LAST_START = LEASE - timedelta(seconds=LONGEST_SEND)
"""How long after its claim a send may begin and still end before the lease."""
_OUTAGE = "outage"
"""The name of the task that looks whether the mail server is back."""


class Delivery:
    """The messages that are under way, and the channels that take them: that of mail, and all ways together."""

    def __init__(self, runtime: Runtime, channel: Channel, ways: Ways | None = None) -> None:
        self._database = runtime.database
        self._clock = runtime.clock
        self._channel = channel
        self.mail = mail_of(runtime, channel)
        """For mail that is about no incident."""
        self._ways = ways or Ways({Way.MAIL: self.mail})
        self._runtime = runtime
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(MOST_CONNECTIONS)
        self._records = Records(runtime, channel)
        self._more = False
        self._was_away = False
        self._stopping = False

    async def deliver_due(self) -> datetime | None:
        """Claim what is due and start sending it; returns when more is due, without waiting for what was started.

        None means that there is more than can be taken now: the bell rings when there is room again.
        """
        room = IN_FLIGHT - len(self._tasks)
        self._more = self._stopping or room < IN_FLIGHT // 2
        if self._more:
            return None
        batch, later = await self._database.transact(lambda transaction: _claim(transaction, room))
        for due in batch:
            if due.message.id not in self._tasks:
                self._start(due.message.id, self._deliver(due))
        if self._was_away and _OUTAGE not in self._tasks:
            self._start(_OUTAGE, self._look_again())
        self._more = len(batch) == room
        return None if self._more else later

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def keep(self, connection: Connection, left: Left, now: datetime) -> None:
        """Called in the transaction that records that a mail about no incident left."""
        self._channel.keep(connection, [left], now)

    async def try_again(self) -> None:
        """Bring forward what waits for longer than a minute."""

        def work(transaction: Transaction) -> None:
            if store.try_again(transaction.connection, transaction.now, LEASE):
                transaction.wake(MAIL)

        await self._database.transact(work)

    async def take_back(self) -> None:
        """What was claimed is due now: whoever had claimed it is gone."""
        await self._database.transact(
            lambda transaction: store.take_back(transaction.connection, transaction.now)
        )

    async def close(self) -> None:
        """Claim nothing more, let what is under way end, and hang up."""
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._ways.close()

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[name] = task
        task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        """Its lease brings a message back whose task has failed."""
        del self._tasks[name]
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery_failed", message=name, exc_info=error)
        if self._more and len(self._tasks) <= IN_FLIGHT // 2:
            self._more = False
            self._database.bells.ring({MAIL})

    async def _deliver(self, due: Due) -> None:
        if due.incident is None and due.message.kind is not MessageKind.SURVEY:
            log.warning("incident_not_known_yet", message=due.message.id, incident_id=due.message.incident_id)
            return
        async with self._turns:
            if not await self._ours(due):
                return
            tried = await self._attempt(due)
        recorded = await self._records.add(tried)
        away = isinstance(tried.outcome, Passing) and tried.outcome.away
        self._was_away |= away and due.message.channel is Way.MAIL
        if recorded is not None:
            tell(recorded.message)
            if recorded.more:
                await self.deliver_due()

    async def _ours(self, due: Due) -> bool:
        """Whether the lease holds until a send that begins now has ended. After a long wait it is renewed first."""
        now = self._clock.now()
        if now <= due.at + _LAST_START:
            return True
        return await self._database.transact(
            lambda transaction: store.renew(
                transaction.connection, due.message.id, due.at + LEASE, transaction.now + LEASE
            )
        )

    async def _look_again(self) -> None:
        """Once the mail server is back, what has waited for it need not wait for its own time."""
        if await self._channel.back():
            self._was_away = False
            await self.try_again()

    async def _attempt(self, due: Due) -> Tried:
        if why := _why_needless(due):
            return Tried(due, "", b"", Needless(why))
        if due.words.no_way:
            return Tried(due, "", b"", Permanent(due.words.no_way))
        if due.message.channel is Way.PHONE:
            return Tried(due, "", b"", Sent())
        rendered = _rendered(due, voice_of(self._runtime))
        outcome = await self._ways.send(rendered)
        raw = outcome.raw if isinstance(outcome, Sent) else b""
        return Tried(due, rendered.subject, raw, outcome)


def _why_needless(due: Due) -> str | None:
    why = why_needless(due.message.kind, due.words, due.incident, due.as_known)
    return why or retimed.why_needless(due.words, due.retimed, due.at)


def _rendered(due: Due, voice: Voice) -> Rendered:
    mail = render(due, replace(voice, words=in_its_words(voice.words, due.words.missed)))
    # The thread is the conversation with the customer, which a nudge has no place in.
    thread = () if due.message.kind is MessageKind.NUDGE else due.thread
    return Rendered(due.message, mail.subject, mail.text, mail.html, mail.gist, mail.next_by, thread)


def voice_of(runtime: Runtime) -> Voice:
    """How this installation speaks, by its settings and the charter that counts now."""
    settings, charter = runtime.context.settings, runtime.context.charter
    teams = {team: entry.name for team, entry in charter.content.teams.items()}
    return Voice(
        settings.public_url,
        settings.time_zone,
        settings.mail_name,
        teams,
        cadence_of(charter),
        words_of(charter),
        watch_of(charter),
        pauses_of(charter),
    )


def _claim(transaction: Transaction, room: int) -> tuple[list[Due], datetime | None]:
    # Asked before the claim, so that the leases that it writes are not taken for due times.
    later = store.next_due(transaction.connection, transaction.now)
    return store.claim(transaction.connection, transaction.now, LEASE, room), later


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Delivery]:
    """What was delayed before the start is tried again at once: the start may be what mended it."""
    channel = channel_of(runtime)
    delivery = Delivery(runtime, channel, all_ways(runtime, channel))
    await delivery.try_again()
    if not runtime.context.settings.distributed:
        # Only one process has the file, so that a lease can only be that of one that was killed.
        await delivery.take_back()
    try:
        yield delivery
    finally:
        await delivery.close()


async def deliver_due(runtime: Runtime) -> datetime | None:
    """Start sending what is due."""
    delivery: Delivery = runtime.resources["notifier"]
    return await delivery.deliver_due()


deliveries = Periodic("notifier.delivery", deliver_due, timedelta(seconds=1), bells=(MAIL,))
