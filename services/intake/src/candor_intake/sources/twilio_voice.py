"""Calls as Twilio's callbacks tell them: how a call ended, its recording, and what was understood of it.

Set them for numbers that people call; a recording does not say in which direction its call went.
"""

from collections.abc import Mapping
from dataclasses import replace

from candor_intake.domain.inbound import BadPayload, Ignored, Request
from candor_intake.domain.language import Language
from candor_intake.sources.calls import Call, request_of
from candor_intake.sources.form_body import fields
from candor_intake.sources.phone_number import caller
from candor_intake.sources.plain import ident, line, words

_MISSED = frozenset({"busy", "no-answer", "canceled", "failed"})
_OVER = _MISSED | {"completed"}
_LABELS = {
    "CallSid": "call.id",
    "CallStatus": "call.status",
    "RecordingSid": "call.recording",
    "To": "call.to",
}


def parse(body: bytes, *, language: Language = "en") -> Request | Ignored:
    """What a callback tells of a call. The language is that of those who call the number.

    One call has one conversation and one key for its end, whichever way it ended, so that callbacks may come
    again, at the same time and in any order. A caller who withholds the number has an empty address.
    """
    told = fields(body)
    if not ident(told.get("CallSid")):
        raise BadPayload("A callback of Twilio Voice has a CallSid.", "#/CallSid")
    if line(told.get("Direction")).startswith("outbound") or told.get("ParentCallSid"):
        return Ignored("a call that we made")
    if told.get("TranscriptionSid") or told.get("TranscriptionStatus"):
        return _transcription(told, language)
    if told.get("RecordingSid") or told.get("RecordingUrl"):
        return _recording(told, language)
    return _call(told, language)


def _call(told: Mapping[str, str], language: Language) -> Request | Ignored:
    status = line(told.get("CallStatus"))
    if status not in _OVER:
        return Ignored("a call that goes on")
    report = replace(_about(told, "call"), missed=status in _MISSED, seconds=line(told.get("CallDuration")))
    return request_of(report, language)


def _recording(told: Mapping[str, str], language: Language) -> Request | Ignored:
    if line(told.get("RecordingStatus")) not in ("completed", ""):
        return Ignored("a recording that is not there, or not yet")
    report = _about(told, f"recording/{_recording_id(told)}")
    where, seconds = line(told.get("RecordingUrl")), line(told.get("RecordingDuration"))
    return request_of(replace(report, recording=where, seconds=seconds), language)


def _transcription(told: Mapping[str, str], language: Language) -> Request | Ignored:
    said = words(told.get("TranscriptionText"))
    if line(told.get("TranscriptionStatus")) not in ("completed", "") or not said:
        return Ignored("nothing of the recording was understood")
    report = _about(told, f"transcription/{_recording_id(told)}")
    return request_of(replace(report, said=said), language)


def _recording_id(told: Mapping[str, str]) -> str:
    """A transcription has the name of its recording as well, which is there in every version of the callback."""
    return ident(told.get("RecordingSid")) or ident(told.get("TranscriptionSid")) or "only"


def _about(told: Mapping[str, str], part: str) -> Call:
    """What every callback may say of its call."""
    return Call(
        system="twilio",
        id=ident(told["CallSid"]),
        part=part,
        caller=caller(told.get("From") or told.get("Caller") or "") if "From" in told else None,
        caller_name=line(told.get("CallerName")),
        called=line(told.get("To") or told.get("Called")),
        labels={name: line(told.get(field)) for field, name in _LABELS.items()},
    )
