"""The mail as bytes, read back with the standard library."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest

from candor_common.events import Contact, MessageKind
from candor_notifier.compose import Sender, Unsendable, compose, envelope_from
from candor_notifier.domain.message import BY_PEOPLE
from candor_notifier.render import Mail, render
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    NOON,
    SENDER,
    VOICE,
    a_resolution,
    an_acknowledgement,
    an_incident,
    an_invitation,
    in_thread,
    of_every_kind,
)


def raw_of(due: Due, sender: Sender = SENDER) -> bytes:
    return compose(render(due, VOICE), due.message, due.thread, sender)


def read(due: Due, sender: Sender = SENDER) -> EmailMessage:
    return parsed(raw_of(due, sender))


def parsed(raw: bytes) -> EmailMessage:
    mail: EmailMessage = email.message_from_bytes(raw, policy=default)
    assert [part.defects for part in mail.walk()] == [[], [], []]
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_was_rendered_comes_out_again(language: str) -> None:
    for due in of_every_kind(language, title="网店 – 502"):
        mail, back = render(due, VOICE), read(due)
        assert back["Subject"] == mail.subject
        assert body(back, "plain").strip() == mail.text.strip()
        assert body(back, "html").strip() == mail.html.strip()


def test_the_headers_of_an_acknowledgement() -> None:
    due = in_thread(an_acknowledgement(), "<first@shop.example>", "<last@shop.example>")
    mail = read(due)
    assert mail["Message-ID"] == due.message.message_id
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail["From"] == "Support <support@help.example>"
    assert mail["To"] == "li@shop.example"
    assert mail["Subject"] == "We have your message: The shop answers with error 502 [INC-000042]"
    assert mail["Reply-To"] == "support+INC-000042@help.example"
    assert mail["In-Reply-To"] == "<last@shop.example>"
    assert mail["References"] == "<first@shop.example> <last@shop.example>"
    assert mail["X-Candor-Loop"] == "help.example"


@pytest.mark.parametrize("due", of_every_kind(), ids=lambda due: due.message.kind.value)
def test_only_what_a_robot_says_is_marked_as_automatic(due: Due) -> None:
    answers = due.message.kind is MessageKind.ACKNOWLEDGEMENT
    marks = ("auto-replied" if answers else "auto-generated", "All", "bulk")
    expected = (None, None, None) if due.message.kind in BY_PEOPLE else marks
    mail = read(due)
    found = tuple(mail[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"))
    assert found == expected
    assert mail["X-Candor-Loop"] == "help.example"


def test_bounces_of_all_but_automatic_answers_find_their_incident() -> None:
    assert envelope_from(an_acknowledgement().message, SENDER) == ""
    assert envelope_from(a_resolution().message, SENDER) == "support+INC-000042@help.example"
    assert envelope_from(an_invitation().message, SENDER) == "support+INC-000042@help.example"


def test_every_attempt_has_the_same_bytes() -> None:
    for first, second in zip(of_every_kind(), of_every_kind(), strict=True):
        assert raw_of(first) == raw_of(second)


def test_a_first_mail_stands_in_no_thread() -> None:
    mail = read(an_acknowledgement())
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_a_long_thread_keeps_its_root_and_its_youngest() -> None:
    ids = [f"<{number}@shop.example>" for number in range(50)]
    mail = read(in_thread(an_acknowledgement(), *ids))
    assert mail["References"].split() == [ids[0], *ids[31:]]
    assert mail["In-Reply-To"] == ids[49]


@pytest.mark.parametrize(
    "broken", ["<a b@c>", "<a@b>\r\nBcc: x@y", "a@b", "<ü@b>", "<>", "<a@b", "<a@b><c@d>", "<a\n@b>"]
)
def test_an_id_that_is_none_is_left_out_of_the_thread(broken: str) -> None:
    mail = read(in_thread(an_acknowledgement(), "<good@shop.example>", broken))
    assert mail["References"] == "<good@shop.example>"


@pytest.mark.parametrize("name", ["", 'Ann "the" \\ Desk', "客服", "=?utf-8?q?x?=", "A, B <c@d>"])
def test_the_senders_name_arrives_as_it_is(name: str) -> None:
    mail = read(an_acknowledgement(), Sender("support@help.example", name))
    [address] = mail["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "support@help.example")


def test_a_title_that_looks_encoded_is_not_decoded() -> None:
    title = "=?utf-8?b?DQpCY2M6IHhAeQ==?="
    mail = read(an_acknowledgement(an_incident(title=title)))
    assert mail["Subject"] == f"We have your message: {title} [INC-000042]"
    assert mail["Bcc"] is None


def test_a_very_long_title_is_cut_with_a_mark() -> None:
    mail = read(an_acknowledgement(an_incident(title="长" * 5000)))
    assert len(mail["Subject"]) < 170
    assert mail["Subject"].endswith("… [INC-000042]")


@pytest.mark.parametrize(
    "address",
    [
        "li@shop.example\r\nBcc: all@shop.example",
        "li@shop.example\nX: y",
        "li@shop.example\rX: y",
        "li@shop.example, all@shop.example",
        "Li <li@shop.example>",
        "li\u202e@shop.example",
        '"li\r\n"@shop.example',
        "li@",
        "li",
        "",
        "li@shop.example\x00",
    ],
)
def test_a_recipient_that_is_no_address_is_refused(address: str) -> None:
    due = an_acknowledgement()
    message = due.message.model_copy(update={"recipient": address})
    with pytest.raises(Unsendable):
        compose(render(due, VOICE), message, (), SENDER)


@pytest.mark.parametrize(
    "address", ["li@shop.example", "o'hara+x@sub.shop.example", '"li wei"@shop.example', "li@[10.0.0.1]"]
)
def test_addresses_as_odd_as_people_have_them_are_written_as_they_are(address: str) -> None:
    incident = an_incident(requester=Contact(address=address))
    assert raw_of(an_acknowledgement(incident)).split(b"\r\nTo: ")[1].startswith(f"{address}\r\n".encode())


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: x@y", "\nBcc: x@y", "\rBcc: x@y", "\r\n\r\n<b>", "\x00", "\x85Bcc: x"]
)
@pytest.mark.parametrize("field", ["message_id", "recipient", "incident_id", "subject", "name", "address"])
def test_no_field_can_break_a_header(field: str, evil: str) -> None:
    due = an_acknowledgement()
    mail, sender = render(due, VOICE), SENDER
    message = due.message
    if field == "subject":
        mail = Mail(f"News{evil}", mail.text, mail.html)
    elif field in {"name", "address"}:
        sender = replace(SENDER, **{field: getattr(SENDER, field) + evil})
    else:
        message = message.model_copy(update={field: getattr(message, field) + evil})
    try:
        back = email.message_from_bytes(compose(mail, message, (), sender), policy=default)
    except Unsendable:
        return
    assert back["Bcc"] is None
    assert back.get_content_type() == "multipart/alternative"


def test_lines_are_ended_as_smtp_wants_and_none_is_too_long() -> None:
    for language in ("en", "zh-Hans"):
        for due in of_every_kind(language, title="网" * 200):
            raw = raw_of(in_thread(due, *[f"<{'x' * 280}{number}@y>" for number in range(30)]))
            assert b"\r" not in raw.replace(b"\r\n", b"")
            assert b"\n" not in raw.replace(b"\r\n", b"")
            assert max(map(len, raw.split(b"\r\n"))) <= 998
            assert raw.isascii()
