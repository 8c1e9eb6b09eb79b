"""A mail as bytes: headers that no stranger's words can break, and two bodies in one envelope.

Written by hand because the library's classes cost four times as much; every value is made safe or refused here, and
the tests read the result back with the library.
"""

import binascii
import re
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache

from candor_common.events import Message, MessageKind
from candor_notifier.domain.message import BY_PEOPLE
from candor_notifier.render import Mail

MOST_REFERENCES = 20
_ADDRESS = re.compile(
    r"""(?:"[^"\\<>]{1,200}"|[^\s<>()\[\],;:"@\\]{1,200})@(?:[^\W_][\w.-]{0,253}|\[[\w.:]{2,45}\])"""
)
_ID = re.compile(r"<[!-;=?-~]{1,298}>")
_BREAK = "\r\n "
"""How a header goes on in the next line."""
_LONGEST_WORD = 42
"""Bytes in one encoded word, which must not be longer than 75 characters."""


class Unsendable(ValueError):
    """A mail that can't be written: its recipient is no address, or a header would break."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who our mail comes from."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def reply_address(self, incident_id: str) -> str:
        """Where answers go; what follows the plus leads them to their incident."""
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{incident_id}@{domain}"


def compose(mail: Mail, message: Message, thread: Sequence[str], sender: Sender) -> bytes:
    """The mail, byte for byte the same in every attempt at the same content. Raises Unsendable.

    The thread is the ids of earlier mail, oldest first; what is no proper id is left out.
    """
    boundary = f"=_{message.id}"
    head = "".join(
        f"{name}: {_checked(value)}\r\n" for name, value in _headers(mail, message, thread, sender)
    )
    if not mail.html:
        return f"{head}MIME-Version: 1.0\r\n{_part('plain', mail.text)}".encode()
    parts = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\n{_part('plain', mail.text)}"
        f"--{boundary}\r\n{_part('html', mail.html)}"
        f"--{boundary}--\r\n"
    )
    return (head + parts).encode()


def envelope_from(message: Message, sender: Sender) -> str:
    """Where bounces go: to the incident, except that nobody is to answer an automatic answer."""
    if message.kind is MessageKind.ACKNOWLEDGEMENT or not message.incident_id:
        return ""
    return sender.reply_address(message.incident_id)


def _headers(
    mail: Mail, message: Message, thread: Sequence[str], sender: Sender
) -> Iterator[tuple[str, str]]:
    yield "Message-ID", message.message_id
    yield "Date", format_datetime(message.planned_at)
    yield "From", _mailbox(sender.name, sender.address)
    yield "To", _recipient(message.recipient)
    yield "Subject", _encoded(mail.subject)
    if message.incident_id:
        yield "Reply-To", sender.reply_address(message.incident_id)
    chain = [one for one in thread if _ID.fullmatch(one)]
    if chain:
        yield "In-Reply-To", chain[-1]
        yield "References", _BREAK.join(_shortened(chain))
    yield "X-Candor-Loop", sender.domain
    if message.kind not in BY_PEOPLE:
        answers = message.kind is MessageKind.ACKNOWLEDGEMENT
        yield "Auto-Submitted", "auto-replied" if answers else "auto-generated"
        yield "X-Auto-Response-Suppress", "All"
        yield "Precedence", "bulk"


def _checked(value: str) -> str:
    """The last look at a header: no control character but our own line breaks."""
    if not value.replace(_BREAK, "").isprintable():
        raise Unsendable(f"a header holds a control character: {value[:80]!r}")
    return value


def _recipient(address: str) -> str:
    if not address.isprintable() or not _ADDRESS.fullmatch(address):
        raise Unsendable(f"not an address: {address[:80]!r}")
    return address


def _shortened(chain: Sequence[str]) -> Sequence[str]:
    """The root and the youngest, when there are too many."""
    return chain if len(chain) <= MOST_REFERENCES else [chain[0], *chain[1 - MOST_REFERENCES :]]


@lru_cache(maxsize=16)
def _mailbox(name: str, address: str) -> str:
    spoken = _encoded(name)
    if spoken == name:
        spoken = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{spoken} <{_recipient(address)}>" if name else _recipient(address)


def _encoded(text: str) -> str:
    """Text for a header; as encoded words (RFC 2047) when it is not plain, or looks like such words."""
    if text.isascii() and "=?" not in text:
        return text
    return _BREAK.join(
        f"=?utf-8?b?{binascii.b2a_base64(piece, newline=False).decode()}?=" for piece in _pieces(text)
    )


def _pieces(text: str) -> Iterator[bytes]:
    """UTF-8 in pieces that are short enough for an encoded word and break no character."""
    piece = b""
    for character in text:
        more = character.encode("utf-8", "replace")
        if len(piece) + len(more) > _LONGEST_WORD:
            yield piece
            piece = b""
        piece += more
    yield piece


def _part(kind: str, text: str) -> str:
    """One body. Quoted-printable keeps English readable; base64 is shorter for Chinese."""
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: '
    lines = text.replace("\n", "\r\n").encode("utf-8", "replace")
    if text.isascii():
        return f"{head}quoted-printable\r\n\r\n{binascii.b2a_qp(lines, istext=True).decode()}\r\n"
    return f"{head}base64\r\n\r\n{encodebytes(lines).decode().replace(chr(10), chr(13) + chr(10))}"
