"""Calls as Twilio's callbacks tell them."""

from itertools import permutations
from urllib.parse import urlencode

import pytest
from hypothesis import given

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Thread
from candor_intake.domain.language import Language
from candor_intake.sources.twilio_voice import parse
from tests.unit.intake.doors import a_request, check_fit, form_bodies, incidents_of

CALL = {
    "AccountSid": "AC1",
    "ApiVersion": "2010-04-01",
    "CallSid": "CA1234567890ABCDE",
    "CallStatus": "no-answer",
    "CallDuration": "0",
    "Direction": "inbound",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
RECORDING = {
    "AccountSid": "AC1",
    "CallSid": "CA1234567890ABCDE",
    "RecordingSid": "RE1",
    "RecordingUrl": "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
    "RecordingStatus": "completed",
    "RecordingDuration": "35",
    "RecordingChannels": "1",
    "RecordingSource": "RecordVerb",
}
TRANSCRIPTION = {
    **{name: CALL[name] for name in ("AccountSid", "CallSid", "From", "To", "Direction")},
    "CallStatus": "completed",
    "TranscriptionSid": "TR1",
    "TranscriptionText": "The printer is broken again.",
    "TranscriptionStatus": "completed",
    "RecordingSid": "RE1",
    "RecordingUrl": RECORDING["RecordingUrl"],
}


def body(told: dict[str, str], **changes: str) -> bytes:
    return urlencode(told | changes).encode()


def request(told: dict[str, str], language: Language = "en", **changes: str) -> Request:
    return a_request(parse(body(told, **changes), language=language))


def test_a_missed_call_is_a_request_of_the_caller() -> None:
    assert request(CALL) == Request(
        sender=Contact(address="+14158675309"),
        subject_line="Call from +14158675309",
        text="Missed call from +14158675309 to +18005551212.\nDuration: 0 s",
        channel=Channel.PHONE,
        origin=Origin.HUMAN,
        language="en",
        labels={"call.id": "CA1234567890ABCDE", "call.status": "no-answer", "call.to": "+18005551212"},
        dedup_key="twilio:CA1234567890ABCDE/call",
        thread=Thread("twilio:call/CA1234567890ABCDE", ("twilio:call/CA1234567890ABCDE",)),
    )


def test_a_call_is_told_in_the_language_of_the_number() -> None:
    chinese = request(CALL, "zh-Hans", CallStatus="completed", CallDuration="61", CallerName="张三")
    assert chinese.subject_line == "张三 (+14158675309) 的来电"
    assert chinese.text == "来电：张三 (+14158675309) 拨打 +18005551212。\n通话时长：61 秒"
    assert (chinese.language, chinese.sender.name) == ("zh-Hans", "张三")


def test_a_recording_brings_its_address() -> None:
    recording = request(RECORDING)
    assert recording.text == f"Duration: 35 s\nRecording: {RECORDING['RecordingUrl']}"
    assert (recording.sender.address, recording.subject_line) == ("", "Recording of a call")
    assert request(RECORDING, From="+1415000000").subject_line == "Call from +1415000000"


def test_a_transcription_is_what_the_caller_said() -> None:
    spoken = request(
        TRANSCRIPTION,
        "zh-Hans",
        TranscriptionText="The printer on the third floor is broken again, please help.",
    )
    assert spoken.text.startswith("The printer on the third floor is broken again, please help.\n")
    assert spoken.language == "en"


@pytest.mark.parametrize("status", ["busy", "no-answer", "canceled", "failed", "completed"])
def test_a_call_ends_once_however_it_ends(status: str) -> None:
    assert request(CALL, CallStatus=status).dedup_key == request(CALL).dedup_key


def test_callbacks_are_repeats_of_their_own_kind_only() -> None:
    told = [CALL, RECORDING, TRANSCRIPTION]
    assert len({request(one).dedup_key for one in told}) == 3
    assert [request(one).dedup_key for one in told] == [request(one).dedup_key for one in told]
    assert request(RECORDING, RecordingSid="RE2").dedup_key != request(RECORDING).dedup_key
    assert request(RECORDING, RecordingStatus="").dedup_key == request(RECORDING).dedup_key


def test_a_call_is_one_incident_in_whatever_order_its_callbacks_come() -> None:
    told = [request(CALL), request(TRANSCRIPTION), request(TRANSCRIPTION, RecordingSid="RE2")]
    for order in permutations(told):
        assert len(set(incidents_of(list(order)))) == 1
    assert len({request(one).thread for one in (CALL, RECORDING, TRANSCRIPTION)}) == 1
    assert request(CALL, CallSid="CA2").thread != request(CALL).thread


@pytest.mark.parametrize(
    "withheld", ["anonymous", "Restricted", "+266696687", "+7378742833", "unavailable", "", "+"]
)
def test_a_withheld_number_is_no_address(withheld: str) -> None:
    hidden = request(CALL, From=withheld, Caller="")
    assert (hidden.sender.address, hidden.subject_line) == ("", "Call from a withheld number")
    assert hidden.text.startswith("Missed call from a withheld number to +18005551212.")


def test_a_caller_by_another_way_than_a_number_is_no_mail_address() -> None:
    assert request(CALL, From="sip:alice@pbx.example").sender.address == "sip:alice%40pbx.example"


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        (CALL, {"CallStatus": "ringing"}),
        (CALL, {"CallStatus": "in-progress"}),
        (CALL, {"Direction": "outbound-api"}),
        (CALL, {"Direction": "outbound-dial"}),
        (CALL, {"ParentCallSid": "CA0"}),
        (RECORDING, {"RecordingStatus": "in-progress"}),
        (RECORDING, {"RecordingStatus": "absent"}),
        (TRANSCRIPTION, {"TranscriptionStatus": "failed"}),
        (TRANSCRIPTION, {"TranscriptionText": " "}),
    ],
)
def test_what_says_nothing_new_is_ignored(told: dict[str, str], changes: dict[str, str]) -> None:
    assert isinstance(parse(body(told, **changes)), Ignored)


def test_a_callback_without_a_call_is_refused() -> None:
    with pytest.raises(BadPayload) as caught:
        parse(body(CALL, CallSid=""))
    assert caught.value.pointer == "#/CallSid"
    with pytest.raises(BadPayload, match="fields"):
        parse(b"&".join(b"a=%d" % number for number in range(600)))


@given(form_bodies(*CALL, *RECORDING, *TRANSCRIPTION, "CallerName"))
def test_any_bytes_are_a_call_or_refused(octets: bytes) -> None:
    for language in ("en", "zh-Hant"):
        try:
            check_fit(parse(b"CallSid=CA1&" + octets, language=language))
            check_fit(parse(octets, language=language))
        except BadPayload as fault:
            str(fault).encode()


def test_long_fields_are_clipped() -> None:
    told = TRANSCRIPTION | {"TranscriptionText": "x" * 200_000, "CallerName": "n" * 5_000, "To": "1" * 5_000}
    check_fit(parse(body(told)))
    check_fit(parse(body(told, CallSid="C" * 5_000)))
