"""A colleague who was nudged by mail and writes back takes part in the incident: no new request comes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    Message,
    MessageKind,
    MessageSent,
    MessageState,
    ReplyReceived,
    RequestReceived,
)
from candor_intake import service
from tests.plugins.databases import START
from tests.plugins.served import Served, served_as
from tests.service.intake.posting import mail, types
from tests.worlds.charters import shipped, write

pytestmark = pytest.mark.packages("candor_intake")

NUDGE = "<INC-000001.77aa@candor.localhost>"


@pytest.fixture
async def manned(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """Intake under a charter with people."""
    content = shipped()
    content["teams"]["operations"] |= {"contact": "desk@house.example"}
    content["people"] = {"ana": {"teams": ["operations"], "contact": "ana@house.example", "shift": "always"}}
    charter = write(content, tmp_path / "charter.yaml")
    async with served_as(Served, service, database, clock, tmp_path, charter=charter) as running:
        yield running


def nudged(
    recipient: str, channel: Channel = Channel.MAIL, kind: MessageKind = MessageKind.NUDGE
) -> MessageSent:
    return MessageSent(
        message=Message(
            id="m1",
            incident_id="INC-000001",
            kind=kind,
            state=MessageState.SENT,
            channel=channel,
            recipient=recipient,
            message_id=NUDGE,
            cause_event_id="risky",
            planned_at=START,
        )
    )


@pytest.mark.parametrize("recipient", ["ana@house.example", "Ana@House.example", "desk@house.example"])
async def test_their_answer_joins_the_incident(manned: Served, recipient: str) -> None:
    await mail(manned)
    await manned.apply([manned.envelope(nudged(recipient))])
    headers = {"From": "ana@house.example", "Message_ID": "<two@house.example>"}
    await mail(manned, In_Reply_To=NUDGE, Subject="Re: Due soon", **headers)
    _, reply = await manned.told()
    assert isinstance(reply, ReplyReceived)
    assert (reply.incident_id, reply.sender.address) == ("INC-000001", "ana@house.example")


async def test_a_stranger_who_knows_the_nudge_joins_nothing(manned: Served) -> None:
    await mail(manned)
    await manned.apply([manned.envelope(nudged("desk@house.example"))])
    await mail(manned, In_Reply_To=NUDGE, From="eve@evil.example", Message_ID="<two@evil.example>")
    assert types(await manned.told()) == ["RequestReceived", "RequestReceived"]


async def test_who_was_not_nudged_about_it_joins_nothing(manned: Served) -> None:
    await mail(manned)
    await manned.apply([manned.envelope(nudged("else@house.example"))])
    await mail(manned, Subject="[INC-000001]", From="ana@house.example", Message_ID="<two@house.example>")
    [_, other] = await manned.told()
    assert isinstance(other, RequestReceived)


@pytest.mark.parametrize(
    "sent",
    [
        nudged("ana@house.example", kind=MessageKind.UPDATE),
        nudged("+14155550100", channel=Channel.SMS),
        nudged("slack-hook:team/operations", channel=Channel.SLACK),
    ],
)
async def test_only_a_nudge_by_mail_lets_somebody_take_part(manned: Served, sent: MessageSent) -> None:
    await mail(manned)
    await manned.apply([manned.envelope(sent)])
    await mail(manned, Subject="[INC-000001]", From="ana@house.example", Message_ID="<two@house.example>")
    assert types(await manned.told()) == ["RequestReceived", "RequestReceived"]
