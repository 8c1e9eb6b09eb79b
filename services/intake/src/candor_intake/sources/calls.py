"""Calls, whoever reports them: as many reports as there are of a call, they make one request and what joins it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, Request
from candor_intake.domain.language import Language, guess
from candor_intake.domain.words import clipped
from candor_intake.sources.call_words import CALL_WORDS
from candor_intake.sources.plain import LONGEST_NAME, address, conversation, line, words

_SECONDS = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Call:
    """A report of a call as far as it goes; what it does not say is empty."""

    system: str
    """Whose ids its ids are."""
    id: str
    part: str
    """What is reported of the call, like `call` or `recording/RE1`: the same part twice is a repeat."""
    caller: str | None = None
    """A number or another address; empty when it is withheld, none where the report does not tell."""
    caller_name: str = ""
    called: str = ""
    missed: bool = False
    seconds: str = ""
    recording: str = ""
    """Where the recording is."""
    said: str = ""
    """What the caller said."""
    labels: Mapping[str, str] = field(default_factory=dict)


def request_of(call: Call, language: Language) -> Request:
    """The call as a request, in the language of those who call that number unless their own words show another."""
    return Request(
        sender=Contact(address=call.caller or "", name=clipped(call.caller_name, LONGEST_NAME) or None),
        subject_line=_subject(call, language),
        text=words("\n".join(_lines(call, language))),
        channel=Channel.PHONE,
        origin=Origin.HUMAN,
        language=guess(call.said, language) if call.said else language,
        labels={name: line(value) for name, value in call.labels.items() if value},
        dedup_key=address(call.system, call.id, *call.part.split("/")),
        thread=conversation(address(call.system, "call", call.id)),
    )


def _subject(call: Call, language: Language) -> str:
    texts = CALL_WORDS[language]
    if call.caller is None:
        return texts.subject_untold
    number = _shown(call)
    return clipped(
        texts.subject.format(number=number) if number else texts.subject_withheld, SUBJECT_CHARACTERS
    )


def _lines(call: Call, language: Language) -> list[str]:
    texts = CALL_WORDS[language]
    about = texts.missed if call.missed else texts.finished
    called = call.called or texts.our_number
    told = (
        about.format(number=_shown(call) or texts.withheld, called=called) if call.caller is not None else ""
    )
    lasted = texts.lasted.format(seconds=int(call.seconds)) if _SECONDS.fullmatch(call.seconds) else ""
    recorded = texts.recorded.format(url=call.recording) if call.recording else ""
    return [one for one in (call.said, told, lasted, recorded) if one] or [texts.subject_untold]


def _shown(call: Call) -> str:
    """The caller in words: addresses other than numbers are escaped, which nobody can read."""
    return f"{call.caller_name} ({call.caller})" if call.caller and call.caller_name else call.caller or ""
