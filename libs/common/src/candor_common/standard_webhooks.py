"""Signatures of Standard Webhooks 1.0, the symmetric ones (`v1`): made for what leaves, checked on what comes in."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"
PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""How far the time of signing may be from ours, either way."""
_SHORTEST_KEY, _NEW_KEY = 16, 32
_MOST_SIGNATURES = 20
_SECONDS = re.compile("[0-9]{1,12}")
_MESSAGE_ID = re.compile("[!-\\-/-~]{1,200}")


class NotGenuine(Exception):
    """A signature is missing, wrong or out of date. The words are for a log and hold no secret."""


def new_secret() -> str:
    """A fresh secret of 32 random bytes, written `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_KEY)).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError when it is no base64 or too short to protect anything."""
    text = secret.strip().removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"A secret has to be {PREFIX} and base64.") from None
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"A secret has to hold at least {_SHORTEST_KEY} bytes.")
    return key


def sign(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> str:
    """The value of `webhook-signature`, with one signature per key so that a key can be replaced. The time is aware.

    Raises ValueError for an id in which a full stop would make two messages share a signature.
    """
    if at.tzinfo is None:
        raise ValueError("The time of signing needs a zone.")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("The id has to be plain ASCII without spaces and full stops.")
    return " ".join(_signature(key, message_id, str(int(at.timestamp())), body) for key in keys)


def signed(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt: the id stays the same over attempts, the time is that of this one."""
    signature = sign(keys, message_id, at, body)
    return {ID: message_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: signature}


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], at: datetime) -> str:
    """The message's id, when one of the keys signed these very bytes within the tolerance around `at`.

    Names of headers are in lower case. The id has to be remembered by the caller: a repetition is genuine, too.
    Raises NotGenuine.
    """
    message_id, timestamp = _needed(headers, ID), _needed(headers, TIMESTAMP)
    given = _needed(headers, SIGNATURE).split(" ")[:_MOST_SIGNATURES]
    if "." in message_id:
        raise NotGenuine(f"{ID} holds a full stop")
    _check_time(timestamp, at)
    if not keys:
        raise NotGenuine("no secret is set for this sender")
    expected = [_signature(key, message_id, timestamp, body).encode() for key in keys]
    octets = [one.encode("utf-8", "replace") for one in given]
    matches = [hmac.compare_digest(wanted, one) for wanted in expected for one in octets]
    if not any(matches):
        raise NotGenuine("the signature does not match")
    return message_id


def _needed(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "").strip()
    if not value:
        raise NotGenuine(f"there is no {name} header")
    return value


def _check_time(timestamp: str, at: datetime) -> None:
    if not _SECONDS.fullmatch(timestamp):
        raise NotGenuine(f"{TIMESTAMP} is not a number of seconds")
    age = at.timestamp() - int(timestamp)
    if abs(age) > TOLERANCE.total_seconds():
        raise NotGenuine(f"{TIMESTAMP} is more than five minutes {'old' if age > 0 else 'ahead'}")


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    content = b".".join((message_id.encode("utf-8", "replace"), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()}"
