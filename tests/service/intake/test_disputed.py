"""What customers say in a survey when it is too late to open their incident again: it gets a reference as a reply has."""

from uuid import uuid4

import pytest

from candor_common.events import Channel, Contact, IncidentDisputed, IncidentStatus, ReplyReceived
from candor_intake import store
from tests.plugins.facts import NINE, an_incident
from tests.plugins.served import Served

pytestmark = pytest.mark.packages("candor_intake")
ANN = Contact(address="ann@shop.example", name="Ann")


def disputed(text: str = "Down again.", id: str | None = None) -> IncidentDisputed:
    closed = an_incident(version=5, status=IncidentStatus.CLOSED)
    return IncidentDisputed(incident=closed, by=ANN, request_id=id or str(uuid4()), text=text, said_at=NINE)


async def test_late_words_come_back_as_a_reply_under_a_new_reference(intake: Served) -> None:
    said = disputed()
    [reply] = await intake.receive(said)
    assert isinstance(reply, ReplyReceived)
    assert (reply.reference, reply.incident_id) == ("INC-000001", said.incident.id)
    assert (reply.sender, reply.channel) == (ANN, Channel.FORM)
    assert (reply.subject_line, reply.text) == (said.incident.title, "Down again.")
    status = (await intake.client.get(f"/v1/requests/{said.request_id}")).json()
    assert status["reference"] == "INC-000001"
    raw = await intake.client.get(f"/v1/requests/{said.request_id}/raw")
    assert raw.content == b"Down again."


async def test_the_same_words_are_taken_once(intake: Served) -> None:
    id = str(uuid4())
    [first] = await intake.receive(disputed(id=id))
    assert isinstance(first, ReplyReceived)
    assert await intake.receive(disputed(id=id)) == []
    [other] = await intake.receive(disputed("Still down."))
    assert isinstance(other, ReplyReceived)
    assert other.reference == "INC-000002"
    assert await intake.count(store.inbound) == 2
