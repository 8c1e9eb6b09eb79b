"""Delivery to subscriptions: claim what is due, send it outside any transaction, record what came of it.

One slow or broken receiver does not stop the others: few deliveries to one are under way at a time, and while it fails
only one goes first. A crash between sending and recording sends again under the same id.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from candor_common import telemetry
from candor_common.database import Transaction
from candor_common.service import Periodic, Runtime
from candor_notifier import subscribers, webhook_rows
from candor_notifier.channels import Outcome, Passing, Permanent, Sent
from candor_notifier.channels.guard import Rules
from candor_notifier.channels.http import Http
from candor_notifier.channels.webhook import Destination, Webhooks
from candor_notifier.domain.subscription import Next, pause, put_off
from candor_notifier.subscribers import NOTICES, WEBHOOKS
from candor_notifier.webhook_rows import Due

log = structlog.get_logger()

RESOURCE = "notifier.webhooks"
LEASE = timedelta(seconds=60)
"""Longer than the longest attempt, which `Http` ends."""
IN_FLIGHT = 64
DRAIN = 3.0
"""Seconds that deliveries under way get when the process stops."""
KEPT = timedelta(days=30)
"""How long it is known what became of a delivery."""


class WebhookDelivery:
    """The deliveries that are under way."""

    def __init__(self, runtime: Runtime, http: Http) -> None:
        self._database, self.http = runtime.database, http
        self.webhooks = Webhooks(http, runtime.clock)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()
        self._stopping = False

    async def deliver_due(self) -> datetime | None:
        """Start delivering what is due; returns when more is due, without waiting for what was started."""
        room = IN_FLIGHT - len(self._tasks)
        if self._stopping or room <= 0:
            return None
        busy = [one for one, count in self._busy.items() if count]

        def work(transaction: Transaction) -> tuple[list[Due], datetime | None]:
            # Asked before the claim, so that the leases that it writes are not taken for due times.
            later = webhook_rows.next_due(transaction.connection, transaction.now)
            return webhook_rows.claim(transaction.connection, transaction.now, LEASE, room, busy), later

        batch, later = await self._database.transact(work)
        for due in batch:
            self._start(due)
        return later

    async def find(self, source: str) -> Destination | None:
        """Where people of a chat source are answered."""
        return await self._database.read(
            lambda connection: subscribers.destination_of_chat(connection, source)
        )

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def close(self) -> None:
        """Start nothing more, let what is under way end, and hang up."""
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.http.close()

    def _start(self, due: Due) -> None:
        self._busy[due.subscription_id] += 1
        task = asyncio.create_task(self._deliver(due))
        self._tasks[due.id] = task
        task.add_done_callback(lambda ended: self._ended(due, ended))

    def _ended(self, due: Due, task: asyncio.Task[None]) -> None:
        """Its lease brings a delivery back whose task has failed."""
        del self._tasks[due.id]
        self._busy[due.subscription_id] -= 1
        if not self._busy[due.subscription_id]:
            del self._busy[due.subscription_id]
            self._database.bells.ring({WEBHOOKS})
        if not task.cancelled() and (error := task.exception()):
            log.error("webhook_failed", webhook=due.id, exc_info=error)

    async def _deliver(self, due: Due) -> None:
        outcome = await self.webhooks.deliver(due.to, due.id, due.body)
        await self._database.transact(lambda transaction: record(transaction, due, outcome))


def record(transaction: Transaction, due: Due, outcome: Outcome) -> None:
    """Write down what came of an attempt, once."""
    connection, now, of = transaction.connection, transaction.now, due.subscription_id
    before = webhook_rows.standing(connection, due)
    if before is None:
        return
    then = after(due, outcome, before.failing_since or now, now)
    webhook_rows.save(connection, due, then, now)
    if isinstance(outcome, Sent):
        webhook_rows.worked(connection, of)
    else:
        wait = outcome.after if isinstance(outcome, Passing) else None
        webhook_rows.failed(connection, of, before, now, wait)
    if then.disable:
        webhook_rows.disable(connection, of, then.disable, now)
        transaction.wake(NOTICES)
        telemetry.subscriptions_disabled.inc()
        log.warning("subscription_disabled", subscription=of, reason=then.disable)


def after(due: Due, outcome: Outcome, failing_since: datetime, now: datetime) -> Next:
    """What becomes of a delivery."""
    match outcome:
        case Sent():
            return Next("sent")
        case Permanent(reason, gone):
            return Next("failed", None, reason, reason if gone else "")
        case Passing(reason):
            attempts = due.attempts + 1
            wait = pause(attempts, random.random(), outcome.after)
            return put_off(attempts, reason, now, failing_since, wait)


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[WebhookDelivery]:
    """To be kept as `Runtime.resources[RESOURCE]`."""
    made = WebhookDelivery(runtime, Http(Rules.of(runtime.context.settings.webhook_allow)))
    try:
        yield made
    finally:
        await made.close()


async def deliver_due(runtime: Runtime) -> datetime | None:
    """Start delivering what is due."""
    delivery: WebhookDelivery = runtime.resources[RESOURCE]
    return await delivery.deliver_due()


async def forget_old(runtime: Runtime) -> datetime | None:
    """Drop what ended long ago."""
    await runtime.database.transact(
        lambda transaction: webhook_rows.forget(transaction.connection, transaction.now - KEPT)
    )
    return None


webhook_deliveries = Periodic("notifier.webhooks", deliver_due, timedelta(seconds=5), bells=(WEBHOOKS,))
webhook_history = Periodic("notifier.webhook-history", forget_old, timedelta(hours=1), leased=True)
