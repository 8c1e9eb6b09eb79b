"""What a bounce says of a mail that did not arrive."""

import pytest

from candor_common.events import NonDelivery
from candor_intake.domain.inbound import Request
from candor_intake.sources.mail import parse
from candor_intake.sources.mail_report import LONGEST_REASON
from tests.unit.intake.mails import a_mail

OURS = "<INC-000042.0192@help.example>"
RETURNED = f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {OURS}\r\nSubject: x\r\n\r\nWords.\r\n"
FAILED = "Final-Recipient: rfc822; li@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
SAID = "Diagnostic-Code: smtp; 550 5.1.1 <li@shop.example>:\r\n  No such user\r\n"


def a_report(*recipients: str, returned: str = RETURNED) -> bytes:
    blocks = "\r\n".join(["Reporting-MTA: dns; mx.shop.example\r\n", *recipients])
    status = f"Content-Type: message/delivery-status\r\n\r\n{blocks}\r\n"
    body = "\r\n".join(f"--b\r\n{part}" for part in ("\r\nIt did not work.\r\n", status, returned)) + "--b--"
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return a_mail(body, From="MAILER-DAEMON@mx.shop.example", Content_Type=kind)


def told_by(raw: bytes) -> NonDelivery | None:
    request = parse(raw)
    assert isinstance(request, Request)
    return request.non_delivery


def test_a_failure_names_the_mail_and_the_reason() -> None:
    said = "550 5.1.1 <li@shop.example>: No such user"
    assert told_by(a_report(FAILED + SAID)) == NonDelivery(message_ids=(OURS,), reason=said)


def test_headers_alone_are_enough() -> None:
    returned = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {OURS}\r\n"
    told = told_by(a_report(FAILED, returned=returned))
    assert told == NonDelivery(message_ids=(OURS,), reason="5.1.1")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "unheard-of"])
def test_only_what_failed_for_good_is_lost(action: str) -> None:
    assert told_by(a_report(FAILED.replace("failed", action) + SAID)) is None


def test_one_of_several_recipients_is_enough() -> None:
    later = FAILED.replace("failed", "delayed")
    assert told_by(a_report(later, FAILED + SAID)) is not None


def test_a_report_that_names_no_mail_says_nothing() -> None:
    assert told_by(a_report(FAILED + SAID, returned="Content-Type: text/plain\r\n\r\nSorry.\r\n")) is None


def test_ordinary_mail_says_nothing() -> None:
    assert told_by(a_mail("Action: failed")) is None


@pytest.mark.parametrize(
    "said", ["x" * 5_000, "smtp;", "x-unix; \x00\x1b[31m", "=?utf-8?q?=00?=", "X.400; ;"]
)
def test_whatever_is_given_as_the_reason_can_be_kept(said: str) -> None:
    told = told_by(a_report(FAILED + f"Diagnostic-Code: {said}\r\n"))
    assert told is not None
    assert 0 < len(told.reason) <= LONGEST_REASON
    assert told.reason.isprintable()
