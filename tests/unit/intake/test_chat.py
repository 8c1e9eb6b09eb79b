"""Messages of chat systems in our own shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import BadPayload, Request, Thread
from candor_intake.sources.chat import parse
from tests.unit.intake.doors import ODD_TEXT, a_request, check_fit, incidents_of, json_bodies, objects

GOOD: dict[str, Any] = {
    "id": "m-81",
    "conversation": "c-7",
    "sender": {"id": "u-3", "name": "张三"},
    "text": "打印机坏了\n三楼",
}


def body(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_a_message_is_a_request_of_its_sender() -> None:
    octets = body(sent_at="2026-11-22T16:00:00+08:00", urgent=True, unknown=[1])
    assert parse(octets, source="acme") == Request(
        sender=Contact(address="acme:u-3", name="张三"),
        subject_line="打印机坏了",
        text="打印机坏了\n三楼",
        channel=Channel.CHAT,
        origin=Origin.HUMAN,
        language="zh-Hans",
        urgent=True,
        labels={
            "chat.system": "acme",
            "chat.conversation": "c-7",
            "chat.sent_at": "2026-11-22T08:00:00+00:00",
        },
        dedup_key="acme:m-81",
        thread=Thread("acme:conversation/c-7", ("acme:conversation/c-7",)),
    )


def test_ids_may_be_numbers() -> None:
    request = a_request(parse(body(id=81, conversation=7, sender={"id": 3})))
    assert (request.dedup_key, request.sender.address) == ("chat:81", "chat:3")


def test_no_address_of_a_chat_looks_like_one_of_mail() -> None:
    assert parse(body(sender={"id": "zhang@example.com"})).sender.address == "chat:zhang%40example.com"


def test_a_message_told_again_has_the_same_key_and_systems_do_not_meet() -> None:
    assert parse(body()) == parse(body())
    assert parse(body(), source="a").dedup_key != parse(body(), source="b").dedup_key
    assert parse(body(conversation="m-81")).thread != parse(body(conversation="c-7")).thread


def test_a_conversation_is_one_incident_in_whatever_order_it_comes() -> None:
    first, second = parse(body()), parse(body(id="m-82"))
    assert len(set(incidents_of([first, second]))) == len(set(incidents_of([second, first]))) == 1
    assert len(set(incidents_of([first, parse(body(id="m-83", conversation="c-8"))]))) == 2


def test_attachments_are_noted() -> None:
    files = [{"url": "https://chat.example/f/1", "name": "a.png", "type": "image/png", "size": 4096}]
    assert parse(body(attachments=files)).text.endswith(
        "三楼\n📎 a.png (image/png, 4 kB) https://chat.example/f/1"
    )
    assert parse(body(text="", attachments=files)).subject_line.startswith("📎 a.png")


def test_the_language_that_was_asked_for_is_used_if_it_is_ours() -> None:
    assert parse(body(language="zh-TW")).language == "zh-Hant"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": None}, "#/id"),
        ({"id": " "}, "#/id"),
        ({"id": True}, "#/id"),
        ({"id": "x" * 201}, "#/id"),
        ({"conversation": []}, "#/conversation"),
        ({"sender": "u-3"}, "#/sender"),
        ({"sender": {}}, "#/sender/id"),
        ({"sender": {"id": "u", "name": 1.5}}, "#/sender/name"),
        ({"text": 5}, "#/text"),
        ({"text": "  "}, "#/text"),
        ({"text": "x" * 100_001}, "#/text"),
        ({"urgent": "yes"}, "#/urgent"),
        ({"sent_at": "2026-11-22T08:00:00"}, "#/sent_at"),
        ({"sent_at": "yesterday"}, "#/sent_at"),
        ({"attachments": [{"url": "javascript:alert(1)"}]}, "#/attachments/0/url"),
        ({"attachments": [{"url": "https://a.example", "size": -1}]}, "#/attachments/0/size"),
        ({"attachments": [{"url": "https://a.example"}] * 21}, "#/attachments"),
    ],
)
def test_a_fault_is_pointed_out(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadPayload) as caught:
        parse(body(**changes))
    assert caught.value.pointer == pointer


MESSAGES = objects(
    text=ODD_TEXT,
    sent_at=st.datetimes().map(lambda at: f"{at.isoformat()}+14:00"),
    urgent=st.booleans(),
    language=ODD_TEXT,
    attachments=st.lists(
        objects(
            url=st.sampled_from(["https://a.example/\ud800", "https://[::1]/"]),
            name=ODD_TEXT,
            size=st.integers(),
        ),
        max_size=2,
    ),
    sender=objects(id=ODD_TEXT, name=ODD_TEXT),
    id=ODD_TEXT,
)


@given(json_bodies(MESSAGES, MESSAGES.map(lambda message: GOOD | message)))
def test_any_bytes_are_a_request_or_refused(octets: bytes) -> None:
    try:
        check_fit(parse(octets))
    except BadPayload as fault:
        f"{fault.detail}{fault.pointer}".encode()
