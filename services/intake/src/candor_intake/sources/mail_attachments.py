"""The files in a mail: whatever is not its words."""

from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message

from candor_intake.domain.attachments import File
from candor_intake.sources.mail_headers import decoded
from candor_intake.sources.mail_limits import TooMuch, read_tree

MOST_FILES = 50
"""Files of one mail that are kept by themselves; the mail itself is kept whole."""
_BROKEN_PART = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


def files_of(message: Message) -> tuple[File, ...]:
    """The files, in order. A part that is broken is passed over, and so is the mail that a bounce brings back."""
    found: list[File] = []
    for part in _parts(message):
        if len(found) == MOST_FILES:
            break
        try:
            octets = _octets(part)
            if octets:
                found.append(File.of(_name(part), part.get_content_type(), octets))
        except _BROKEN_PART:
            continue
    return tuple(found)


def content_of(raw: bytes, sha256: str) -> bytes | None:
    """The file with that digest in a mail that had it when it came."""
    try:
        files = files_of(read_tree(raw.lstrip(b"\r\n")))
    except (TooMuch, *_BROKEN_PART):
        return None
    return next((one.content for one in files if one.attachment.sha256 == sha256), None)


def _parts(part: Message) -> Iterator[Message]:
    """Parts that are files. A mail within the mail is one of them, as a whole."""
    if part.get_content_type() == "multipart/report":
        return
    if part.is_multipart() and part.get_content_maintype() != "message":
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _parts(child)
    elif _is_file(part):
        yield part


def _is_file(part: Message) -> bool:
    if part.get_content_type() in ("message/rfc822", "text/calendar"):
        return True
    named = part.get_content_disposition() == "attachment" or _name(part) != ""
    return named or part.get_content_maintype() not in ("text", "message", "multipart")


def _octets(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else b""
    octets = part.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else b""


def _name(part: Message) -> str:
    try:
        return decoded(part.get_filename() or "")
    except _BROKEN_PART:
        return ""
