"""Call records of telephone exchanges, by a mapping."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel
from candor_intake.domain.inbound import BadPayload, Ignored
from candor_intake.sources.call_record import parse
from candor_intake.sources.exchanges import ASTERISK, YEASTAR, YEASTAR_P
from candor_intake.sources.record_mapping import BadMapping, RecordMapping
from tests.unit.intake.doors import ANY_JSON, ODD_TEXT, a_request, check_fit, json_bodies, objects

NEW_CDR: dict[str, Any] = {
    "event": "NewCdr",
    "callid": "1547391782.37",
    "timestart": "2019-01-13 23:03:02",
    "callfrom": "013800138000",
    "callto": "6500",
    "callduraction": "12",
    "talkduraction": "0",
    "srctrunkname": "trunk1",
    "status": "NO ANSWERED",
    "type": "Inbound",
    "recording": "",
    "didnumber": "57123456",
    "sn": "3638",
}
NESTED = RecordMapping.of(
    {
        "id": "data.id",
        "caller": "data.caller.number",
        "caller_name": "data.caller.name",
        "text": "data.legs.0.said",
    }
)


def body(record: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(record | changes).encode()


def test_a_record_of_yeastar_is_a_missed_call() -> None:
    request = a_request(parse(body(NEW_CDR), YEASTAR, source="hq", language="zh-Hans"))
    assert (request.channel, request.sender.address) == (Channel.PHONE, "013800138000")
    assert request.subject_line == "013800138000 的来电"
    assert request.text == "未接来电：013800138000 拨打 57123456。\n通话时长：12 秒"
    assert request.labels == {
        "call.id": "1547391782.37",
        "call.status": "NO ANSWERED",
        "call.started": "2019-01-13 23:03:02",
    }
    assert request.dedup_key == "hq:1547391782.37/call"


def test_a_record_packed_into_words_is_read() -> None:
    inner = {"call_id": "9.1", "call_from": "+14158675309", "type": "Inbound", "status": "ANSWERED"}
    packed = {"type": 30012, "sn": "1", "msg": json.dumps(inner)}
    request = a_request(parse(body(packed), YEASTAR_P))
    assert (request.sender.address, request.text) == ("+14158675309", "Call from +14158675309 to our number.")


def test_a_record_of_asterisk_is_read() -> None:
    record = {"uniqueid": "1.5", "src": "+4930123456", "dst": "100", "disposition": "BUSY", "duration": 3}
    assert a_request(parse(body(record), ASTERISK)).text.startswith("Missed call from +4930123456 to 100.")


def test_a_path_leads_through_objects_and_lists() -> None:
    data = {"id": 7, "caller": {"number": "anonymous", "name": "Zhang"}, "legs": [{"said": "It is broken."}]}
    request = a_request(parse(body({"data": data}), NESTED))
    assert (request.dedup_key, request.sender.address, request.sender.name) == ("pbx:7/call", "", "Zhang")
    assert request.text.startswith("It is broken.\n")


def test_what_a_path_does_not_find_is_absent() -> None:
    data: dict[str, Any] = {"id": 7, "caller": {"number": "+1415000000"}, "legs": []}
    assert a_request(parse(body({"data": data}), NESTED)).text == "Call from +1415000000 to our number."
    data["legs"] = {"1": {"said": "not the first"}}
    assert "not the first" not in a_request(parse(body({"data": data}), NESTED)).text


def test_a_record_told_again_has_the_same_key_and_exchanges_do_not_meet() -> None:
    again = a_request(parse(body(NEW_CDR, status="ANSWERED"), YEASTAR))
    assert again.dedup_key == a_request(parse(body(NEW_CDR), YEASTAR)).dedup_key
    assert again.dedup_key != a_request(parse(body(NEW_CDR), YEASTAR, source="branch")).dedup_key


@pytest.mark.parametrize("direction", ["Outbound", "Internal", "", None, 5])
def test_calls_that_did_not_come_in_are_ignored(direction: object) -> None:
    assert isinstance(parse(body(NEW_CDR, type=direction), YEASTAR), Ignored)


@pytest.mark.parametrize(
    ("record", "mapping", "pointer"),
    [
        ({}, YEASTAR, "#/callid"),
        ({"callid": None}, YEASTAR, "#/callid"),
        ({"callid": {"a": 1}}, YEASTAR, "#/callid"),
        ({"data": [1]}, NESTED, "#/data/id"),
        ({"msg": "{broken"}, YEASTAR_P, "#/msg/call_id"),
    ],
)
def test_a_record_without_an_id_is_refused(
    record: dict[str, Any], mapping: RecordMapping, pointer: str
) -> None:
    with pytest.raises(BadPayload) as caught:
        parse(body(record), mapping)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({}, ["`id` is missing", "`caller` is missing"]),
        (
            {"id": "a", "caller": "b", "colour": "c"},
            ["`colour` is nothing that a call has; use called, caller"],
        ),
        ({"id": "a..b", "caller": "b"}, ["`id`: “a..b” is no path"]),
        ({"id": "", "caller": "b c"}, ["`id`: “” is no path", "`caller`: “b c” is no path"]),
        ({"id": ".".join("abcdefghijk"), "caller": "b"}, ["is no path"]),
    ],
)
def test_a_bad_mapping_is_refused_with_all_its_faults(paths: dict[str, str], words: list[str]) -> None:
    with pytest.raises(BadMapping) as caught:
        RecordMapping.of(paths)
    assert all(one in str(caught.value) for one in words)


def test_comparing_a_direction_needs_one() -> None:
    with pytest.raises(BadMapping, match="`direction`"):
        RecordMapping.of({"id": "a", "caller": "b"}, incoming=frozenset({"in"}))


RECORDS = objects(**dict.fromkeys(NEW_CDR, ODD_TEXT | st.sampled_from(["Inbound", "1.1", "{}", "[1]"])))
PACKED = st.text(alphabet='{}[]",:a1\\', max_size=20) | ANY_JSON.map(json.dumps)


@given(
    json_bodies(
        RECORDS, RECORDS.map(lambda one: NEW_CDR | one), PACKED.map(lambda text: {"msg": text, "data": text})
    )
)
def test_any_bytes_are_a_call_or_refused(octets: bytes) -> None:
    for mapping in (YEASTAR, YEASTAR_P, NESTED):
        try:
            check_fit(parse(octets, mapping, language="zh-Hant"))
        except BadPayload as fault:
            f"{fault.detail}{fault.pointer}".encode()
