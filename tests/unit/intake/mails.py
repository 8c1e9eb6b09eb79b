"""Mails for tests, as bytes."""

from candor_intake.domain.inbound import Request
from candor_intake.sources.mail import parse


def a_mail(body: bytes | str = "The printer is broken.", **headers: str | bytes | None) -> bytes:
    """A mail from a person; a header that is None is left out, and underscores stand for hyphens."""
    octets = body.encode() if isinstance(body, str) else body
    usual: dict[str, str | bytes | None] = {
        "From": "Zhang San <zhang@example.com>",
        "To": "support@example.org",
        "Subject": "Printer",
        "Message_ID": "<one@example.com>",
    }
    lines = [
        name.replace("_", "-").encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in (usual | headers).items()
        if value is not None
    ]
    return b"\r\n".join([*lines, b"", octets])


def a_request(raw: bytes, own: frozenset[str] = frozenset()) -> Request:
    """The mail, read; it has to be a request."""
    inbound = parse(raw, own_addresses=own)
    assert isinstance(inbound, Request)
    return inbound
