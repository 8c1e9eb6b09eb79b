"""What a bounce reports, as RFC 3464 has it: which mail came back, whether for good, and why."""

from collections.abc import Iterator
from email.message import Message

from candor_common.events import NonDelivery
from candor_intake.domain.words import clipped, one_line, storable
from candor_intake.sources.mail_headers import header, ids_of
from candor_intake.sources.mail_limits import read_headers

LONGEST_REASON = 300
_MOST_IDS = 10


def returned_ids(message: Message) -> Iterator[str]:
    """The ids of the mails that a bounce brings back, whole or only their headers."""
    if message.get_content_type() != "multipart/report":
        return
    for part in message.walk():
        whole = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(whole, list):
            for mail in (inner for inner in whole if isinstance(inner, Message)):
                yield from ids_of(header(mail, "Message-ID"))
        if part.get_content_type() == "text/rfc822-headers":
            octets = part.get_payload(decode=True)
            yield from ids_of(
                header(read_headers(octets if isinstance(octets, bytes) else b""), "Message-ID")
            )


def non_delivery(message: Message) -> NonDelivery | None:
    """What did not arrive; nothing where the report is of a delay or of success, or names no mail."""
    failed = next((one for one in _recipients(message) if header(one, "Action").lower() == "failed"), None)
    ids = tuple(dict.fromkeys(returned_ids(message)))[:_MOST_IDS]
    return NonDelivery(message_ids=ids, reason=_reason(failed)) if failed and ids else None


def _recipients(message: Message) -> Iterator[Message]:
    """What is reported of each recipient."""
    for part in message.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (one for one in blocks if isinstance(one, Message))


def _reason(recipient: Message) -> str:
    """The words of the server that refused it, without the name of its protocol; else the bare status."""
    said = header(recipient, "Diagnostic-Code")
    words = said.partition(";")[2] if ";" in said[:20] else said
    status = header(recipient, "Status")
    return clipped(one_line(storable(words or status)), LONGEST_REASON) or "no reason is given"
