"""Mail posted as it came: kept byte by byte, and joined to the incident that it answers, for who takes part in that."""

from email.message import EmailMessage
from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Message,
    MessageKind,
    MessageSent,
    MessageState,
    Origin,
    ReplyReceived,
    RequestReceived,
)
from candor_intake import store
from candor_intake.accept import accept
from candor_intake.directory import Directory
from candor_intake.placed import Posted
from tests.plugins.databases import START
from tests.plugins.facts import an_incident, joined, opened
from tests.plugins.served import Served
from tests.service.intake.posting import body as json_body
from tests.service.intake.posting import mail, post, post_mail, raw_of, types
from tests.unit.intake.mails import a_mail, a_request

pytestmark = pytest.mark.packages("candor_intake")

OURS = "<INC-000001.5d1f@candor.localhost>"


def sent(
    message_id: str = OURS, incident_id: str = "INC-000001", channel: Channel = Channel.MAIL
) -> MessageSent:
    """One of our mails has left."""
    return MessageSent(
        message=Message(
            id=message_id,
            incident_id=incident_id,
            kind=MessageKind.ACKNOWLEDGEMENT,
            state=MessageState.SENT,
            channel=channel,
            recipient="zhang@example.com",
            message_id=message_id,
            cause_event_id="cause",
            planned_at=START,
        )
    )


async def test_a_mail_is_a_request_of_its_sender(intake: Served) -> None:
    raw = a_mail("打印机坏了", Subject="打印机".encode())
    answer = await post_mail(intake, raw)
    [fact] = await intake.told()
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json()["status_url"]
    assert isinstance(fact, RequestReceived)
    assert (fact.reference, fact.channel, fact.origin) == ("INC-000001", Channel.MAIL, Origin.HUMAN)
    assert (fact.sender.address, fact.subject_line, fact.text) == (
        "zhang@example.com",
        "打印机",
        "打印机坏了",
    )
    assert (fact.language, fact.message_id) == ("zh-Hans", "<one@example.com>")


async def test_the_bytes_of_a_mail_are_kept_as_they_are(intake: Served) -> None:
    raw = a_mail(b"\xff\x00 bare\rCR \n.\r\n" + bytes(range(256)), Content_Type="text/plain; charset=gb2312")
    receipt = (await post_mail(intake, raw)).json()
    answer = await raw_of(intake, receipt)
    assert answer.content == raw
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_repeat_of_a_message_id_gets_the_same_answer_however_it_came(intake: Served) -> None:
    first = await mail(intake)
    assert await mail(intake, Received="by another.example.com") == first
    assert types(await intake.told()) == ["RequestReceived"]
    assert await intake.count(store.inbound) == 1


async def test_mail_without_a_message_id_repeats_when_it_is_the_same(intake: Served) -> None:
    first = await mail(intake, Message_ID=None)
    assert await mail(intake, Message_ID=None) == first
    assert await mail(intake, Message_ID=None, Subject="Other") != first


async def test_a_message_id_of_any_length_is_known_again(intake: Served) -> None:
    long = f"<{'x' * 900}@example.com>"
    first = await mail(intake, Message_ID=long)
    assert await mail(intake, Message_ID=long) == first
    await mail(intake, Message_ID="<two@example.com>", In_Reply_To=long)
    assert types(await intake.told()) == ["RequestReceived", "ReplyReceived"]


@pytest.mark.parametrize(
    "headers",
    [
        {"In_Reply_To": "<one@example.com>"},
        {"References": f"<lost@example.com> {OURS}"},
        {"Subject": "Re: [INC-000001] Printer"},
        {"To": "Support <support+inc-000001@candor.localhost>"},
    ],
    ids=["In-Reply-To", "References", "subject", "plus"],
)
async def test_a_reply_joins_for_a_participant_only(intake: Served, headers: dict[str, Any]) -> None:
    await mail(intake, To="support@candor.localhost")
    await intake.apply([intake.envelope(sent())])
    stranger = "Somebody <else@example.com>"
    await mail(intake, Message_ID="<two@example.com>", From="ZHANG+it@example.com", **headers)
    await mail(intake, Message_ID="<three@example.com>", From=stranger, **headers)
    request, reply, other = await intake.told()
    assert isinstance(reply, ReplyReceived)
    assert (reply.incident_id, reply.reference, reply.key) == ("INC-000001", "INC-000002", request.key)
    assert isinstance(other, RequestReceived)
    assert other.key == other.reference == "INC-000003"


async def test_the_envelope_says_to_which_address_a_mail_went(intake: Served) -> None:
    await mail(intake)
    raw = a_mail(Message_ID="<two@example.com>")
    assert (await post_mail(intake, raw, rcpt="support+INC-000001@candor.localhost")).status_code == 202
    assert types(await intake.told()) == ["RequestReceived", "ReplyReceived"]


async def test_an_answer_to_an_unknown_mail_opens_a_new_request(intake: Served) -> None:
    await mail(intake)
    await mail(
        intake, Message_ID="<two@example.com>", In_Reply_To="<lost@example.com>", Subject="[INC-000999]"
    )
    assert types(await intake.told()) == ["RequestReceived", "RequestReceived"]


async def test_a_repeat_of_a_reply_gets_the_same_answer(intake: Served) -> None:
    await mail(intake)
    reply = await mail(intake, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    assert await mail(intake, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>") == reply


async def test_who_posted_by_rest_can_answer_by_mail(intake: Served) -> None:
    await post(intake, json_body())
    await mail(intake, Subject="Re: [INC-000001] Printer")
    await mail(
        intake, Subject="Re: [INC-000001] Printer", From="else@example.com", Message_ID="<two@example.com>"
    )
    assert types(await intake.told()) == ["RequestReceived", "ReplyReceived", "RequestReceived"]


async def test_mail_without_a_sender_takes_part_in_nothing(intake: Served) -> None:
    await mail(intake, From=None)
    await mail(intake, From=None, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    assert types(await intake.told()) == ["RequestReceived", "RequestReceived"]


async def test_an_address_of_any_length_takes_part(intake: Served) -> None:
    long = f"{'x' * 200}@{'y' * 240}.example.com"
    await mail(intake, From=long)
    await mail(intake, From=long, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    assert types(await intake.told()) == ["RequestReceived", "ReplyReceived"]


async def test_a_mail_and_its_reply_that_come_together_are_one_conversation(intake: Served) -> None:
    """As when a mail server gets rid of its queue after an outage: both are in one transaction."""
    first, second = a_mail(), a_mail(Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    posts = [
        Posted("mail", Channel.MAIL, a_request(raw), raw.hex(), "message/rfc822", raw)
        for raw in (first, second)
    ]
    await intake.database.transact(lambda transaction: accept(Directory(), transaction, posts))
    request, reply = await intake.told()
    assert isinstance(reply, ReplyReceived)
    assert reply.incident_id == request.subject


async def test_a_reply_follows_its_reference_to_where_that_led(intake: Served) -> None:
    await mail(intake)
    receipt = await mail(intake, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    incident = an_incident(version=2)
    await intake.apply([intake.envelope(joined(receipt["request_id"], "INC-000002", incident))])
    await mail(intake, Message_ID="<three@example.com>", Subject="Re: [INC-000002]")
    last = (await intake.told())[-1]
    assert isinstance(last, ReplyReceived)
    assert last.incident_id == "INC-000001"


async def test_the_sender_of_a_late_reply_takes_part_in_what_it_opened(intake: Served) -> None:
    """The incident was over, so that the reply opened one with the reply's own reference; we answered from there."""
    await mail(intake)
    late = await mail(intake, Message_ID="<two@example.com>", In_Reply_To="<one@example.com>")
    await intake.apply([intake.envelope(opened(late["request_id"], an_incident("INC-000002")))])
    ours = "<INC-000002.77aa@candor.localhost>"
    await intake.apply([intake.envelope(sent(ours, "INC-000002"))])
    await mail(intake, Message_ID="<three@example.com>", In_Reply_To=ours)
    last = (await intake.told())[-1]
    assert isinstance(last, ReplyReceived)
    assert last.incident_id == "INC-000002"


async def test_a_bounce_follows_the_mail_that_it_brings_back_and_makes_nobody_a_participant(
    intake: Served,
) -> None:
    await mail(intake)
    await intake.apply([intake.envelope(sent())])
    daemon = "Mail Delivery System <mailer-daemon@mx.example.com>"
    body = f"--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {OURS}\r\n\r\n--b--"
    report = "multipart/report; report-type=delivery-status; boundary=b"
    bounce = a_mail(body, From=daemon, Subject="Undelivered", Message_ID="<b@mx>", Content_Type=report)
    assert (await post_mail(intake, bounce)).status_code == 202
    await mail(
        intake, From=daemon, Message_ID="<c@mx>", Subject="About [INC-000001]", Auto_Submitted="auto-replied"
    )
    _, bounced, other = await intake.told()
    assert isinstance(bounced, ReplyReceived)
    assert (bounced.incident_id, bounced.origin) == ("INC-000001", Origin.BOUNCE)
    assert isinstance(other, RequestReceived)


async def test_our_own_mail_is_recorded_and_ignored(intake: Served) -> None:
    raw = a_mail(X_Candor_Loop="candor.localhost", Message_ID=OURS)
    first = (await post_mail(intake, raw)).json()
    again = (await post_mail(intake, raw)).json()
    from_us = await mail(intake, From="support@candor.localhost", Message_ID="<x@y>")
    assert again == first
    assert (first["reference"], from_us["reference"]) == (None, None)
    assert await intake.told() == []
    status = (await intake.client.get(first["status_url"])).json()
    assert (status["ignored_because"], status["reference"]) == ("our own mail", None)
    assert (await raw_of(intake, first)).content == raw
    # What is ignored takes no number.
    assert (await mail(intake))["reference"] == "INC-000001"


async def test_mail_that_was_not_sent_by_mail_leads_nowhere(intake: Served) -> None:
    await mail(intake)
    await intake.apply([intake.envelope(sent("chat-17", channel=Channel.REST)), intake.envelope(sent())])
    rows = await intake.rows(store.thread.select().order_by(store.thread.c.message_id))
    assert [row["message_id"] for row in rows] == [OURS, "<one@example.com>"]


async def test_a_mail_of_a_real_client_with_an_attachment_is_taken(intake: Served) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "张三 <zhang@example.com>", "support@candor.localhost"
    message["Subject"], message["Message-ID"] = "打印机坏了", "<real@example.com>"
    message.set_content("见附件。\n")
    message.add_attachment(bytes(200_000), "image", "png", filename="屏幕.png")
    assert (await post_mail(intake, message.as_bytes())).status_code == 202
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert (fact.sender.name, fact.subject_line, fact.text) == ("张三", "打印机坏了", "见附件。")


async def test_mail_that_is_broken_is_kept_for_a_person_to_see(intake: Served) -> None:
    raw = a_mail("x", Content_Type="multipart/mixed; boundary=b") + b"\r\n--b\r\n" * 1_500
    assert (await post_mail(intake, raw)).status_code == 202
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert "could not be parsed" in fact.text
