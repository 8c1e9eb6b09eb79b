"""One contract for every way on which words leave."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from candor_common.clock import Clock, ManualClock
from candor_notifier.channels import Passing, Permanent, Sent
from tests.service.notifier.desks import Desk, FarDesk, MailboxDesk, SmtpDesk
from tests.service.notifier.provider import ENDLESS, GARBAGE, HANG_UP, answer
from tests.service.notifier.web_desks import (
    BOT_TOKEN,
    SECRET,
    TOKEN,
    HttpDesk,
    SlackDesk,
    SlackHooksDesk,
    SlackWebhookDesk,
    SmsDesk,
    WebhookDesk,
)

HOSTILE = (
    "",
    "\x00",
    "a\r\nBcc: all@shop.example\r\n\r\nb",
    "\r\n.\r\nQUIT\r\n",
    "\ud800 half of a pair",
    "\u202egnihton",
    "<!channel> <https://evil.example|your bank> & *all*",
    "&Body=other&To=%2B1900",
    "x" * 20_000,
    "打印机坏了" * 1_000,
)
SECRETS = (BOT_TOKEN, SECRET, TOKEN, "sesame")


class ChannelContract:
    """What every channel does. A class for each one says which."""

    of: Callable[[Clock], Desk]

    @pytest.fixture
    async def desk(self, clock: ManualClock) -> AsyncIterator[Desk]:
        made = self.of(clock)
        await made.open()
        yield made
        await made.messenger.close()
        await made.shut()

    async def test_what_the_other_side_took_is_sent(self, desk: Desk) -> None:
        assert isinstance(await desk.send(), Sent)

    async def test_words_arrive_at_their_recipient(self, desk: Desk) -> None:
        await desk.send()
        [arrived] = desk.arrived()
        assert arrived.recipient in desk.message.message.recipient
        assert "We replace the switch." in arrived.words
        assert "INC-000042" in arrived.words

    async def test_the_same_message_twice_is_the_same_to_the_other_side(self, desk: Desk) -> None:
        for _ in range(2):
            await desk.send()
        one, other = desk.arrived()
        assert one == other

    @pytest.mark.parametrize("words", HOSTILE)
    async def test_no_words_make_it_raise(self, desk: Desk, words: str) -> None:
        hostile = replace(desk.message, subject=words, text=words, gist=words, next_by=words)
        assert isinstance(await desk.messenger.send(hostile), Sent | Permanent)

    async def test_it_can_be_closed_twice(self, desk: Desk) -> None:
        await desk.send()
        await desk.messenger.close()
        await desk.messenger.close()


class AddressedContract(ChannelContract):
    """What a channel does that serves more than one recipient."""

    @pytest.mark.parametrize("recipient", ["", "nobody", "\r\nnobody: <nowhere>", "@", "x" * 5000])
    async def test_an_address_of_another_kind_is_refused_for_good(self, desk: Desk, recipient: str) -> None:
        elsewhere = desk.message.message.model_copy(update={"recipient": recipient})
        outcome = await desk.messenger.send(replace(desk.message, message=elsewhere, thread=()))
        assert isinstance(outcome, Permanent)
        assert desk.arrived() == []


class FarContract(ChannelContract):
    """What a channel does whose other side is a server."""

    async def test_a_refusal_for_good_has_a_reason_without_a_secret(self, desk: FarDesk) -> None:
        desk.refuse()
        outcome = await desk.send()
        assert isinstance(outcome, Permanent)
        assert outcome.reason
        assert not any(secret in outcome.reason for secret in SECRETS)

    async def test_what_is_put_off_leaves_later(self, desk: FarDesk) -> None:
        desk.put_off()
        assert isinstance(await desk.send(), Passing)
        assert isinstance(await desk.send(), Sent)

    async def test_a_server_that_is_away_costs_nothing_but_time(
        self, desk: FarDesk, clock: ManualClock
    ) -> None:
        await desk.shut()
        outcome = await desk.send()
        assert isinstance(outcome, Passing)
        assert not any(secret in outcome.reason for secret in SECRETS)
        await self.reopen(desk)
        clock.advance(timedelta(minutes=1))
        assert isinstance(await desk.send(), Sent)

    async def test_silence_has_an_end(self, desk: FarDesk) -> None:
        desk.be_silent()
        assert isinstance(await desk.send(), Passing)
        assert isinstance(await desk.send(), Sent)

    async def reopen(self, desk: FarDesk) -> None:
        """Bring the server back where it was."""
        if isinstance(desk, HttpDesk):
            await desk.provider.start()
        elif isinstance(desk, SmtpDesk):
            await desk.sink.start()


class HttpContract(FarContract):
    """What a channel does whose other side speaks HTTP."""

    @pytest.mark.parametrize(("said", "wait"), [("120", 120), ("Tue, 03 Mar 2026 12:01:00 GMT", 60)])
    async def test_who_wants_us_to_be_slower_says_how_long(
        self, desk: HttpDesk, said: str, wait: int
    ) -> None:
        desk.provider.in_line.append(answer(429, b"", Retry_After=said))
        outcome = await desk.send()
        assert isinstance(outcome, Passing)
        assert outcome.after == timedelta(seconds=wait)

    @pytest.mark.parametrize("said", ["", "soon", "-5", "٣", "Tue, 99 Mar 2026 12:01:00 GMT"])
    async def test_a_wait_that_can_not_be_read_is_none(self, desk: HttpDesk, said: str) -> None:
        # Bytes of UTF-8, as some servers send them in spite of the standard.
        desk.provider.in_line.append(answer(429, b"", Retry_After=said.encode().decode("latin-1")))
        outcome = await desk.send()
        assert isinstance(outcome, Passing)
        assert outcome.after is None

    async def test_nobody_makes_us_wait_longer_than_a_day(self, desk: HttpDesk) -> None:
        desk.provider.in_line.append(answer(429, b"", Retry_After="9" * 40))
        outcome = await desk.send()
        assert isinstance(outcome, Passing)
        assert outcome.after == timedelta(days=1)

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
    async def test_trouble_on_the_other_side_passes(self, desk: HttpDesk, status: int) -> None:
        desk.provider.in_line.append(answer(status, b"<html>sesame</html>"))
        outcome = await desk.send()
        assert isinstance(outcome, Passing)
        assert "sesame" not in outcome.reason

    @pytest.mark.parametrize("given", [HANG_UP, GARBAGE])
    async def test_an_answer_that_is_none_passes(self, desk: HttpDesk, given: bytes) -> None:
        desk.provider.in_line.append(given)
        assert isinstance(await desk.send(), Passing)
        assert isinstance(await desk.send(), Sent)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_redirects_are_not_followed(self, desk: HttpDesk, status: int) -> None:
        desk.provider.in_line.append(answer(status, b"", Location=f"{desk.provider.url}/elsewhere"))
        assert not isinstance(await desk.send(), Sent)
        assert len(desk.provider.asked) == 1

    async def test_a_body_without_end_is_read_no_further_than_needed(self, desk: HttpDesk) -> None:
        desk.provider.in_line.append(ENDLESS)
        await desk.send()
        assert isinstance(await desk.send(), Sent)

    async def test_a_connection_is_kept_for_the_next_message(self, desk: HttpDesk) -> None:
        for _ in range(3):
            await desk.send()
        assert desk.provider.connections == 1


class TestMailbox(AddressedContract):
    of = MailboxDesk


class TestSmtp(AddressedContract, FarContract):
    of = SmtpDesk


class TestSms(AddressedContract, HttpContract):
    of = SmsDesk


class TestSlack(AddressedContract, HttpContract):
    of = SlackDesk


class TestSlackWebhook(HttpContract):
    of = SlackWebhookDesk


class TestSlackHooks(AddressedContract, HttpContract):
    of = SlackHooksDesk


class TestWebhook(AddressedContract, HttpContract):
    of = WebhookDesk
