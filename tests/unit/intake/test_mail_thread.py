"""To which conversation a mail says it belongs."""

import pytest

from candor_intake.domain.inbound import Request, Thread
from candor_intake.sources.mail import parse
from tests.unit.intake.mails import a_mail, a_request


def thread_of(raw: bytes, own: frozenset[str] = frozenset()) -> Thread:
    thread = a_request(raw, own).thread
    assert thread is not None
    return thread


def test_the_most_recent_parent_comes_first() -> None:
    thread = thread_of(a_mail(In_Reply_To="<c@x>", References="<a@x> <b@x>\r\n <c@x>"))
    assert thread == Thread("<one@example.com>", ("<c@x>", "<b@x>", "<a@x>"), ())


def test_a_conversation_of_many_years_keeps_its_most_recent_parents() -> None:
    references = "\r\n ".join(f"<{number}@mail.example.com>" for number in range(1_500))
    parents = thread_of(a_mail(References=references)).parents
    assert parents[0] == "<1499@mail.example.com>"
    assert len(parents) == 50


@pytest.mark.parametrize(
    ("subject", "tokens"),
    [
        ("Re: [INC-000123] Printer", ("INC-000123",)),
        ("回复: [inc-1000000]打印机", ("INC-1000000",)),
        ("打印机INC-000123坏了", ("INC-000123",)),
        ("INC-12345", ()),
        ("XINC-000123 and PINC-000123", ()),
        ("[INC-000123] [INC-000124] INC-000123", ("INC-000123", "INC-000124")),
    ],
)
def test_references_are_found_in_the_subject(subject: str, tokens: tuple[str, ...]) -> None:
    assert thread_of(a_mail(Subject=subject.encode())).reference_tokens == tokens


def test_a_token_after_the_plus_of_our_address_is_none_of_the_subject() -> None:
    raw = a_mail(Subject="[INC-000123]", To="Us <support+t0ken@example.org>, li+other@example.com")
    thread = thread_of(raw, frozenset({"support@example.org"}))
    assert (thread.address_tokens, thread.reference_tokens) == (("t0ken",), ("INC-000123",))


def test_a_recipient_of_the_envelope_has_its_token_read() -> None:
    inbound = parse(a_mail(), recipients=("support+t0ken@example.org",))
    assert isinstance(inbound, Request)
    assert inbound.thread == Thread("<one@example.com>", address_tokens=("t0ken",))


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_leads_to_the_mail_that_it_brings_back(kind: str) -> None:
    returned = f"Content-Type: {kind}\r\n\r\nMessage-ID: <ours@example.org>\r\n"
    body = f"--b\r\n\r\nNo such user.\r\n--b\r\n{returned}\r\n--b--"
    report = "multipart/report; report-type=delivery-status; boundary=b"
    assert thread_of(a_mail(body, Content_Type=report)).parents == ("<ours@example.org>",)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("bare@example.com", "<bare@example.com>"),
        ("<folded@\r\n example.com>", "<folded@example.com>"),
        ("two words", None),
        ("<>", None),
        ("<" + "x" * 2_000 + "@y>", None),
    ],
)
def test_an_id_is_read_as_clients_write_it(written: str, read: str | None) -> None:
    assert thread_of(a_mail(Message_ID=written)).message_id == read
