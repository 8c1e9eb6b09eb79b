"""Claim, send, record: against a mail server that refuses, hangs up and goes away."""

from datetime import timedelta

import pytest
import structlog

from candor_common.events import (
    IncidentOpened,
    IncidentResolved,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    MessageState,
)
from candor_notifier.delivery import Delivery
from tests.service.notifier.conftest import Office
from tests.service.notifier.sending import SlowChannel, news, types
from tests.service.notifier.sink import HANG_UP, Sink
from tests.unit.notifier.builders import FIXED, an_incident


async def test_what_is_due_leaves_once_and_is_told(post: Office, sink: Sink) -> None:
    [cause] = await post.hear(news())
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
    await post.hear(IncidentOpened(incident=an_incident(), request_id="r"))
    await post.deliver(seconds=5)
    assert sink.received[0].sender == ""


async def test_a_customer_reads_about_one_incident_in_order(post: Office, sink: Sink) -> None:
    resolved = IncidentResolved(incident=an_incident(version=3), by="ana", resolution=FIXED)
    await post.hear(IncidentOpened(incident=an_incident(), request_id="r"), news(), resolved, news(43))
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
    await post.hear(news())
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
    await post.hear(news())
    await post.deliver()
    await post.deliver(days=1)
    message = await post.only()
    assert (message.state, message.reason) == (MessageState.REFUSED, "550 5.1.1 no such user")
    assert types(await post.told()) == [MessageRefused]


async def test_that_the_server_does_not_want_us_is_not_the_customers_fault(post: Office, sink: Sink) -> None:
    sink.to_sender.append("550 5.7.1 sender not allowed")
    await post.hear(news())
    await post.deliver()
    assert (await post.only()).state is MessageState.DELAYED


async def test_a_hang_up_before_the_answer_brings_the_same_bytes_again(post: Office, sink: Sink) -> None:
    sink.to_data.append(HANG_UP)
    await post.hear(news())
    await post.deliver()
    assert (await post.only()).state is MessageState.DELAYED
    await post.deliver(seconds=5)
    first, second = sink.received
    assert first == second
    assert (await post.only()).state is MessageState.SENT


async def test_a_crash_between_sending_and_recording_sends_the_same_bytes_again(
    post: Office, sink: Sink
) -> None:
    await post.hear(news())
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
    await post.hear(*[news(number) for number in range(12)])
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
    await post.hear(news())
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
    await post.hear(fact.model_copy(update={"incident": an_incident(requester=evil)}))
    await post.deliver()
    message = await post.only()
    assert message.state is MessageState.REFUSED
    assert (message.reason or "").startswith("not an address")
    assert sink.connections == 0
