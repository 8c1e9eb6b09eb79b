"""A secret that comes with each delivery, for senders that can't sign: a bearer token, or the password of Basic."""

import base64
import binascii
from collections.abc import Sequence

from candor_intake.verify.delivery import Delivery, header, present, require_match

HEADER = "authorization"


def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Raises NotGenuine unless one of the secrets was sent along."""
    scheme, _, given = header(delivery, HEADER).partition(" ")
    presented = _password(given) if scheme.lower() == "basic" else given.strip()
    require_match([presented], present(secrets))


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
