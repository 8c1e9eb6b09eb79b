"""Takes a mail apart into its tree of parts, within limits that the standard library doesn't set.

Headers stay as they came: the library's own header parser recurses on brackets and raises on bad labels.
"""

from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32

LARGEST_BYTES = 25 * 1024 * 1024
MOST_PARTS = 1_000
DEEPEST = 50
LONGEST_HEADER = 64 * 1024
LARGEST_HEADER_BLOCK = 256 * 1024
# Base64 of the largest mail has 350,000 lines. Each line costs time for each level that it lies below.
MOST_LINES = 400_000
# The library's time for a structural header grows with the square of its length. Only file names are long.
_LONGEST_STRUCTURAL_HEADER = 2_000


class TooMuch(Exception):
    """A mail exceeds a limit, so that reading it could take the whole service down."""


def read_tree(raw: bytes) -> Message:
    """The mail with all its parts. Raises `TooMuch`, or what the standard library raises on broken mail."""
    if max(raw.count(b"\n"), raw.count(b"\r")) > MOST_LINES:
        raise TooMuch(f"more than {MOST_LINES} lines")
    return BytesParser(_Counted(), policy=_RAW_HEADERS).parsebytes(raw)


def read_headers(raw: bytes) -> Message:
    """Only the headers at the start, as far as they are within the limit, with all the rest as one text."""
    block = raw[:LARGEST_HEADER_BLOCK]
    return BytesHeaderParser(policy=_RAW_HEADERS).parsebytes(block)


class _RawHeaders(Compat32):
    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_RAW_HEADERS = _RawHeaders()


class _Part(Message):
    depth = 0
    header_characters = 0

    def set_raw(self, name: str, value: str) -> None:
        self.header_characters += len(name) + len(value)
        if len(value) > LONGEST_HEADER or self.header_characters > LARGEST_HEADER_BLOCK:
            raise TooMuch("headers that are too long")
        structural = name.lower().startswith("content-")
        super().set_raw(name, value[:_LONGEST_STRUCTURAL_HEADER] if structural else value)

    def attach(self, payload: Message | str) -> None:
        if isinstance(payload, _Part):
            payload.depth = self.depth + 1
            if payload.depth > DEEPEST:
                raise TooMuch(f"parts nested more than {DEEPEST} levels deep")
        super().attach(payload)


class _Counted:
    """Makes the parts of one mail, and stops when there are too many."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def __call__(self) -> _Part:
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"more than {MOST_PARTS} parts")
        return _Part(policy=_RAW_HEADERS)
