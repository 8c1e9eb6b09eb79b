"""The SMTP channel alone: what it keeps open, and how it judges what it hears."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from candor_common.clock import ManualClock
from candor_notifier.channels import Outcome, Passing, Permanent, Sent
from candor_notifier.channels.server import Server
from candor_notifier.channels.smtp import MOST_CONNECTIONS, SmtpChannel
from tests.service.notifier.sink import HANG_UP, STALL, Sink
from tests.unit.notifier.builders import NOON

RAW = b"Message-ID: <1@help.example>\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\n"


def server_of(sink: Sink, login: str = "") -> Server:
    return Server.of(f"smtp://{login}127.0.0.1:{sink.port}?starttls=0", "help.example")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def channel(sink: Sink, clock: ManualClock) -> AsyncIterator[SmtpChannel]:
    opened = SmtpChannel(server_of(sink), clock)
    yield opened
    await opened.close()


@pytest.fixture
async def hasty(sink: Sink, clock: ManualClock) -> AsyncIterator[SmtpChannel]:
    """Waits no longer than a moment for an answer."""
    opened = SmtpChannel(replace(server_of(sink), patience=0.2), clock)
    yield opened
    await opened.close()


async def send(channel: SmtpChannel, to: str = "li@shop.example") -> Outcome:
    return await channel.send("support@help.example", to, RAW)


async def test_a_mail_arrives_as_it_was(channel: SmtpChannel, sink: Sink) -> None:
    assert await send(channel) == Sent()
    assert sink.received[0].raw == RAW


async def test_a_connection_is_kept_for_the_next_mail(channel: SmtpChannel, sink: Sink) -> None:
    for _ in range(3):
        await send(channel)
    assert sink.connections == 1


async def test_no_more_connections_are_opened_than_are_allowed(channel: SmtpChannel, sink: Sink) -> None:
    outcomes = await asyncio.gather(*(send(channel) for _ in range(60)))
    assert outcomes == [Sent()] * 60
    assert sink.most_open == MOST_CONNECTIONS
    assert len(sink.received) == 60


async def test_a_server_that_allows_few_connections_gets_all_mail_over_those(
    channel: SmtpChannel, sink: Sink
) -> None:
    sink.limit = 3
    outcomes = await asyncio.gather(*(send(channel) for _ in range(60)))
    assert outcomes == [Sent()] * 60
    assert sink.connections < 60


async def test_a_server_that_hangs_up_on_every_mail_is_not_asked_for_ever(
    channel: SmtpChannel, sink: Sink
) -> None:
    sink.to_sender.extend([HANG_UP] * 5)
    assert await send(channel) == Passing("the mail server closed the connection")
    assert sink.connections == 1


async def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(
    channel: SmtpChannel, sink: Sink
) -> None:
    await asyncio.gather(send(channel), send(channel))
    await sink.hang_up()
    assert await send(channel) == Sent()


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", HANG_UP])
async def test_a_goodbye_before_the_mail_was_named_is_answered_by_a_new_connection(
    channel: SmtpChannel, sink: Sink, answer: str
) -> None:
    await send(channel)
    sink.to_sender.append(answer)
    assert await send(channel) == Sent()
    assert sink.connections == 2


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("to_recipient", "550 5.1.1 no such user", Permanent("550 5.1.1 no such user")),
        ("to_recipient", "450 4.2.1 greylisted", Passing("450 4.2.1 greylisted")),
        ("to_recipient", "421 4.3.2 closing", Passing("421 4.3.2 closing")),
        ("to_data", "554 5.7.1 looks like spam", Permanent("554 5.7.1 looks like spam")),
        ("to_data", "451 4.3.0 later", Passing("451 4.3.0 later")),
        ("to_data", "421 4.3.2 closing", Passing("421 4.3.2 closing")),
        ("to_sender", "550 5.7.1 not you", Passing("550 5.7.1 not you")),
        ("to_sender", "452 4.3.1 disk full", Passing("452 4.3.1 disk full")),
        ("to_data", "garbage", Passing("-1 Malformed SMTP response line: garbage")),
    ],
)
async def test_every_answer_is_judged_and_the_next_mail_goes_on(
    channel: SmtpChannel, sink: Sink, stage: str, answer: str, outcome: Outcome
) -> None:
    getattr(sink, stage).append(answer)
    assert await send(channel) == outcome
    assert await send(channel) == Sent()


@pytest.mark.parametrize("stage", ["to_sender", "to_recipient", "to_data"])
async def test_a_server_that_stalls_is_left_and_the_next_mail_goes_on(
    hasty: SmtpChannel, sink: Sink, stage: str
) -> None:
    getattr(sink, stage).append(STALL)
    assert await send(hasty) == Passing("Timed out waiting for server response")
    assert await send(hasty) == Sent()
    assert sink.connections == 2


async def test_a_hang_up_at_the_end_is_not_known_to_have_failed(channel: SmtpChannel, sink: Sink) -> None:
    sink.to_data.append(HANG_UP)
    outcome = await send(channel)
    assert isinstance(outcome, Passing)
    assert not outcome.away
    assert len(sink.received) == 1


async def test_a_send_that_was_cancelled_leaves_no_connection_behind(
    channel: SmtpChannel, sink: Sink
) -> None:
    sink.to_data.append(STALL)
    sending = asyncio.create_task(send(channel))
    await sink.arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await send(channel) == Sent()
    assert sink.connections == 2


async def test_a_server_that_is_away_is_not_asked_for_every_mail(
    channel: SmtpChannel, sink: Sink, clock: ManualClock
) -> None:
    await sink.stop()
    first = await send(channel)
    assert isinstance(first, Passing)
    assert first.away
    await sink.start()
    assert await send(channel) == first
    assert sink.connections == 0
    clock.advance(timedelta(seconds=1))
    assert await send(channel) == Sent()


async def test_one_goes_first_when_a_server_may_be_back(
    channel: SmtpChannel, sink: Sink, clock: ManualClock
) -> None:
    await sink.stop()
    await send(channel)
    clock.advance(timedelta(seconds=1))
    sink.greeting = "421 4.3.2 too busy"
    await sink.start()
    outcomes = await asyncio.gather(*(send(channel) for _ in range(10)))
    assert all(isinstance(one, Passing) and one.away for one in outcomes)
    assert sink.connections == 1
    assert outcomes[0] == Passing("mail server away: 421 4.3.2 too busy", away=True)


async def test_a_greeting_that_does_not_come_counts_as_away(hasty: SmtpChannel, sink: Sink) -> None:
    sink.greeting = STALL
    outcome = await send(hasty)
    assert outcome == Passing("mail server away: Timed out waiting for server ready message", away=True)


async def test_it_is_looked_whether_the_server_is_back(
    channel: SmtpChannel, sink: Sink, clock: ManualClock
) -> None:
    await sink.stop()
    await send(channel)
    assert not await channel.back()
    clock.advance(timedelta(seconds=1))
    assert not await channel.back()
    await sink.start()
    clock.advance(timedelta(seconds=2))
    assert await channel.back()
    await send(channel)
    assert sink.connections == 1


@pytest.mark.parametrize(("login", "right"), [("ann:secret@", True), ("ann:wrong@", False)])
async def test_a_wrong_password_is_for_the_operator_to_mend(
    sink: Sink, clock: ManualClock, login: str, right: bool
) -> None:
    sink.extensions = ("AUTH PLAIN",)
    channel = SmtpChannel(server_of(sink, login), clock)
    outcome = await send(channel)
    assert outcome == (Sent() if right else Passing("mail server away: 535 wrong password", away=True))
    await channel.close()


async def test_tls_that_was_asked_for_and_is_not_offered_is_no_reason_to_go_without(
    sink: Sink, clock: ManualClock
) -> None:
    channel = SmtpChannel(Server.of(f"smtp://127.0.0.1:{sink.port}?starttls=1", "help.example"), clock)
    outcome = await send(channel)
    assert isinstance(outcome, Passing)
    assert "STARTTLS" in outcome.reason
    assert sink.received == []


async def test_addresses_beyond_ascii_need_a_server_that_knows_them(channel: SmtpChannel, sink: Sink) -> None:
    assert isinstance(await send(channel, "李@shop.example"), Permanent)
    assert await send(channel, "li@bücher.example") == Sent()
    assert sink.received[-1].recipient == "li@xn--bcher-kva.example"


async def test_addresses_beyond_ascii_arrive_where_they_are_known(sink: Sink, clock: ManualClock) -> None:
    sink.extensions = ("SMTPUTF8", "8BITMIME")
    channel = SmtpChannel(server_of(sink), clock)
    assert await send(channel, "李@shop.example") == Sent()
    assert sink.received[-1].recipient == "李@shop.example"
    await channel.close()


@pytest.mark.parametrize(
    "address", ["li@shop.example>\r\nRCPT TO:<x@y", "li@" + "ü" * 70 + ".example", "a b@c"]
)
async def test_an_address_that_smuggles_is_refused_for_good(
    channel: SmtpChannel, sink: Sink, address: str
) -> None:
    assert isinstance(await send(channel, address), Permanent)
    assert await send(channel) == Sent()
    assert [mail.recipient for mail in sink.received] == ["li@shop.example"]


async def test_goodbye_is_said_on_all_connections(channel: SmtpChannel, sink: Sink) -> None:
    await asyncio.gather(*(send(channel) for _ in range(5)))
    await channel.close()
    assert sink.goodbyes == sink.connections
