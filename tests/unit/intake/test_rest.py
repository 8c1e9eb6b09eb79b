"""Requests posted as JSON."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Request
from candor_intake.sources.rest import idempotency_key, parse, parse_batch

GOOD: dict[str, Any] = {
    "subject": "Printer",
    "text": "It is broken.",
    "from": {"address": "zhang@example.com"},
}


def body(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def fault_of(octets: bytes) -> tuple[str, str]:
    with pytest.raises(BadPayload) as caught:
        parse(octets)
    return caught.value.pointer, caught.value.detail


def test_a_body_is_a_request_of_its_sender() -> None:
    sender = {"address": "zhang@example.com", "name": "张三"}
    octets = body(text="打印机坏了", urgent=True, labels={"floor": "3"}, **{"from": sender}, unknown=[1])
    assert parse(octets, dedup_key="k") == Request(
        sender=Contact(address="zhang@example.com", name="张三"),
        subject_line="Printer",
        text="打印机坏了",
        channel=Channel.REST,
        origin=Origin.HUMAN,
        language="zh-Hans",
        urgent=True,
        labels={"floor": "3"},
        dedup_key="k",
    )


def test_what_is_optional_may_be_null_or_missing() -> None:
    missing = parse(body())
    assert missing == parse(body(language=None, urgent=None, labels=None))
    assert (missing.language, missing.urgent, missing.labels, missing.thread) == ("en", False, {}, None)


def test_the_language_that_was_asked_for_is_used_if_it_is_ours() -> None:
    assert parse(body(language="zh-TW")).language == "zh-Hant"
    assert parse(body(language="xx", text="打印机坏了")).language == "zh-Hans"


def test_a_subject_stays_on_one_line() -> None:
    assert parse(body(subject=" a\r\nBcc: b\u2028c ")).subject_line == "a Bcc: b c"


def test_nul_and_lone_surrogates_are_replaced() -> None:
    request = parse(body(subject="a\0b", text="x\ud800y", labels={"\udfff": "\0"}))
    assert (request.subject_line, request.text, request.labels) == (
        "a\ufffdb",
        "x\ufffdy",
        {"\ufffd": "\ufffd"},
    )


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subject": "  "}, "#/subject"),
        ({"subject": "x" * 301}, "#/subject"),
        ({"subject": 1}, "#/subject"),
        ({"text": ""}, "#/text"),
        ({"text": "x" * 100_001}, "#/text"),
        ({"from": "zhang@example.com"}, "#/from"),
        ({"from": {}}, "#/from/address"),
        ({"from": {"address": "zhang"}}, "#/from/address"),
        ({"from": {"address": "a@b, c@d"}}, "#/from/address"),
        ({"from": {"address": "a@b", "name": 1}}, "#/from/name"),
        ({"urgent": "yes"}, "#/urgent"),
        ({"labels": []}, "#/labels"),
        ({"labels": {"a/b~c": 1}}, "#/labels/a~1b~0c"),
        ({"labels": {str(number): "" for number in range(51)}}, "#/labels"),
        ({"labels": {"a": "x" * 257}}, "#/labels/a"),
        ({"size": float("nan")}, "#/size"),
        ({"size": float("inf")}, "#/size"),
        ({"size": [10**500]}, "#/size/0"),
    ],
)
def test_a_fault_is_pointed_out(changes: dict[str, Any], pointer: str) -> None:
    assert fault_of(body(**changes))[0] == pointer


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"\xff{}", "UTF-8"),
        (b"\xff\xfe{\0}\0", "UTF-8"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "deep"),
        (b'{"subject": "a", "subject": "b"}', "comes twice"),
        (b'{"a": {"b": 1, "b": 1}}', "comes twice"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": -Infinity}', "too large"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too large"),
    ],
)
def test_what_is_no_plain_json_object_is_refused_in_words(octets: bytes, words: str) -> None:
    assert words in fault_of(octets)[1]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + body()) == parse(body())


def test_a_bad_item_does_not_harm_the_others() -> None:
    bad = [b"{}", b"1", b'{"a": NaN}', b'{"a": 1, "a": 1}', b'{"a":' * 40 + b"1" + b"}" * 40]
    items = [body(), *bad, body()]
    read = parse_batch(b'{"requests": [' + b",".join(items) + b"]}", dedup_key="k")
    assert [type(item) for item in read] == [Request, *[BadPayload] * 5, Request]
    pointers = [item.pointer for item in read if isinstance(item, BadPayload)]
    places = ["/subject", "", "/a", "", ""]
    assert pointers == [f"#/requests/{index}{place}" for index, place in enumerate(places, start=1)]
    assert [item.dedup_key for item in read if isinstance(item, Request)] == ["k/0", "k/6"]


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_has_limits(count: int) -> None:
    with pytest.raises(BadPayload, match="1 to 500"):
        parse_batch(json.dumps({"requests": [GOOD] * count}).encode())
    assert len(parse_batch(json.dumps({"requests": [GOOD] * 500}).encode())) == 500


@pytest.mark.parametrize("octets", [b"[]", b"{}", b'{"requests": {}}', b"", b'{"requests": ' + b"[" * 9_999])
def test_a_body_that_is_no_batch_is_refused(octets: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_batch(octets)


@pytest.mark.parametrize(
    ("header", "key"), [('"8e03978e-40d5"', "8e03978e-40d5"), (" bare/key ", "bare/key"), (r'"a\"b"', 'a"b')]
)
def test_a_key_is_read_with_and_without_quotes(header: str, key: str) -> None:
    assert idempotency_key(header) == key


@pytest.mark.parametrize("header", ["", '""', "x" * 256, "打印", "a\tb"])
def test_an_absurd_key_is_refused(header: str) -> None:
    with pytest.raises(BadPayload):
        idempotency_key(header)


def test_a_fingerprint_is_equal_for_equal_bytes_only() -> None:
    assert fingerprint(body()) == fingerprint(body()) != fingerprint(body() + b" ")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(alphabet=st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
KNOWN = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("subject", "text", "from", "language", "urgent", "labels"), JSON)
)


@given(
    st.binary(max_size=100)
    | JSON.map(lambda value: json.dumps(value).encode())
    | KNOWN.map(lambda m: body(**m))
)
def test_any_bytes_are_a_request_or_refused(octets: bytes) -> None:
    for read in (parse, parse_batch):
        try:
            read(octets)
        except BadPayload as fault:
            f"{fault.detail}{fault.pointer}".encode()


@pytest.mark.parametrize("filling", [b"{},", b"[[1]],", b"1,"], ids=["objects", "lists", "numbers"])
def test_a_body_of_very_many_parts_is_refused_before_they_are_made(filling: bytes) -> None:
    many = b'{"x":[' + filling * 1_000_001 + b"0]}"
    tracemalloc.start()
    try:
        with pytest.raises(BadPayload, match="send it in parts"):
            parse(many)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
