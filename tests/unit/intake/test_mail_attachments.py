"""Files in mail: all that is not its words, and nothing that breaks it."""

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from candor_intake.domain.attachments import File
from candor_intake.domain.inbound import Request
from candor_intake.sources import mail
from candor_intake.sources.mail_attachments import MOST_FILES, content_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def a_mail() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "zhang@example.com", "support@candor.localhost", "Printer"
    made.set_content("It is broken.\n")
    made.add_alternative("<p>It is <b>broken</b>.</p>", subtype="html")
    return made


def read(raw: bytes) -> Request:
    inbound = mail.parse(raw)
    assert isinstance(inbound, Request)
    return inbound


def files(made: EmailMessage) -> tuple[File, ...]:
    return read(made.as_bytes()).files


def test_the_words_of_a_mail_are_no_files() -> None:
    assert files(a_mail()) == ()


def test_files_have_names_types_and_their_very_bytes() -> None:
    made = a_mail()
    made.add_attachment(PNG, maintype="image", subtype="jpeg", filename="截图.png")
    made.add_attachment("a,b\n", subtype="csv", filename="../../etc/报告.csv")
    first, second = files(made)
    assert (first.attachment.name, first.attachment.declared_type) == ("截图.png", "image/jpeg")
    assert (first.attachment.sniffed_type, first.content) == ("image/png", PNG)
    assert (second.attachment.name, second.attachment.sniffed_type) == ("报告.csv", "text/plain")
    assert read(made.as_bytes()).text == "It is broken."


def test_an_encoded_word_as_file_name_is_read() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: application/pdf; name*0=x\r\nContent-Disposition: attachment;"
        b' filename="=?gb2312?B?sai45g==?=.pdf"\r\n\r\n%PDF-1.7\r\n'
    )
    (one,) = read(raw).files
    assert one.attachment.name == "报告.pdf"


def test_a_picture_within_the_words_is_a_file_too() -> None:
    made = EmailMessage()
    made["From"] = "zhang@example.com"
    made.set_content("<p>See: <img src='cid:logo'></p>", subtype="html")
    made.add_related(PNG, maintype="image", subtype="png", cid="<logo>")
    (one,) = files(made)
    assert one.attachment.sniffed_type == "image/png"


def test_a_mail_that_is_attached_is_one_file_whole() -> None:
    inner, made = a_mail(), a_mail()
    inner.add_attachment(PNG, maintype="image", subtype="png", filename="a.png")
    made.add_attachment(inner)
    (one,) = files(made)
    assert b"Subject: Printer" in one.content
    assert b"a.png" in one.content


def test_what_a_bounce_brings_back_is_no_file() -> None:
    report = (
        b"From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; boundary=x;"
        b" report-type=delivery-status\r\n\r\n--x\r\n\r\nNot there.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: Hello\r\n\r\nHello\r\n--x--\r\n"
    )
    assert read(report).files == ()


def test_a_mail_has_so_many_files_at_most_and_empty_ones_do_not_count() -> None:
    made = a_mail()
    made.add_attachment(b"", maintype="application", subtype="pdf", filename="empty.pdf")
    for number in range(MOST_FILES + 5):
        made.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    assert [one.attachment.name for one in files(made)] == [f"{number}.pdf" for number in range(MOST_FILES)]


@given(
    st.binary(max_size=80), st.binary(max_size=40), st.sampled_from([b"base64", b"x-uuencode", b"8bit", b""])
)
def test_no_part_can_break_a_mail(name: bytes, content: bytes, encoding: bytes) -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHelp.\r\n--x\r\n"
        b"Content-Type: application/pdf; name*=" + name.replace(b"\n", b"") + b"\r\n"
        b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
    )
    for one in read(raw).files:
        assert content_of(raw, one.attachment.sha256) == one.content
        f"{one.attachment.name}{one.attachment.declared_type}".encode()
        assert "\0" not in one.attachment.name + one.attachment.declared_type


@given(st.binary(max_size=200), st.text(max_size=64))
def test_no_bytes_break_the_search_for_a_file(raw: bytes, digest: str) -> None:
    assert content_of(raw, digest) is None
