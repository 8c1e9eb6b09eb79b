"""Claim, send, record: against a mail server that refuses, stalls, hangs up and goes away."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import structlog
from sqlalchemy import Connection

from candor_common.events import (
    Fact,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    Message,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    MessageState,
    PromiseMade,
    Update,
)
from candor_notifier import store, tables
from candor_notifier.channels import Left, Outcome, Passing, Sent
from candor_notifier.delivery import IN_FLIGHT, LEASE, Delivery
from candor_notifier.handlers import MAIL
from candor_notifier.outcomes import Tried, record
from tests.service.notifier.conftest import Office
from tests.service.notifier.sink import HANG_UP, Sink
from tests.unit.notifier.builders import FIXED, a_promise, an_incident


def news(number: int = 42) -> IncidentUpdated:
    incident = an_incident(f"INC-{number:06d}", version=2)
    return IncidentUpdated(incident=incident, by="ana", update=Update(doing="We look.", expect="Nothing."))


def types(facts: Sequence[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


class SlowChannel:
    """Takes mail, and answers when the test says so."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self._arrivals: asyncio.Queue[bytes] = asyncio.Queue()
        self.go = asyncio.Event()
        self.outcome: Outcome | None = Sent()
        self.closed = False

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> Outcome:
        self.taken.append(raw)
        self._arrivals.put_nowait(raw)
        await self.go.wait()
        if self.outcome is None:
            raise RuntimeError("unforeseen")
        return self.outcome

    async def gets(self, count: int) -> None:
        """Wait until so many more have arrived."""
        for _ in range(count):
            await self._arrivals.get()

    def keep(self, connection: Connection, mails: Sequence[Left], now: datetime) -> None:
        """Nothing to keep."""

    async def back(self) -> bool:
        return True

    async def close(self) -> None:
        self.closed = True


async def test_what_is_due_leaves_once_and_is_told(post: Office, sink: Sink) -> None:
    [cause] = await post.receive(news())
    await post.deliver()
    await post.deliver(hours=1)
    [mail] = sink.received
    message = await post.only()
    assert (message.state, message.attempts, message.retry_at) == (MessageState.SENT, 1, None)
    assert (mail.recipient, mail.sender) == ("li@shop.example", "support+INC-000042@help.example")
    assert mail.message_id == message.message_id
    [told] = await post.envelopes()
    assert isinstance(told.fact, MessageSent)
    assert told.fact.message == message
    assert told.traceparent.split("-")[1] == cause.traceparent.split("-")[1]


async def test_an_acknowledgement_wants_no_bounces(post: Office, sink: Sink) -> None:
    await post.receive(IncidentOpened(incident=an_incident(), request_id="r"))
    await post.deliver(seconds=5)
    assert sink.received[0].sender == ""


async def test_a_customer_reads_about_one_incident_in_order(post: Office, sink: Sink) -> None:
    resolved = IncidentResolved(incident=an_incident(version=3), by="ana", resolution=FIXED)
    await post.receive(IncidentOpened(incident=an_incident(), request_id="r"), news(), resolved, news(43))
    await post.deliver()
    assert [mail.subject.split(" [")[1] for mail in sink.received] == ["INC-000043]"]
    sink.to_data.append("451 4.3.0 try later")
    await post.deliver(seconds=5)
    assert len(sink.received) == 2, "what follows waits for what is delayed"
    sink.received.clear()
    await post.deliver(seconds=5)
    about = [mail.subject for mail in sink.received if b"[INC-000042]" in mail.raw]
    assert [subject.split(":")[0] for subject in about] == [
        "We have your message",
        "News about",
        "It works again",
    ]
    first, second, third = (mail for mail in sink.received if b"[INC-000042]" in mail.raw)
    assert f"In-Reply-To: {first.message_id}".encode() in second.raw
    assert f"In-Reply-To: {second.message_id}".encode() in third.raw


async def test_a_failure_that_passes_delays_and_the_same_mail_leaves_later(post: Office, sink: Sink) -> None:
    sink.to_data.extend(["451 4.3.0 try later", "451 4.3.0 try later"])
    await post.receive(news())
    await post.deliver()
    message = await post.only()
    assert (message.state, message.reason) == (MessageState.DELAYED, "451 4.3.0 try later")
    assert message.retry_at is not None
    assert timedelta(seconds=2.5) <= message.retry_at - post.clock.now() <= timedelta(seconds=5)
    await post.deliver(seconds=2)
    assert len(sink.received) == 1
    await post.deliver(seconds=3)
    await post.deliver(seconds=10)
    assert (await post.only()).state is MessageState.SENT
    assert types(await post.told()) == [MessageDelayed, MessageSent]
    assert len({mail.raw for mail in sink.received}) == 1
    assert len(sink.received) == 3


@pytest.mark.parametrize("stage", ["to_recipient", "to_data"])
async def test_a_refusal_for_good_is_told_and_never_tried_again(post: Office, sink: Sink, stage: str) -> None:
    getattr(sink, stage).append("550 5.1.1 no such user")
    await post.receive(news())
    await post.deliver()
    await post.deliver(days=1)
    message = await post.only()
    assert (message.state, message.reason) == (MessageState.REFUSED, "550 5.1.1 no such user")
    assert types(await post.told()) == [MessageRefused]


async def test_that_the_server_does_not_want_us_is_not_the_customers_fault(post: Office, sink: Sink) -> None:
    sink.to_sender.append("550 5.7.1 sender not allowed")
    await post.receive(news())
    await post.deliver()
    assert (await post.only()).state is MessageState.DELAYED


async def test_a_hang_up_before_the_answer_brings_the_same_bytes_again(post: Office, sink: Sink) -> None:
    sink.to_data.append(HANG_UP)
    await post.receive(news())
    await post.deliver()
    assert (await post.only()).state is MessageState.DELAYED
    await post.deliver(seconds=5)
    first, second = sink.received
    assert first == second
    assert (await post.only()).state is MessageState.SENT


async def test_a_crash_between_sending_and_recording_sends_the_same_bytes_again(
    post: Office, sink: Sink
) -> None:
    await post.receive(news())
    crashing = SlowChannel()
    crashing.outcome = None
    crashing.go.set()
    other = Delivery(post.runtime, crashing)
    with structlog.testing.capture_logs():
        await other.deliver_due()
        await other.idle()
    await post.deliver(seconds=59)
    assert sink.received == []
    await post.deliver(seconds=1)
    assert [mail.raw for mail in sink.received] == crashing.taken
    assert types(await post.told()) == [MessageSent]


async def test_a_server_that_is_away_delays_everything_and_loses_nothing(post: Office, sink: Sink) -> None:
    await sink.stop()
    await post.receive(*[news(number) for number in range(12)])
    await post.deliver()
    assert {one.state for one in await post.messages()} == {MessageState.DELAYED}
    assert all((one.reason or "").startswith("mail server away: ") for one in await post.messages())
    for _ in range(20):
        await post.deliver(minutes=2)
    await sink.start()
    await post.deliver(minutes=1)
    await post.deliver()
    await post.deliver(minutes=1)
    assert {one.state for one in await post.messages()} == {MessageState.SENT}
    assert len({mail.message_id for mail in sink.received}) == len(sink.received) == 12
    assert sorted(types(await post.told()), key=str) == [MessageDelayed] * 12 + [MessageSent] * 12


async def test_after_three_days_it_is_given_up(post: Office, sink: Sink) -> None:
    await sink.stop()
    await post.receive(news())
    await post.deliver()
    await post.deliver(days=3)
    message = await post.only()
    assert message.state is MessageState.REFUSED
    assert (message.reason or "").startswith("tried for 3 days; last: mail server away")
    assert types(await post.told()) == [MessageDelayed, MessageRefused]
    await sink.start()


async def test_an_address_that_is_none_is_refused_without_a_word_to_the_server(
    post: Office, sink: Sink
) -> None:
    requester = an_incident().requester
    assert requester is not None
    evil = requester.model_copy(update={"address": "li@shop.example\r\nRCPT TO:<all@shop.example>"})
    fact = news()
    await post.receive(fact.model_copy(update={"incident": an_incident(requester=evil)}))
    await post.deliver()
    message = await post.only()
    assert message.state is MessageState.REFUSED
    assert (message.reason or "").startswith("not an address")
    assert sink.connections == 0


async def test_delivery_does_not_wait_for_slow_sends_and_takes_no_more_than_it_can(office: Office) -> None:
    await office.receive(*[news(number) for number in range(IN_FLIGHT + 150)])
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    bell = office.database.bells.listen(MAIL)
    assert await delivery.deliver_due() is None
    assert await delivery.deliver_due() is None
    assert await waiting(office) == 150
    bell.clear()
    slow.go.set()
    await delivery.idle()
    assert bell.is_set()
    await delivery.deliver_due()
    await delivery.idle()
    assert len(slow.taken) == len(set(slow.taken)) == IN_FLIGHT + 150
    assert {one.state for one in await office.messages()} == {MessageState.SENT}


async def test_two_replicas_share_the_work_and_send_nothing_twice(office: Office) -> None:
    await office.receive(*[news(number) for number in range(300)])
    one, two = SlowChannel(), SlowChannel()
    one.go.set()
    two.go.set()
    replicas = [Delivery(office.runtime, one), Delivery(office.runtime, two)]
    for _ in range(3):
        await asyncio.gather(*(replica.deliver_due() for replica in replicas))
        await asyncio.gather(*(replica.idle() for replica in replicas))
    assert len(one.taken) + len(two.taken) == len({*one.taken, *two.taken}) == 300
    assert types(await office.told()) == [MessageSent] * 300


async def test_a_promise_does_not_free_an_acknowledgement_that_is_being_sent(office: Office) -> None:
    await office.receive(IncidentOpened(incident=an_incident(), request_id="r"))
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    office.clock.advance(timedelta(seconds=5))
    await delivery.deliver_due()
    await slow.gets(1)
    await office.receive(PromiseMade(promise=a_promise()))
    assert await waiting(office) == 0
    slow.go.set()
    await delivery.idle()


async def test_a_send_that_waited_long_renews_its_lease_first(office: Office) -> None:
    await office.receive(*[news(number) for number in range(40)])
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    await delivery.deliver_due()
    await slow.gets(16)
    office.clock.advance(LEASE - timedelta(seconds=1))
    slow.go.set()
    await delivery.idle()
    assert len(slow.taken) == 40
    assert {one.state for one in await office.messages()} == {MessageState.SENT}


async def test_a_send_whose_lease_is_lost_is_left_to_the_new_holder(office: Office) -> None:
    await office.receive(*[news(number) for number in range(20)])
    slow, quick = SlowChannel(), SlowChannel()
    late, rival = Delivery(office.runtime, slow), Delivery(office.runtime, quick)
    await late.deliver_due()
    await slow.gets(16)
    office.clock.advance(LEASE)
    quick.go.set()
    await rival.deliver_due()
    await rival.idle()
    slow.go.set()
    await late.idle()
    assert len(quick.taken) == 20
    assert len(slow.taken) == 16, "those that were under way when the lease ended"
    assert types(await office.told()) == [MessageSent] * 20


async def test_an_outcome_that_comes_after_the_fact_changes_nothing(office: Office) -> None:
    await office.receive(news())
    [due] = await office.database.transact(
        lambda transaction: store.claim(transaction.connection, transaction.now, LEASE, 10)
    )
    await office.deliver(seconds=60)
    late = Tried(due, "x", b"x", Passing("too late"))
    answer = await office.database.transact(lambda transaction: record(SlowChannel(), transaction, [late]))
    assert answer == [None]
    assert (await office.only()).state is MessageState.SENT


async def test_a_send_that_fails_unforeseen_is_logged_and_tried_again_after_its_lease(office: Office) -> None:
    await office.receive(news())
    broken = SlowChannel()
    broken.outcome = None
    broken.go.set()
    delivery = Delivery(office.runtime, broken)
    with structlog.testing.capture_logs() as logs:
        await delivery.deliver_due()
        await delivery.idle()
    assert [log["event"] for log in logs] == ["delivery_failed"]
    await office.deliver(seconds=60)
    assert (await office.only()).state is MessageState.SENT


async def test_a_message_whose_incident_is_not_known_waits_for_it(office: Office) -> None:
    message = await planned_without_incident(office)
    with structlog.testing.capture_logs() as logs:
        await office.deliver()
    assert [log["event"] for log in logs] == ["incident_not_known_yet"]
    await office.receive(IncidentOpened(incident=an_incident(requester=None), request_id="r"))
    await office.deliver(seconds=60)
    assert [(one.id, one.state) for one in await office.messages()] == [(message.id, MessageState.SENT)]


async def test_stopping_lets_what_is_under_way_end_and_claims_nothing_more(office: Office) -> None:
    await office.receive(news(1))
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    await delivery.deliver_due()
    await slow.gets(1)
    closing = asyncio.create_task(delivery.close())
    office.clock.advance(timedelta(seconds=1))
    await office.receive(news(2))
    assert await delivery.deliver_due() is None
    slow.go.set()
    await closing
    assert slow.closed
    assert [one.state for one in await office.messages()] == [MessageState.SENT, MessageState.PLANNED]


async def test_what_was_delayed_before_a_start_is_tried_at_once(office: Office) -> None:
    await office.receive(news())
    slow = SlowChannel()
    slow.outcome = Passing("451 later")
    slow.go.set()
    delivery = Delivery(office.runtime, slow)
    for _ in range(8):
        await delivery.deliver_due()
        await delivery.idle()
        office.clock.advance(timedelta(minutes=15))
    await delivery.deliver_due()
    await delivery.idle()
    await office.deliver()
    assert (await office.only()).state is MessageState.DELAYED
    await office.delivery.try_again()
    await office.deliver()
    assert (await office.only()).state is MessageState.SENT


async def waiting(office: Office) -> int:
    """How many messages are due and claimed by nobody."""
    now = office.clock.now()

    def count(connection: Connection) -> int:
        claimed = store.claim(connection, now, LEASE, 10_000)
        connection.rollback()
        return len(claimed)

    return await office.database.read(count)


async def planned_without_incident(office: Office) -> Message:
    """A message whose incident's snapshot was lost, as after a restored backup."""
    await office.receive(news())

    def forget(connection: Connection) -> None:
        connection.execute(tables.incident.delete())

    await office.database.transact(lambda transaction: forget(transaction.connection))
    return await office.only()
