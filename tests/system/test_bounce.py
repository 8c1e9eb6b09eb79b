"""A mail of ours comes back, through all five services: who has the incident learns that its words were not read."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from candor_common.events import MessageUndelivered, ReplyReceived
from tests.system.test_doors import take, told
from tests.unit.intake.test_mail_report import FAILED, SAID, a_report
from tests.worlds import charters
from tests.worlds.embedded import World, opened

CUSTOMER = "li@shop.example"
MAIL = {"Content-Type": "message/rfc822"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    content = charters.shipped()
    content["people"] = {
        "ana": {"teams": ["service-desk"], "contact": "ana@house.example", "shift": "always"},
    }
    charter = charters.write(content, tmp_path / "charter.yaml")
    async with opened(tmp_path / "data", charter=charter) as made:
        yield made


def to(world: World, address: str) -> list[EmailMessage]:
    return [one.message for one in world.mails() if one.recipient == address]


async def test_who_has_it_learns_that_the_customer_has_not_read_it(world: World) -> None:
    body = {"subject": "How do I add a user?", "text": "Where is it?", "from": {"address": CUSTOMER}}
    await take(world, world.http.post("/v1/requests", json=body))
    await world.settle()
    await world.reach(5)
    incident = "/v1/incidents/INC-000001"
    headers = {"If-Match": (await world.http.get(incident)).headers["ETag"]}
    words = {"by": "ana", "doing": "Under Settings.", "expect": "Nothing."}
    await take(world, world.http.post(f"{incident}/update", json=words, headers=headers))
    await world.settle()
    update = to(world, CUSTOMER)[-1]
    returned = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {update['Message-ID']}\r\n"
    bounce = a_report(FAILED + SAID, returned=returned)
    for _ in range(2):
        await take(world, world.http.post("/v1/hooks/email/raw", content=bounce, headers=MAIL))
        await world.settle()
    assert [one.incident_id for one in told(world, ReplyReceived)] == ["INC-000001"]
    [lost] = told(world, MessageUndelivered)
    assert lost.message.message_id == update["Message-ID"]
    [nudge] = [one for one in to(world, "ana@house.example") if "Not delivered" in one["Subject"]]
    assert "No such user" in nudge.get_content()
    timeline = (await world.http.get(incident)).json()["timeline"]
    said = "The update to li@shop.example did not arrive: 550 5.1.1 <li@shop.example>: No such user; it needs another way"
    assert said in {one["text"] for one in timeline}
    assert len(to(world, CUSTOMER)) == 2
    assert world.troubles() == []
