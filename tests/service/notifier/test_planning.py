"""Events become planned messages, once each, in whatever order the topics are read."""

import sqlalchemy as sa

from candor_common.events import (
    Channel,
    CustomerAsked,
    Estimate,
    EstimateGiven,
    IncidentAssigned,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    MessageKind,
    MessageState,
    Origin,
    Priority,
    PriorityChanged,
    PromiseBreached,
    PromiseKind,
    PromiseMade,
    PromiseState,
    Question,
    ReplyReceived,
    RequestReceived,
    SurveyInvited,
    Update,
    WorkaroundGiven,
)
from candor_notifier import tables
from tests.service.notifier.conftest import Office
from tests.unit.notifier.builders import FIXED, LI, NOON, a_promise, a_survey, after, an_incident

WORDS = Update(doing="We look.", expect="Nothing.")
FULL = an_incident(
    version=3,
    question=Question(text="Which?", asked_at=NOON),
    estimate=Estimate(fixed_by=after(hours=5), reason="A disk.", given_at=NOON),
    workaround="The other one.",
)


def opened(reference: str = "INC-000042", **given: object) -> IncidentOpened:
    return IncidentOpened(incident=an_incident(reference, **given), request_id="r")


def breached(
    reference: str = "INC-000042", kind: PromiseKind = PromiseKind.FIRST_RESPONSE
) -> PromiseBreached:
    missed = a_promise(kind, reference, state=PromiseState.BREACHED, version=2, breached_at=NOON)
    return PromiseBreached(promise=missed, fired_at=NOON)


def written(reference: str, message_id: str, **given: object) -> RequestReceived:
    usual = {
        "request_id": "r",
        "reference": reference,
        "conversation_id": reference,
        "channel": Channel.MAIL,
        "origin": Origin.HUMAN,
        "received_at": NOON,
        "subject_line": "Shop",
        "text": "502",
        "sender": LI,
        "message_id": message_id,
    }
    return RequestReceived.model_validate(usual | given)


async def test_a_batch_that_is_applied_twice_plans_once(office: Office) -> None:
    events = await office.hear(
        opened(),
        PromiseMade(promise=a_promise()),
        IncidentUpdated(incident=an_incident(version=2), by="ana", update=WORDS),
        CustomerAsked(incident=FULL, by="ana"),
        EstimateGiven(incident=FULL, by="ana"),
        IncidentAssigned(incident=FULL, by="ana", previous_team="storage"),
        WorkaroundGiven(incident=FULL, by="ana"),
        IncidentResolved(incident=an_incident(version=7), by="ana", resolution=FIXED),
        IncidentReopened(incident=an_incident(version=8), by="ana"),
        IncidentClosed(incident=an_incident(version=9), by="ana"),
        PriorityChanged(incident=an_incident(version=10), by="ana", previous=Priority.P3, reason="x"),
        breached(),
        SurveyInvited(survey=a_survey()),
        written("INC-000042", "<a@shop.example>"),
    )
    first = await office.messages()
    await office.apply(events)
    assert await office.messages() == first
    assert sorted(one.kind for one in first) == sorted(
        set(MessageKind)
        - {MessageKind.UNKNOWN, MessageKind.NUDGE, MessageKind.NOTHING_NEW, MessageKind.MERGED}
        - {MessageKind.ANSWER}
    )
    assert await office.told() == []


async def test_each_update_is_a_message_of_its_own(office: Office) -> None:
    one = IncidentUpdated(incident=an_incident(version=2), by="ana", update=WORDS)
    await office.hear(one, one)
    assert len(await office.messages()) == 2


async def test_a_robot_gets_neither_acknowledgement_nor_breach_notice(office: Office) -> None:
    await office.hear(opened(origin=Origin.BULK), breached())
    await office.hear(opened("INC-000043", origin=Origin.MACHINE, requester=None))
    assert await office.messages() == []


async def test_an_acknowledgement_waits_for_the_promises(office: Office) -> None:
    await office.hear(opened())
    await office.deliver(seconds=4)
    assert (await office.only()).state is MessageState.PLANNED
    await office.hear(PromiseMade(promise=a_promise()))
    await office.deliver()
    assert (await office.only()).state is MessageState.SENT
    assert "21:00" not in await the_text(office)
    assert "Tue 3 Mar, 13:00 (UTC)" in await the_text(office)


async def test_after_five_seconds_it_leaves_without_them(office: Office) -> None:
    await office.hear(opened())
    await office.deliver(seconds=5)
    assert (await office.only()).state is MessageState.SENT
    assert "as soon as we know more" in await the_text(office)


async def test_promises_that_came_before_the_incident_are_named_at_once(office: Office) -> None:
    await office.hear(PromiseMade(promise=a_promise()))
    await office.hear(opened())
    await office.deliver()
    assert "Tue 3 Mar, 13:00 (UTC)" in await the_text(office)


async def test_promises_of_another_incident_release_nothing(office: Office) -> None:
    await office.hear(opened(), PromiseMade(promise=a_promise(reference="INC-000043")))
    await office.deliver()
    assert (await office.only()).state is MessageState.PLANNED


async def test_a_breach_that_came_before_the_incident_is_owned_up_to(office: Office) -> None:
    await office.hear(breached())
    assert await office.messages() == []
    await office.hear(opened())
    kinds = {one.kind for one in await office.messages()}
    assert kinds == {MessageKind.ACKNOWLEDGEMENT, MessageKind.BREACH_NOTICE}
    await office.hear(breached())
    assert len(await office.messages()) == 2


async def test_an_older_snapshot_does_not_undo_a_newer_one(office: Office) -> None:
    newer = an_incident(version=5, owner="Ana", status=IncidentStatus.IN_PROGRESS)
    await office.hear(IncidentUpdated(incident=newer, by="ana", update=WORDS))
    await office.hear(opened(version=1))
    await office.deliver(seconds=5)
    assert "Ana (network)" in await the_text(office)


async def test_the_thread_is_made_of_what_came_and_what_left(office: Office) -> None:
    await office.hear(
        written("INC-000042", "<first@shop.example>"), written("INC-000043", "<other@shop.example>"), opened()
    )
    await office.deliver(seconds=5)
    acknowledgement = await office.only()
    reply = written("INC-000042", "<second@shop.example>", received_at=after(minutes=1)).model_dump()
    await office.hear(ReplyReceived(**reply, incident_id="INC-000042"))
    await office.hear(IncidentUpdated(incident=an_incident(version=2), by="ana", update=WORDS))
    await office.deliver(minutes=2)
    raw = (await kept(office))[-1]
    chain = ["<first@shop.example>", acknowledgement.message_id, "<second@shop.example>"]
    assert f"In-Reply-To: {chain[-1]}\r\nReferences: " + "\r\n ".join(chain) + "\r\n" in raw


async def test_an_id_too_long_to_keep_is_left_out_of_the_thread(office: Office) -> None:
    await office.hear(written("INC-000042", f"<{'x' * 400}@y>"), opened())
    await office.deliver(seconds=5)
    assert "References" not in (await kept(office))[-1]


async def test_a_survey_leaves_even_before_its_incident_is_known(office: Office) -> None:
    await office.hear(SurveyInvited(survey=a_survey(language="zh-Hant")))
    await office.deliver()
    message = await office.only()
    assert (message.kind, message.state) == (MessageKind.SURVEY, MessageState.SENT)


async def kept(office: Office) -> list[str]:
    """The sources of the mails in the mailbox, the oldest first."""
    query = sa.select(tables.mailbox.c.raw).order_by(tables.mailbox.c.at)
    raws = await office.database.read(lambda connection: connection.scalars(query).all())
    return [bytes(raw).decode() for raw in raws]


async def the_text(office: Office) -> str:
    """The text of the newest mail in the mailbox, on one line."""
    source = (await kept(office))[-1]
    return " ".join(source.replace("=\r\n", "").split())
