"""Mail. Whatever arrives becomes a request, at worst one that says that it couldn't be read; nothing is lost.

The request holds the new words and the files. Whoever calls keeps the raw bytes.
"""

import hashlib
import re
from dataclasses import replace
from email.errors import MessageError
from email.message import Message

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import TEXT_CHARACTERS, BadPayload, Ignored, Request
from candor_intake.domain.language import guess
from candor_intake.domain.words import clipped
from candor_intake.sources.mail_attachments import files_of
from candor_intake.sources.mail_headers import (
    Envelope,
    header,
    is_reply,
    message_id,
    sender,
    subject,
    thread,
)
from candor_intake.sources.mail_limits import LARGEST_BYTES, TooMuch, read_headers, read_tree
from candor_intake.sources.mail_origin import classify, is_our_own
from candor_intake.sources.mail_quotes import is_forward, new_words
from candor_intake.sources.mail_report import non_delivery, returned_ids
from candor_intake.sources.mail_text import full_text, text_of_octets

# What the standard library was seen to raise on mail from the real world.
_BROKEN_MAIL = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
_EXCERPT_BYTES = 8_000
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def parse(
    raw: bytes,
    *,
    own_addresses: frozenset[str] = frozenset(),
    recipients: tuple[str, ...] = (),
    envelope_sender: str | None = None,
) -> Request | Ignored:
    """One mail as a request.

    Recipients and sender of the envelope are what SMTP said, where that is known: `RCPT TO` holds the reply
    token that `To` may lack, and an empty `MAIL FROM` marks mail that nobody may answer. Only a mail that is
    empty or larger than 25 MB is refused.
    """
    if not raw.strip():
        raise BadPayload("The mail is empty.")
    if len(raw) > LARGEST_BYTES:
        raise BadPayload(f"The mail is larger than {LARGEST_BYTES // 1024 // 1024} MB.")
    envelope = Envelope(own_addresses, recipients, envelope_sender)
    try:
        message = read_tree(raw.lstrip(b"\r\n"))
        request = _request(raw, message, _words(message), envelope)
        return replace(request, files=files_of(message)) if isinstance(request, Request) else request
    except TooMuch as limit:
        return _from_headers(raw, envelope, f"it has {limit}")
    except _BROKEN_MAIL as fault:
        return _from_headers(raw, envelope, f"{type(fault).__name__}")


def _words(message: Message) -> str:
    text = full_text(message)
    return text if is_forward(subject(message)) else new_words(text, is_reply=is_reply(message))


def _request(raw: bytes, message: Message, words: str, envelope: Envelope) -> Request | Ignored:
    if is_our_own(message, envelope):
        return Ignored("our own mail")
    writer = sender(message, envelope)
    if writer is None:
        return Ignored("sent from one of our own addresses")
    line = subject(message)
    return Request(
        sender=writer,
        subject_line=line or clipped(words.partition("\n")[0], 80) or "(no subject)",
        text=clipped(words, TEXT_CHARACTERS),
        channel=Channel.MAIL,
        origin=_origin(message, envelope, writer),
        language=guess(f"{line}\n{words}", header(message, "Content-Language")),
        dedup_key=message_id(message) or f"sha256:{hashlib.sha256(raw).hexdigest()}",
        thread=thread(message, envelope, returned_ids(message)),
        non_delivery=non_delivery(message),
    )


def _origin(message: Message, envelope: Envelope, writer: Contact) -> Origin:
    origin = classify(message, envelope)
    # A person without an address can't be answered, like a machine.
    return Origin.BULK if origin is Origin.HUMAN and not writer.address else origin


def _from_headers(raw: bytes, envelope: Envelope, why: str) -> Request | Ignored:
    """The last resort: a request from the headers and the first words as they are, for a person to see."""
    message = read_headers(raw.lstrip(b"\r\n"))
    blank_line = _BLANK_LINE.search(raw)
    start = blank_line.end() if blank_line else 0
    excerpt = text_of_octets(raw[start : start + _EXCERPT_BYTES]).strip()
    notice = f"This mail could not be parsed: {why}. The original is kept. It begins:\n\n{excerpt}"
    return _request(raw, message, notice, envelope)
