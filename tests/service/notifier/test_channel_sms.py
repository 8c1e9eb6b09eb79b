"""Text messages: asked for as Twilio's own client does, and each of its refusals judged."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from twilio.rest import Client

from candor_common.clock import ManualClock
from candor_notifier.channels import Passing, Permanent, Sent
from candor_notifier.channels.guard import ANYWHERE
from candor_notifier.channels.http import Http
from candor_notifier.channels.sms import SmsAccount, SmsChannel
from candor_notifier.domain.short import segments
from tests.service.notifier.desks import rendered
from tests.service.notifier.provider import answer
from tests.service.notifier.web_desks import SID, TOKEN, SmsDesk, form_of


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[SmsDesk]:
    made = SmsDesk(clock)
    await made.open()
    yield made
    await made.messenger.close()
    await made.shut()


async def test_we_ask_as_twilios_own_client_does(desk: SmsDesk) -> None:
    assert await desk.send() == Sent("SM" + "7" * 32)
    client = Client(SID, TOKEN)
    client.api.base_url = desk.provider.url
    text = form_of(desk.provider.asked[0])["Body"]
    made = await asyncio.to_thread(client.messages.create, to="+14155550100", from_="+15551234567", body=text)
    assert made.sid == "SM" + "7" * 32
    ours, theirs = desk.provider.asked
    assert (ours.method, ours.path, form_of(ours)) == (theirs.method, theirs.path, form_of(theirs))
    for name in ("authorization", "content-type"):
        assert ours.headers[name] == theirs.headers[name]


async def test_it_is_short_and_names_date_and_reference(desk: SmsDesk) -> None:
    await desk.messenger.send(rendered("+14155550100", gist="We replace the switch. " * 100))
    text = form_of(desk.provider.asked[0])["Body"]
    assert text.endswith("... We will write to you by 15:10 (UTC). [INC-000042]")
    assert segments(text) == 3


async def test_a_messaging_service_sends_in_its_own_name(desk: SmsDesk) -> None:
    service = "MG" + "a" * 32
    account = SmsAccount.of(f"twilio+http://{SID}:{TOKEN}@127.0.0.1:{desk.provider.port}?from={service}")
    channel = SmsChannel(Http(ANYWHERE), account, desk.clock)
    await channel.send(desk.message)
    await channel.close()
    form = form_of(desk.provider.asked[0])
    assert (form["MessagingServiceSid"], "From" in form) == (service, False)


def test_the_account_is_read_from_its_url_and_not_shown() -> None:
    account = SmsAccount.of(f"twilio://{SID}:a%2Fb@api.twilio.com?from=+15551234567")
    assert account.url == f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
    assert (account.token, account.sender) == ("a/b", "+15551234567")
    assert "a/b" not in repr(account)


@pytest.mark.parametrize("code", [21211, 21266, 21408, 21610, 21612, 21614, 21617, 21635, 30999])
async def test_what_is_said_of_number_or_text_is_for_good(desk: SmsDesk, code: int) -> None:
    desk.provider.in_line.append(answer(400, {"code": code, "message": "m", "status": 400}))
    outcome = await desk.send()
    assert isinstance(outcome, Permanent)
    assert outcome.reason.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, 20003),
        (403, 20005),
        (404, 20404),
        (400, 10001),
        (400, 20003),
        (400, 21210),
        (400, 21212),
        (400, 21601),
        (400, 21606),
        (400, 21608),
        (400, 21661),
        (400, 30002),
        (400, 30032),
        (400, 30034),
    ],
)
async def test_that_our_account_is_not_wanted_is_not_the_customers_fault(
    desk: SmsDesk, status: int, code: int
) -> None:
    desk.provider.in_line.append(answer(status, {"code": code, "message": "m", "status": status}))
    outcome = await desk.send()
    assert isinstance(outcome, Passing)
    assert outcome.away
    assert "CANDOR_SMS_URL" in outcome.reason


@pytest.mark.parametrize("code", [20429, 21611, 30001])
async def test_too_many_is_said_by_the_code_too(desk: SmsDesk, code: int) -> None:
    desk.provider.in_line.append(answer(400, {"code": code, "status": 400}, Retry_After="7"))
    outcome = await desk.send()
    assert isinstance(outcome, Passing)
    assert (outcome.after is not None, outcome.away) == (True, False)


async def test_maintenance_passes_whatever_the_status(desk: SmsDesk) -> None:
    desk.provider.in_line.append(answer(400, {"code": 21730, "status": 400}))
    assert isinstance(await desk.send(), Passing)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff", b"[" * 60_000, b'{"sid": 5}', b'{"code": "x"}']
)
async def test_a_body_that_is_not_theirs_is_no_trouble(desk: SmsDesk, body: bytes) -> None:
    desk.provider.in_line.extend([answer(201, body), answer(400, body)])
    assert isinstance(await desk.send(), Sent)
    assert isinstance(await desk.send(), Permanent)
