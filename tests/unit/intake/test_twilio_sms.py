"""Text messages as Twilio passes them on."""

from urllib.parse import urlencode

import pytest
from hypothesis import given

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Thread
from candor_intake.sources.twilio_sms import parse
from tests.unit.intake.doors import a_request, check_fit, form_bodies, incidents_of

MESSAGE = {
    "ToCountry": "US",
    "SmsMessageSid": "SM1",
    "MessageSid": "SM1",
    "AccountSid": "AC1",
    "From": "+14158675309",
    "To": "+18005551212",
    "Body": "打印机坏了",
    "NumMedia": "0",
    "NumSegments": "1",
}


def body(**changes: str) -> bytes:
    return urlencode(MESSAGE | changes).encode()


def request(**changes: str) -> Request:
    return a_request(parse(body(**changes)))


def test_a_message_is_a_request_of_its_number() -> None:
    assert parse(body()) == Request(
        sender=Contact(address="+14158675309"),
        subject_line="打印机坏了",
        text="打印机坏了",
        channel=Channel.SMS,
        origin=Origin.HUMAN,
        language="zh-Hans",
        labels={"sms.id": "SM1", "sms.to": "+18005551212"},
        dedup_key="twilio:message/SM1",
        thread=Thread("twilio:sms/+18005551212/+14158675309", ("twilio:sms/+18005551212/+14158675309",)),
    )


def test_a_message_told_again_has_the_same_key() -> None:
    assert parse(body()) == parse(body())
    assert request(MessageSid="SM2").dedup_key != request().dedup_key
    assert request(MessageSid="").dedup_key == request().dedup_key


def test_what_two_numbers_write_is_one_incident_in_whatever_order_it_comes() -> None:
    first, second = request(), request(MessageSid="SM2")
    assert len(set(incidents_of([first, second]))) == len(set(incidents_of([second, first]))) == 1
    assert len(set(incidents_of([first, request(MessageSid="SM3", From="+14150000000")]))) == 2


def test_a_message_that_names_a_reference_belongs_there() -> None:
    thread = request(Body="about inc-000042: it works").thread
    assert thread is not None
    assert (thread.parents, thread.reference_tokens) == ((), ("INC-000042",))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Body": "STOP"}, "STOP"),
        ({"Body": " stop. "}, "STOP"),
        ({"Body": "Unsubscribe"}, "STOP"),
        ({"Body": "START"}, "START"),
        ({"Body": "help!"}, "HELP"),
        ({"Body": "退订", "OptOutType": "STOP"}, "STOP"),
        ({"Body": "yes", "OptOutType": "START"}, "START"),
        ({"Body": "  "}, "empty"),
    ],
)
def test_what_twilio_answers_is_ignored(changes: dict[str, str], reason: str) -> None:
    inbound = parse(body(**changes))
    assert isinstance(inbound, Ignored)
    assert reason in inbound.reason


@pytest.mark.parametrize("text", ["Stop the printer", "yes", "please help", "end of line"])
def test_words_that_only_look_like_commands_are_requests(text: str) -> None:
    assert request(Body=text).text == text


def test_media_are_noted() -> None:
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m/1", "MediaContentType0": "image/jpeg"}
    assert request(**media).text == "打印机坏了\n📎 MMS 1 (image/jpeg) https://api.twilio.com/m/1"
    assert request(Body="", **media).subject_line.startswith("📎 MMS 1")


def test_a_message_without_an_id_is_refused() -> None:
    with pytest.raises(BadPayload) as caught:
        parse(b"From=%2B1415&Body=x")
    assert caught.value.pointer == "#/MessageSid"


@given(form_bodies(*MESSAGE, "OptOutType", "MediaUrl0", "MediaContentType0"))
def test_any_bytes_are_a_message_or_refused(octets: bytes) -> None:
    for made in (octets, b"MessageSid=SM1&" + octets):
        try:
            check_fit(parse(made))
        except BadPayload as fault:
            str(fault).encode()
