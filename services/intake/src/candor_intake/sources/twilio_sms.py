"""Text messages as Twilio passes them on."""

from collections.abc import Iterator, Mapping

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.attachments import noted
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Thread
from candor_intake.domain.language import Language, guess
from candor_intake.sources.form_body import fields
from candor_intake.sources.mail_headers import REFERENCE
from candor_intake.sources.phone_number import caller
from candor_intake.sources.plain import address, conversation, ident, line, title, words

_MOST_MEDIA = 10
# What Twilio answers by itself. YES opts in again as well, but more often it answers a question of ours.
_HANDLED = {
    **dict.fromkeys(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"], "STOP"),
    **dict.fromkeys(["START", "UNSTOP"], "START"),
    **dict.fromkeys(["HELP", "INFO"], "HELP"),
}


def parse(body: bytes, *, language: Language = "en") -> Request | Ignored:
    """The message in a webhook. The language is that of those who write to the number.

    What two numbers write to each other is one conversation; a message that names a reference belongs there first.
    """
    told = fields(body)
    message_id = ident(told.get("MessageSid") or told.get("SmsMessageSid") or told.get("SmsSid"))
    if not message_id:
        raise BadPayload("A webhook of Twilio Messaging has a MessageSid.", "#/MessageSid")
    handled = _handled(told)
    if handled:
        return Ignored(f"{handled}, which Twilio answers")
    said = words("\n".join([words(told.get("Body")), *_media(told)]))
    if not said:
        return Ignored("an empty message")
    sender = caller(told.get("From", ""))
    return Request(
        sender=Contact(address=sender),
        subject_line=title(said, "SMS"),
        text=said,
        channel=Channel.SMS,
        origin=Origin.HUMAN,
        language=guess(said, language),
        labels={"sms.id": message_id, "sms.to": line(told.get("To"))},
        dedup_key=address("twilio", "message", message_id),
        thread=_thread(sender, line(told.get("To")), said, message_id),
    )


def _handled(told: Mapping[str, str]) -> str:
    """Whether Twilio has dealt with it: it says so itself, where the number's own words are set."""
    by_twilio = line(told.get("OptOutType")).upper()
    if by_twilio in ("STOP", "START", "HELP"):
        return by_twilio
    return _HANDLED.get(line(told.get("Body")).strip(" .!\"'").upper(), "")


def _media(told: Mapping[str, str]) -> Iterator[str]:
    for number in range(_MOST_MEDIA):
        url = line(told.get(f"MediaUrl{number}"))
        if url:
            yield noted(f"MMS {number + 1}", line(told.get(f"MediaContentType{number}")), url=url)


def _thread(sender: str, to: str, said: str, message_id: str) -> Thread:
    references = tuple(dict.fromkeys(one.upper() for one in REFERENCE.findall(said)))
    if not sender or references:
        return Thread(message_id=address("twilio", "message", message_id), reference_tokens=references)
    return conversation(address("twilio", "sms", to, sender))
