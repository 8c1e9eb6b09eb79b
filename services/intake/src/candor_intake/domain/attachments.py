"""Files that came with a request: what they are by their content, and names that can do no harm."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Self

from candor_intake.domain.words import clipped, one_line

LONGEST_NAME_BYTES = 200
_LONGEST_TYPE = 100
_SAMPLE_BYTES = 4_096
_OFFICE_SAMPLE_BYTES = 64 * 1024
_LONGEST_EXTENSION = 12

UNKNOWN_TYPE = "application/octet-stream"
ZIP = "application/zip"
TEXT = "text/plain"
_PROGRAM = "application/x-executable"
_SCRIPT = "text/x-script"

_BY_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"\xfe\xed\xfa", _PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", _PROGRAM),
    (0, b"\xca\xfe\xba\xbe", _PROGRAM),
    (0, b"#!", _SCRIPT),
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_IN_OFFICE_FILES = (
    (b"word/", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}.presentationml.presentation"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+(?:html|svg)|html|svg|script)\b", re.IGNORECASE
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

ACCEPTED_TYPES = frozenset({one for _, _, one in _BY_MAGIC} - {_PROGRAM, _SCRIPT}) | {
    TEXT,
    *(one for _, one in _IN_OFFICE_FILES),
}
"""What a customer may send. Programs, scripts, pages with scripts and what nobody knows can come in an archive."""

_NOT_IN_NAMES = re.compile(r'[<>:"|?*%]')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a request. Its bytes are kept elsewhere, by their hash."""

    name: str
    """One line without a path, at most 200 bytes of UTF-8."""
    declared_type: str
    """What the sender said; not to be believed."""
    sniffed_type: str
    """What the content says."""
    size: int
    """In bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment with its bytes, on its way to where it is kept."""

    attachment: Attachment
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, name: str, declared_type: str, content: bytes) -> Self:
        return cls(attachment(name, declared_type, content), content)


def attachment(name: str, declared_type: str, content: bytes) -> Attachment:
    """What there is to know about a file."""
    declared = clipped(one_line(declared_type), _LONGEST_TYPE)
    return Attachment(
        safe_name(name), declared, sniff(content), len(content), hashlib.sha256(content).hexdigest()
    )


def safe_name(name: str) -> str:
    """The last part of a name without what file systems, headers or eyes could take for something else."""
    visible = (one for one in one_line(name) if unicodedata.category(one) not in ("Cf", "Cc", "Co"))
    last = re.split(r"[/\\]", one_line("".join(visible)))[-1]
    plain = _NOT_IN_NAMES.sub("_", last).strip(" .")
    return _short(plain).strip(" .") or "file"


def sniff(content: bytes) -> str:
    """The media type that the content shows. What shows none is text, or unknown."""
    for offset, magic, found in _BY_MAGIC:
        if content.startswith(magic, offset):
            return _packed(content) if found == ZIP else found
    sample = content[:_SAMPLE_BYTES]
    if _MARKUP.match(sample):
        return "text/html"
    if sample.startswith(_UTF16):
        return TEXT
    if not sample or _BINARY.search(sample):
        return _PROGRAM if sample.startswith(b"MZ") else UNKNOWN_TYPE
    return TEXT


def noted(name: str, media_type: str = "", size: int | None = None, url: str = "") -> str:
    """A line about a file that stays where it is, in signs that need no translation."""
    kilobytes = f"{max(1, round(size / 1000))} kB" if size is not None and size >= 0 else ""
    details = ", ".join(one for one in (one_line(media_type), kilobytes) if one)
    where = f" {one_line(url)}" if url else ""
    return f"📎 {safe_name(name)}{f' ({details})' if details else ''}{where}"


def _packed(content: bytes) -> str:
    if b"[Content_Types].xml" not in content[:_SAMPLE_BYTES]:
        return ZIP
    sample = content[:_OFFICE_SAMPLE_BYTES]
    return next((found for part, found in _IN_OFFICE_FILES if part in sample), ZIP)


def _short(name: str) -> str:
    """The name within its limit, its extension kept."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        stem, extension = name, ""
    ending = f".{extension}" if extension else ""
    room = LONGEST_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + ending
