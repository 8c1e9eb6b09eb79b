"""What was promised after a survey: its owner hears of it at once, the customer when it was missed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    IncidentClosed,
    IncidentStatus,
    MessageKind,
    MessageState,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseState,
)
from candor_notifier import service
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, Office
from tests.service.notifier.sink import Received, Sink
from tests.service.notifier.test_nudges import with_people
from tests.unit.notifier.builders import NOON, a_promise, after, an_incident
from tests.worlds.charters import write

CLOSED = IncidentClosed(
    incident=an_incident(
        version=6, status=IncidentStatus.CLOSED, team="operations", owner="lena", customer="Shop"
    ),
    by="charter",
)


@pytest.fixture
async def manned(database: Database, clock: ManualClock, tmp_path: Path, sink: Sink) -> AsyncIterator[Office]:
    """A house with people, and a mail server."""
    charter = write(with_people(), tmp_path / "charter.yaml")
    url = SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0")
    settings = {"charter": charter, "smtp_url": url, "mail_from": FROM}
    async with served_as(Office, service, database, clock, tmp_path, **settings) as running:
        yield running


def a_call(**given: Any) -> Any:
    return a_promise(PromiseKind.FOLLOW_UP, owner="ana", **given)


def text_of(mail: Received) -> str:
    """All of it on one line."""
    return " ".join(mail.raw.decode().replace("=\r\n", "").split())


async def over(office: Office, sink: Sink) -> None:
    """The customer was told that it is closed."""
    await office.hear(CLOSED)
    await office.deliver()
    sink.received.clear()


async def test_its_owner_hears_of_it_when_it_is_promised_and_before_it_is_due(
    manned: Office, sink: Sink
) -> None:
    await over(manned, sink)
    [made] = await manned.hear(PromiseMade(promise=a_call()))
    await manned.apply([made])
    await manned.deliver()
    assert [one.recipient for one in sink.received] == ["ana@house.example"]
    assert "and note with the follow-up what came of it" in text_of(sink.received[0])
    await manned.hear(PromiseAtRisk(promise=a_call(version=2, warned_at=NOON), fired_at=NOON, share=0.75))
    await manned.deliver()
    assert [one.recipient for one in sink.received] == ["ana@house.example"] * 2


async def test_who_has_done_it_is_not_nudged_any_more(manned: Office, sink: Sink) -> None:
    await over(manned, sink)
    await manned.hear(PromiseMade(promise=a_call()))
    await manned.hear(PromiseKept(promise=a_call(version=2, state=PromiseState.KEPT, kept_at=NOON)))
    await manned.deliver()
    assert sink.received == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            PromiseKind.FOLLOW_UP,
            "We promised to get in touch with you by Tue 3 Mar, 13:00 (UTC) and did not.",
        ),
        (
            PromiseKind.IMPROVEMENT_REPLY,
            "We promised you an answer to what you wrote in our survey by Tue 3 Mar",
        ),
    ],
)
async def test_when_it_was_missed_the_customer_is_told_and_the_lead_is_nudged(
    manned: Office, sink: Sink, kind: PromiseKind, said: str
) -> None:
    await over(manned, sink)
    missed = a_promise(kind, owner="ana", version=2, state=PromiseState.BREACHED, breached_at=after(hours=1))
    await manned.hear(PromiseBreached(promise=missed, fired_at=after(hours=1)))
    await manned.deliver(hours=1)
    mails = {one.recipient: one for one in sink.received}
    assert mails.keys() == {"li@shop.example", "lena@house.example"}
    text = text_of(mails["li@shop.example"])
    assert said in text
    assert "Your request is still open" not in text
    [notice] = [one for one in await manned.messages() if one.kind is MessageKind.BREACH_NOTICE]
    assert notice.state is MessageState.SENT
