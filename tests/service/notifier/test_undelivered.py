"""Words that had left and did not arrive: told as a fact, and to whoever has the incident."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    Contact,
    IncidentOpened,
    IncidentUpdated,
    Message,
    MessageKind,
    MessageRefused,
    MessageSent,
    MessageState,
    MessageUndelivered,
    NonDelivery,
    Origin,
    ReplyReceived,
    Update,
)
from candor_common.links import Signer
from candor_notifier import service, tables
from candor_notifier.delivery import Delivery
from candor_notifier.sms_status import LONGEST, addresses
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, ON_SQLITE, Office
from tests.service.notifier.sending import SlowChannel, types
from tests.service.notifier.test_nudges import with_people
from tests.service.notifier.web_desks import SID, TOKEN, SmsDesk, form_of
from tests.unit.notifier.builders import NOON, an_incident
from tests.worlds.charters import write

MAIL = Contact(address="li@shop.example")
PHONE = {"requester": Contact(address="+14155550100"), "channel": Channel.SMS}
WHY = "550 5.1.1 No such user"


def opened(**given: object) -> IncidentOpened:
    known: dict[str, Any] = {"team": "operations", "owner": "ana", "customer": "Shop"}
    return IncidentOpened(incident=an_incident(**known | given), request_id="r")


def updated(**given: object) -> IncidentUpdated:
    said = Update(doing="We replace the switch.", expect="Short breaks.")
    known: dict[str, Any] = {"team": "operations", "owner": "ana", "customer": "Shop", "last_update": said}
    return IncidentUpdated(incident=an_incident(version=2, **known | given), update=said, by="ana")


def bounce(*message_ids: str) -> ReplyReceived:
    return ReplyReceived(
        incident_id="INC-000042",
        request_id="b",
        reference="INC-000043",
        conversation_id="INC-000042",
        channel=Channel.MAIL,
        origin=Origin.BOUNCE,
        received_at=NOON,
        subject_line="Undelivered",
        text="It did not work.",
        sender=Contact(address="mailer-daemon@mx.shop.example"),
        non_delivery=NonDelivery(message_ids=message_ids, reason=WHY),
    )


@pytest.fixture
async def house(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    """With people, a service for text messages, and an address that others can reach."""
    provider = SmsDesk(clock)
    await provider.open()
    url = f"twilio+http://{SID}:{TOKEN}@127.0.0.1:{provider.provider.port}?from=+15551234567"
    settings = {
        "charter": write(with_people(), tmp_path / "charter.yaml"),
        "sms_url": SecretStr(url),
        "mail_from": FROM,
    }
    async with served_as(Office, service, database, clock, tmp_path, **settings) as running:
        running.runtime.resources["sms"] = provider
        yield running
    await provider.messenger.close()
    await provider.shut()


async def the(office: Office, kind: MessageKind) -> Message:
    [found] = [one for one in await office.messages() if one.kind is kind]
    return found


async def nudges(office: Office) -> list[str]:
    return [one.recipient for one in await office.messages() if one.kind is MessageKind.NUDGE]


async def test_a_bounce_is_told_once_and_the_owner_is_to_find_another_way(house: Office) -> None:
    await house.hear(opened(requester=MAIL), updated(requester=MAIL))
    await house.deliver(seconds=5)
    await house.deliver()
    await house.told()
    update = await the(house, MessageKind.UPDATE)
    [heard] = await house.hear(bounce(update.message_id, "<somebody@else.example>", "", "<a.b@c>"))
    await house.apply([heard])
    [told] = await house.told()
    lost = update.model_copy(update={"state": MessageState.UNDELIVERED, "reason": WHY})
    assert told == MessageUndelivered(message=lost)
    assert await the(house, MessageKind.UPDATE) == lost
    assert await nudges(house) == ["ana@house.example"]
    await house.deliver()
    assert types(await house.told()) == [MessageSent]
    page = (await house.client.get("/mailbox")).text
    assert "Not delivered: update" in page
    [nudge] = [
        one["raw"] for one in await house.rows(tables.mailbox.select()) if b"Not delivered" in one["raw"]
    ]
    assert f"Why: {WHY}".encode() in nudge
    assert b"Find another way" in nudge


async def test_a_nudge_that_comes_back_asks_for_no_other(house: Office) -> None:
    await house.hear(opened(requester=MAIL), updated(requester=MAIL))
    await house.deliver(seconds=5)
    await house.deliver()
    await house.hear(bounce((await the(house, MessageKind.UPDATE)).message_id))
    await house.deliver()
    await house.hear(bounce((await the(house, MessageKind.NUDGE)).message_id))
    assert await nudges(house) == ["ana@house.example"]
    assert (await the(house, MessageKind.NUDGE)).state is MessageState.UNDELIVERED


@pytest.mark.parametrize(("customer", "nudged"), [("Shop", ["ana@house.example"]), (None, [])])
async def test_the_automatic_answer_to_whom_nobody_knows_is_nobodys_loss(
    house: Office, customer: str | None, nudged: list[str]
) -> None:
    await house.hear(opened(requester=MAIL, customer=customer))
    await house.deliver(seconds=5)
    await house.hear(bounce((await the(house, MessageKind.ACKNOWLEDGEMENT)).message_id))
    assert (await the(house, MessageKind.ACKNOWLEDGEMENT)).state is MessageState.UNDELIVERED
    assert await nudges(house) == nudged


async def test_what_is_refused_at_once_is_told_to_the_owner_too(house: Office) -> None:
    nowhere = {"requester": Contact(address="slack:T1/U1"), "channel": Channel.SLACK}
    await house.hear(opened(**nowhere))
    await house.deliver(seconds=5)
    assert types(await house.told()) == [MessageRefused, MessageSent]
    assert await nudges(house) == ["ana@house.example"]


async def status_address(office: Office) -> str:
    """Where the service for text messages tells what became of the first."""
    provider: SmsDesk = office.runtime.resources["sms"]
    address = urlsplit(form_of(provider.provider.asked[0])["StatusCallback"])
    assert (address.scheme, address.netloc) == ("http", "candor.test")
    return address.path


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("undelivered", "30005", "30005: the number does not exist"),
        ("failed", "30999", "30999: the message is said to be failed"),
        ("undelivered", None, "the message is said to be undelivered"),
    ],
)
async def test_a_text_message_that_the_carrier_could_not_deliver_is_told(
    house: Office, status: str, code: str | None, reason: str
) -> None:
    await house.hear(opened(**PHONE))
    await house.deliver(seconds=5)
    where = await status_address(house)
    form = {"MessageSid": "SM1", "MessageStatus": status} | ({"ErrorCode": code} if code else {})
    await house.told()
    for _ in range(2):
        assert (await house.client.post(where, data=form)).status_code == 204
    [told] = await house.told()
    assert isinstance(told, MessageUndelivered)
    assert (told.message.channel, told.message.reason) == (Channel.SMS, reason)
    assert await nudges(house) == ["ana@house.example"]


@ON_SQLITE
@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "read", "unheard-of"])
async def test_every_other_status_changes_nothing(house: Office, status: str) -> None:
    await house.hear(opened(**PHONE))
    await house.deliver(seconds=5)
    await house.told()
    where = await status_address(house)
    assert (await house.client.post(where, data={"MessageStatus": status})).status_code == 204
    assert await house.told() == []


async def test_a_status_that_comes_before_the_send_is_recorded_is_not_lost(house: Office) -> None:
    """Then it never counts as words that left."""
    await house.hear(opened(**PHONE))
    message = await house.only()
    token = house.runtime.context.signer.sign("sms-status", message.id)
    where = f"/v1/messages/status/{token}"
    assert (await house.client.post(where, data={"MessageStatus": "failed"})).status_code == 204
    await house.deliver(seconds=5)
    assert (await the(house, MessageKind.ACKNOWLEDGEMENT)).state is MessageState.UNDELIVERED
    of_it = [one for one in await house.told() if getattr(one, "message", message).id == message.id]
    assert types(of_it) == [MessageUndelivered]


async def test_what_comes_back_while_it_is_being_sent_does_not_count_as_sent(house: Office) -> None:
    slow = SlowChannel()
    await house.hear(opened(requester=MAIL), updated(requester=MAIL))
    delivery = Delivery(house.runtime, slow)
    house.clock.advance(timedelta(seconds=5))
    await delivery.deliver_due()
    await slow.gets(1)
    [message] = [one for one in await house.messages() if one.kind is MessageKind.ACKNOWLEDGEMENT]
    await house.hear(bounce(message.message_id))
    slow.go.set()
    await delivery.idle()
    of_it = [one for one in await house.told() if getattr(one, "message", message).id == message.id]
    assert types(of_it) == [MessageUndelivered]
    assert (await the(house, MessageKind.ACKNOWLEDGEMENT)).state is MessageState.UNDELIVERED


@ON_SQLITE
async def test_nobody_else_can_tell_a_status(house: Office) -> None:
    await house.hear(opened(**PHONE))
    await house.deliver(seconds=5)
    where, form = await status_address(house), {"MessageStatus": "failed"}
    other = house.runtime.context.signer.sign("survey", (await the(house, MessageKind.ACKNOWLEDGEMENT)).id)
    await house.told()
    for path in (where[:-1], f"/v1/messages/status/{other}"):
        answer = await house.client.post(path, data=form)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (await house.client.post(where, data={})).status_code == 422
    house.clock.advance(LONGEST * 2)
    assert (await house.client.post(where, data=form)).status_code == 410
    assert await house.told() == []


@pytest.mark.parametrize(
    ("public_url", "asked"),
    [
        ("http://localhost:8080", False),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://candor.localhost", False),
        ("https://help.example", True),
        ("https://192.0.2.1", True),
    ],
)
def test_a_status_is_asked_for_only_where_somebody_can_reach_us(public_url: str, asked: bool) -> None:
    signer = Signer("k" * 32)
    where = addresses(signer, public_url)("m1")
    assert (where is not None) is asked
    assert where is None or where.startswith(f"{public_url}/v1/messages/status/")
