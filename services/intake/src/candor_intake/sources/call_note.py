"""What a person notes who takes a call: who called, what about, and whether they want to be called back.

Fields: `name`, `number`, `text`, `callback` and `urgent` (ticked or not), `language`, `submission` (made once per
page that is shown). Only for people of ours: the door asks who they are.
"""

from collections.abc import Mapping
from dataclasses import replace

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, TEXT_CHARACTERS, Request
from candor_intake.domain.language import Language, guess, supported
from candor_intake.domain.words import clipped
from candor_intake.sources.call_words import CALL_WORDS
from candor_intake.sources.form_fields import Filling
from candor_intake.sources.form_words import FaultKey, FieldFault
from candor_intake.sources.phone_number import phone_number
from candor_intake.sources.plain import LONGEST_NAME
from candor_intake.sources.submission import submission_key, submission_of

_LONGEST_TYPED = 60


def parse(fields: Mapping[str, str], *, taken_by: str) -> Request:
    """The request in a call note. Raises Unfilled with what is wrong with each field.

    A caller who left no number has an empty address. Who took the call is for the team: it stands in the labels.
    """
    filling = Filling(fields)
    name, number = filling.line("name", LONGEST_NAME), _number(filling)
    text, callback = filling.words("text", TEXT_CHARACTERS, needed=True), filling.ticked("callback")
    language = guess(text, supported(filling.line("language", TEXT_CHARACTERS)) or "en")
    _check_caller(filling, name, number, callback)
    submission = submission_of(filling)
    filling.finish()
    note = Request(
        sender=Contact(address=number, name=name or None),
        subject_line=_subject(name, number, language),
        text=_text(text, number if callback else "", language),
        channel=Channel.PHONE,
        origin=Origin.HUMAN,
        language=language,
        urgent=filling.ticked("urgent"),
        labels={"call.taken_by": taken_by, "call.callback": "wanted" if callback else "not wanted"},
    )
    return replace(note, dedup_key=submission_key("call-note", submission, note))


def _number(filling: Filling) -> str:
    typed = filling.line("number", _LONGEST_TYPED)
    number = phone_number(typed)
    if typed and number is None:
        filling.fault("number", FieldFault(FaultKey.NO_NUMBER))
    return number or ""


def _check_caller(filling: Filling, name: str, number: str, callback: bool) -> None:
    if callback and not number:
        filling.fault("number", FieldFault(FaultKey.NO_CALLBACK))
    if not name and not number:
        filling.fault("name", FieldFault(FaultKey.NOBODY))


def _subject(name: str, number: str, language: Language) -> str:
    shown = f"{name} ({number})" if name and number else name or number
    return clipped(CALL_WORDS[language].subject.format(number=shown), SUBJECT_CHARACTERS)


def _text(text: str, call_back_to: str, language: Language) -> str:
    if not call_back_to:
        return text
    wanted = CALL_WORDS[language].called_back.format(number=call_back_to)
    return f"{clipped(text, TEXT_CHARACTERS - len(wanted) - 2)}\n\n{wanted}"
