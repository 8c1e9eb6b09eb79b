"""What a sender's signature is checked against."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How far a signed time may be from ours, either way; what is older may be a recording that is played again."""
_SECONDS = re.compile("[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something as it came over HTTP, before anything of it was read."""

    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes = field(repr=False)
    at: datetime
    """When it came; aware."""
    url: str = ""
    """The address that the sender used: the public one, with its query."""


class NotGenuine(Exception):
    """The signature is missing, wrong or out of date. The answer is 401; the reason is for the log, and holds no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def header(delivery: Delivery, name: str) -> str:
    """A header that has to be there. Raises NotGenuine."""
    value = delivery.headers.get(name, "").strip()
    if not value:
        raise NotGenuine(f"there is no {name} header")
    return value


def signed_seconds(delivery: Delivery, name: str) -> str:
    """The time of signing, in seconds since 1970 as they were written. Raises NotGenuine outside of the window."""
    written = header(delivery, name)
    if not _SECONDS.fullmatch(written):
        raise NotGenuine(f"{name} is not a number of seconds")
    age = delivery.at.timestamp() - int(written)
    if abs(age) > WINDOW.total_seconds():
        raise NotGenuine(f"{name} is more than five minutes {'old' if age > 0 else 'ahead'}")
    return written


def present(secrets: Iterable[str]) -> list[str]:
    """The secrets that can be used. Raises NotGenuine without any: what an empty key signs, everybody can sign."""
    usable = [secret for secret in secrets if secret.strip()]
    if not usable:
        raise NotGenuine("no secret is set for this sender")
    return usable


def require_match(given: Sequence[str], expected: Iterable[str]) -> None:
    """Raises NotGenuine unless one of the signatures is one of those expected. Takes as long wherever they differ."""
    octets = [one.encode("utf-8", "replace") for one in given]
    matches = [hmac.compare_digest(wanted.encode(), one) for wanted in expected for one in octets]
    if not any(matches):
        raise NotGenuine("the signature does not match")
