"""The words of a mail, from whichever of its parts has them."""

import re
from email.message import Message

from candor_intake.domain.words import storable
from candor_intake.sources.charsets import decode
from candor_intake.sources.mail_html import text_of_page, unescaped

# Far more than is kept: the history below the new words counts too until it is taken out.
_LONGEST_READ = 1_000_000
_TAG = re.compile(r"<[^<>]*>")
_LINE_ENDS = re.compile(r"\r\n?")


def full_text(message: Message) -> str:
    """All that a mail says, history included. A mail attached to an empty one counts as its words."""
    own = _Reader(into_attached_mails=False).read(message)
    return own or _Reader(into_attached_mails=True).read(message)


def text_of_octets(octets: bytes, label: str | None = None) -> str:
    """Bytes as text with plain line ends."""
    return _LINE_ENDS.sub("\n", storable(decode(octets, label)))


def text_of_html(page: str) -> str:
    """What a reader sees of a page; of one on which nothing can be seen, all words that it has."""
    return storable(text_of_page(page) or unescaped(_TAG.sub(" ", page)).strip())


class _Reader:
    """Reads one mail, and stops when it has read enough: there may be a thousand pages of HTML."""

    def __init__(self, *, into_attached_mails: bool) -> None:
        self._into_attached_mails = into_attached_mails
        self._left = _LONGEST_READ

    def read(self, part: Message) -> str:
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" and not part.is_multipart():
            return ""
        if part.get_content_maintype() == "message" and not self._is_wanted(kind):
            return ""
        if part.is_multipart():
            texts = (text for child in _children(part) if (text := self.read(child)))
            return next(texts, "") if kind == "multipart/alternative" else "\n\n".join(texts)
        return self._leaf(part, kind)

    def _is_wanted(self, kind: str) -> bool:
        return kind == "message/rfc822" and self._into_attached_mails

    def _leaf(self, part: Message, kind: str) -> str:
        if (
            part.get_content_maintype() not in ("text", "multipart")
            or kind == "text/calendar"
            or self._left <= 0
        ):
            return ""
        octets = part.get_payload(decode=True)
        start = octets[: self._left] if isinstance(octets, bytes) else b""
        self._left -= len(start)
        text = text_of_octets(start, _charset(part))
        return text_of_html(text) if kind == "text/html" else text.strip()


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _charset(part: Message) -> str | None:
    """The label as written. The library's own reading of it raises on some labels and encodes others."""
    label = part.get_param("charset")
    return label[2] if isinstance(label, tuple) else label
