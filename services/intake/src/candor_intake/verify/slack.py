"""Slack's signature, version 0: an HMAC over the time and the body."""

import hashlib
import hmac
from collections.abc import Sequence

from candor_intake.verify.delivery import Delivery, header, present, require_match, signed_seconds

SIGNATURE = "x-slack-signature"
TIMESTAMP = "x-slack-request-timestamp"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Slack-Signature`; the time is in seconds since 1970."""
    signed = b":".join((b"v0", timestamp.encode(), body))
    return f"v0={hmac.digest(secret.encode(), signed, hashlib.sha256).hex()}"


def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Raises NotGenuine unless the app of one of these signing secrets sent it within the last five minutes."""
    timestamp = signed_seconds(delivery, TIMESTAMP)
    expected = [sign(secret, timestamp, delivery.body) for secret in present(secrets)]
    require_match([header(delivery, SIGNATURE)], expected)
