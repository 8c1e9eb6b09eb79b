"""What the headers of a mail say: who wrote, to which conversation it belongs, and what it is about."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from candor_common.events import Contact
from candor_intake.domain.addresses import ADDRESS, mailbox, plus_token
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, Thread
from candor_intake.domain.words import clipped, one_line, storable
from candor_intake.sources.charsets import decode

REFERENCE = re.compile(r"(?<![A-Za-z0-9-])INC-[0-9]{6,18}(?![0-9])", re.IGNORECASE)
# Also behind what gateways put first, as in `[EXTERNAL] Re: …`.
_REPLY = re.compile(
    r"\s*+(?:\[[^\]]*+\]\s*+)*+(?:re|aw|sv|回[复覆復]|答[复覆復])\s*+(?:\[\d+\])?\s*+[:\uff1a]", re.IGNORECASE
)
_LONGEST_READ = 4_000
_LONGEST_LIST = 20_000
_LONGEST_REFERENCES = 64 * 1024
_MOST_PARENTS = 50
_LONGEST_NAME = 200
_LONGEST_ID = 998
_ENCODED_WORDS = re.compile(r"(?:=\?[^?\s]+\?[bBqQ]\?[^?]*\?=\s*)+")
_PIECE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|\((?P<comment>[^()]*)\)|<(?P<angle>[^<>]*)>|[^"(<]+|.')
_ID = re.compile(r"<([^<>]+)>")
_WRITTEN_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail's delivery says about it, and its headers need not."""

    own_addresses: frozenset[str]
    recipients: tuple[str, ...]
    sender: str | None


def header(message: Message, name: str, longest: int = _LONGEST_READ) -> str:
    """The first header of that name on one line, with its encoded words as they came; empty if missing."""
    value = message.get(name, "")[:longest]
    octets = value.encode("utf-8", "surrogateescape")
    return " ".join(decode(octets).splitlines()).strip()


def decoded(text: str) -> str:
    """The text of a header for people, on one line. An encoded word that is broken stays as it is."""
    return one_line(_ENCODED_WORDS.sub(_decoded_words, text))


def subject(message: Message) -> str:
    """What a mail is about."""
    return clipped(decoded(header(message, "Subject")), SUBJECT_CHARACTERS)


def sender(message: Message, envelope: Envelope) -> Contact | None:
    """Whom to answer. A header that names ourselves is passed over; nothing, when every one does."""
    ours = {mailbox(own) for own in envelope.own_addresses}
    found = list(_senders(message, envelope))
    others = [contact for contact in found if mailbox(contact.address) not in ours]
    if not others:
        return None if found else Contact(address="")
    best = others[0]
    names = (other.name for other in others if other.name and mailbox(other.address) == mailbox(best.address))
    return Contact(address=best.address, name=next(names, None))


def message_id(message: Message) -> str | None:
    """A mail's own id with its angle brackets, unless it is missing or absurd."""
    return next(ids_of(header(message, "Message-ID")), None)


def thread(message: Message, envelope: Envelope, returned: Iterable[str] = ()) -> Thread:
    """The conversation that a mail says it belongs to. `returned` are the ids of mails that it brings back."""
    references = list(ids_of(header(message, "References", _LONGEST_REFERENCES)))
    answered = ids_of(header(message, "In-Reply-To"))
    parents = dict.fromkeys([*answered, *reversed(references), *returned])
    in_subject = (token.upper() for token in REFERENCE.findall(decoded(header(message, "Subject"))))
    return Thread(
        message_id=message_id(message),
        parents=tuple(parents)[:_MOST_PARENTS],
        reference_tokens=tuple(dict.fromkeys(in_subject)),
        address_tokens=tuple(dict.fromkeys(_plus_tokens(message, envelope))),
    )


def is_reply(message: Message) -> bool:
    """Whether a mail says that it answers another one."""
    named = header(message, "In-Reply-To") or header(message, "References")
    return bool(named) or _REPLY.match(decoded(header(message, "Subject"))) is not None


def _decoded_words(words: re.Match[str]) -> str:
    try:
        # Adjacent words are put together first: clients split characters between them.
        pieces = decode_header(words[0].strip())
    except (HeaderParseError, ValueError):
        return words[0]
    text = "".join(piece if isinstance(piece, str) else decode(piece, label) for piece, label in pieces)
    return f"{text} " if words[0][-1].isspace() else text


def _senders(message: Message, envelope: Envelope) -> Iterator[Contact]:
    for name in ("Reply-To", "From", "Sender"):
        contact = _contact(header(message, name))
        if contact:
            yield contact
    returned = envelope.sender if envelope.sender is not None else header(message, "Return-Path")
    address = ADDRESS.search(storable(returned[:_LONGEST_READ]))
    if address:
        yield Contact(address=address[0])


def _contact(value: str) -> Contact | None:
    """The first person in an address header. Encoded words are read last: none can hide an address."""
    pieces = list(_PIECE.finditer(storable(value)))
    for at, piece in enumerate(pieces):
        address = ADDRESS.search(piece["angle"] or "")
        if address:
            return Contact(address=address[0], name=_name(pieces[:at]))
    plain = "".join(piece[0] for piece in pieces if piece["quoted"] is None and piece["comment"] is None)
    address = ADDRESS.search(plain) or ADDRESS.search(storable(value)) or ADDRESS.search(decoded(value))
    return Contact(address=address[0], name=_comment(pieces)) if address else None


def _name(pieces: list[re.Match[str]]) -> str | None:
    spoken = [piece[0] if piece["quoted"] is None else piece["quoted"] for piece in pieces]
    without_comments = (
        words for words, piece in zip(spoken, pieces, strict=True) if piece["comment"] is None
    )
    return clipped(decoded(re.sub(r"\\(.)", r"\1", "".join(without_comments))), _LONGEST_NAME) or None


def _comment(pieces: list[re.Match[str]]) -> str | None:
    comments = (clipped(decoded(piece["comment"]), _LONGEST_NAME) for piece in pieces if piece["comment"])
    return next(comments, None) or None


def ids_of(value: str) -> Iterator[str]:
    """The ids of mails in a header, with their angle brackets."""
    bracketed = ["".join(found.split()) for found in _ID.findall(storable(value))]
    bare = [] if bracketed or len(value.split()) != 1 else [storable(value).strip("<>")]
    return (f"<{found}>" for found in bracketed or bare if 0 < len(found) <= _LONGEST_ID)


def _plus_tokens(message: Message, envelope: Envelope) -> Iterator[str]:
    ours = {mailbox(own) for own in envelope.own_addresses}
    named = (
        found[0] for name in _WRITTEN_TO for found in ADDRESS.finditer(header(message, name, _LONGEST_LIST))
    )
    for address in (*envelope.recipients, *(address for address in named if mailbox(address) in ours)):
        token = plus_token(storable(address))
        if token:
            yield token
