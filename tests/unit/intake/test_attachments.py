"""What files are, and what they may be called."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.domain.attachments import (
    ACCEPTED_TYPES,
    LONGEST_NAME_BYTES,
    UNKNOWN_TYPE,
    attachment,
    noted,
    safe_name,
    sniff,
)


def packed(*names: str) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return octets.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument"
TAIL = b"\0" * 40


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + TAIL, "image/png"),
        (b"\xff\xd8\xff\xe1\0\x10Exif" + TAIL, "image/jpeg"),
        (b"GIF89a" + TAIL, "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + TAIL, "image/webp"),
        (b"\0\0\0\x18ftypheic" + TAIL, "image/heic"),
        (b"%PDF-1.7\n", "application/pdf"),
        (packed("a.txt"), "application/zip"),
        (packed("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (gzip.compress(b"a", mtime=0), "application/gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + TAIL, "application/x-ole-storage"),
        (b"RIFF\x24\0\0\0WAVEfmt " + TAIL, "audio/wav"),
        (b"ID3\x03" + TAIL, "audio/mpeg"),
        (b"#!AMR\n" + TAIL, "audio/amr"),
        (b"\0\0\0\x18ftypmp42" + TAIL, "video/mp4"),
        ("打印机坏了\n".encode(), "text/plain"),
        ("打印机坏了\n".encode("gbk"), "text/plain"),
        ("打印机坏了\n".encode("utf-16"), "text/plain"),
        (b"MZ is what the label says\n", "text/plain"),
        (b"see <html> below", "text/plain"),
    ],
)
def test_a_usual_file_is_known_by_its_content_and_taken(content: bytes, media_type: str) -> None:
    assert sniff(content) == media_type
    assert media_type in ACCEPTED_TYPES


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0\x03" + TAIL,
        b"\x7fELF\x02" + TAIL,
        b"\xcf\xfa\xed\xfe" + TAIL,
        b"#!/bin/sh\nrm -rf /",
        b"<!DOCTYPE html><script>x</script>",
        b" <script>x</script>",
        b'<?xml version="1.0"?>\n<svg onload="x">',
        b"\0\1\2",
        b"",
    ],
)
def test_programs_pages_and_the_unknown_are_not_taken(content: bytes) -> None:
    assert sniff(content) not in ACCEPTED_TYPES


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\报告 1.pdf", "报告 1.pdf"),
        ("a\r\nContent-Type: text/html", "html"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("exe\u202egnp.scr", "exegnp.scr"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("a\0b.txt", "a\ufffdb.txt"),
    ],
)
def test_a_name_can_do_no_harm(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    short = safe_name("报" * 500 + ".pdf")
    assert short.endswith("报.pdf")
    assert len(short.encode()) <= LONGEST_NAME_BYTES
    assert len(safe_name("a." + "b" * 500).encode()) <= LONGEST_NAME_BYTES


def test_a_file_is_described() -> None:
    described = attachment("files/a.txt", "text/html\r\nX: y", b"abc")
    assert (described.name, described.declared_type, described.sniffed_type, described.size) == (
        "a.txt",
        "text/html X: y",
        "text/plain",
        3,
    )
    assert described.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_note_of_a_file_is_one_line() -> None:
    assert (
        noted("a.png", "image/png", 4096, "https://x.example/1")
        == "📎 a.png (image/png, 4 kB) https://x.example/1"
    )
    assert noted("a.png") == "📎 a.png"
    assert noted("", size=0) == "📎 file (1 kB)"
    assert "\n" not in noted("a\nb", "c\nd", 5, "e\nf")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe.encode()) <= LONGEST_NAME_BYTES
    assert not set(safe) & set('/\\\r\n\0:"<>|?*')
    assert safe_name(safe) == safe


@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(content: bytes) -> None:
    assert "/" in sniff(content)
    assert sniff(b"\0" + content) in (UNKNOWN_TYPE, *ACCEPTED_TYPES)
