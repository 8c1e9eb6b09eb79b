"""The mark by which intake knows what notifier sent: two services that share nothing but the address of our mail."""

import pytest

from candor_intake.domain.inbound import Ignored, Request
from candor_intake.sources.mail import parse
from candor_notifier.compose import Sender, compose
from candor_notifier.render import render
from candor_notifier.store import Due
from tests.unit.notifier.builders import VOICE, of_every_kind

OURS = "Support@Help.Example"
RELAY = b"From: Some List <list@lists.example>\r\nReply-To: list@lists.example\r\n"


def relayed(due: Due) -> bytes:
    """One of our mails as a list passes it on: under the list's name, with our mark as it was."""
    raw = compose(render(due, VOICE), due.message, due.thread, Sender(OURS, "Support"))
    lines = [one for one in raw.split(b"\r\n") if not one.startswith((b"From:", b"Reply-To:"))]
    return RELAY + b"\r\n".join(lines)


@pytest.mark.parametrize("due", of_every_kind(), ids=lambda due: due.message.kind.value)
def test_what_we_sent_is_ignored_when_it_comes_back_and_a_request_to_another_company(due: Due) -> None:
    assert parse(relayed(due), own_addresses=frozenset({OURS})) == Ignored("our own mail")
    assert isinstance(parse(relayed(due), own_addresses=frozenset({"help@other.example"})), Request)
