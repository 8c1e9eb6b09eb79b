"""Whoever owns a subscription is told when it was switched off: once, in their language, until it has left."""

import email
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.telemetry import metrics_text
from candor_notifier import service, tables
from candor_notifier.notices import tell_owners
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, ON_SQLITE
from tests.service.notifier.provider import Provider, answer
from tests.service.notifier.sink import Sink
from tests.service.notifier.subscribing import House, clock, receiver, resolved

__all__ = ["clock", "receiver"]

OWNER = "dev@partner.example"


@pytest.fixture
async def house(database: Database, clock: ManualClock, tmp_path: Path, sink: Sink) -> AsyncIterator[House]:
    """With a mail server."""
    url = SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0")
    given = {"webhook_allow": "127.0.0.0/8", "smtp_url": url, "mail_from": FROM}
    async with served_as(House, service, database, clock, tmp_path, **given) as running:
        yield running


async def gone(house: House, receiver: Provider, **wish: Any) -> dict[str, Any]:
    """A subscription whose receiver wants no more."""
    made = await house.subscribe(receiver, **{"name": "Our board", "contact": OWNER, **wish})
    receiver.in_line.append(answer(410))
    await house.hear(resolved())
    await house.deliver()
    return made


async def test_the_owner_is_told_once_what_happened_and_what_to_do(
    house: House, receiver: Provider, sink: Sink
) -> None:
    made = await gone(house, receiver)
    for _ in range(3):
        await tell_owners(house.runtime)
        house.clock.advance(timedelta(minutes=5))
    [mail] = sink.received
    text = " ".join(mail.raw.decode().replace("=\n", "").replace("=\r\n", "").split())
    assert mail.recipient == OWNER
    assert "Subject: Your webhook was switched off: Our board" in text
    assert "HTTP 410: the receiver wants no more" in text
    assert "Auto-Submitted: auto-generated" in text
    assert "Reply-To" not in text
    assert str(receiver.port) not in text
    shown = await house.one(made["id"])
    assert (shown["contact"], shown["state"]) == (OWNER, "disabled")
    assert shown["disabled_at"] <= shown["told_at"]


async def test_a_mail_that_does_not_leave_is_tried_again_under_the_same_id(
    house: House, receiver: Provider, sink: Sink
) -> None:
    made = await gone(house, receiver)
    sink.to_data.append("451 4.3.0 try later")
    with structlog.testing.capture_logs() as logs:
        again = await tell_owners(house.runtime)
    assert [one["event"] for one in logs] == ["subscription_owner_not_told"]
    assert again is not None
    assert (await house.one(made["id"]))["told_at"] is None
    house.clock.advance(timedelta(minutes=1))
    assert await tell_owners(house.runtime) is None
    first, second = sink.received
    assert first.raw == second.raw
    assert (await house.one(made["id"]))["told_at"] is not None


@ON_SQLITE
async def test_an_address_that_takes_no_mail_is_given_up(
    house: House, receiver: Provider, sink: Sink
) -> None:
    made = await gone(house, receiver)
    sink.to_recipient.append("550 5.1.1 no such user")
    assert await tell_owners(house.runtime) is None
    assert (await house.one(made["id"]))["told_at"] is None


@ON_SQLITE
async def test_after_days_without_a_mail_server_it_is_given_up(
    house: House, receiver: Provider, sink: Sink
) -> None:
    await gone(house, receiver)
    await sink.stop()
    house.clock.advance(timedelta(days=4))
    assert await tell_owners(house.runtime) is None
    await sink.start()


@ON_SQLITE
async def test_without_a_contact_nobody_is_told_and_the_operator_sees_it(
    house: House, receiver: Provider, sink: Sink
) -> None:
    before = _disabled()
    made = await gone(house, receiver, contact=None)
    assert await tell_owners(house.runtime) is None
    assert sink.received == []
    shown = await house.one(made["id"])
    assert shown["reason"] == "HTTP 410: the receiver wants no more"
    assert _disabled() == before + 1


@ON_SQLITE
async def test_who_was_switched_on_again_before_is_not_told(
    house: House, receiver: Provider, sink: Sink
) -> None:
    made = await gone(house, receiver)
    await house.post(f"/v1/subscriptions/{made['id']}/enable")
    assert await tell_owners(house.runtime) is None
    assert sink.received == []


@ON_SQLITE
async def test_without_a_name_it_is_called_by_its_host_in_the_language_that_was_asked_for(
    house: House, receiver: Provider, sink: Sink
) -> None:
    await gone(house, receiver, language="zh-Hant", name="")
    await tell_owners(house.runtime)
    [mail] = sink.received
    parsed: EmailMessage = email.message_from_bytes(mail.raw, policy=default)
    assert parsed["Subject"] == "您的 Webhook 已停用：127.0.0.1"
    assert "直接回覆本郵件" in str(parsed.get_content())


@ON_SQLITE
async def test_where_no_mail_server_is_set_the_mail_is_in_the_mailbox(
    database: Database, clock: ManualClock, tmp_path: Path, receiver: Provider
) -> None:
    given = {"webhook_allow": "127.0.0.0/8", "mail_from": FROM}
    async with served_as(House, service, database, clock, tmp_path, **given) as house:
        await gone(house, receiver)
        await tell_owners(house.runtime)
        [mail] = await house.rows(tables.mailbox.select())
        assert (mail["recipient"], mail["subject"]) == (OWNER, "Your webhook was switched off: Our board")


@ON_SQLITE
@pytest.mark.parametrize("contact", ["nobody", "a@b, c@d", "a@b\r\nBcc: all@shop.example", "<a@b.example>"])
async def test_a_contact_that_is_no_single_address_is_refused(
    house: House, receiver: Provider, contact: str
) -> None:
    wish = {"url": f"{receiver.url}/hook", "contact": contact}
    refused = await house.client.post("/v1/subscriptions", json=wish)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/contact"


def _disabled() -> float:
    lines = metrics_text().decode().splitlines()
    return next(
        float(one.split()[-1]) for one in lines if one.startswith("candor_subscriptions_disabled_total ")
    )
