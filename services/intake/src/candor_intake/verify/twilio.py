"""Twilio's signature: over the address and the sorted fields of a form, or over an address that names the body's hash."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from candor_intake.verify.delivery import Delivery, NotGenuine, header, present, require_match

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1_000
_PORT = re.compile(":[0-9]*$")
_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a Twilio account signs with."""

    tokens: Sequence[str] = field(default=(), repr=False)
    """The account's auth tokens, for signatures by SHA-1."""
    shared_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets of shared keys by their ids, for signatures by SHA-256."""


def sign_form(secret: str, url: str, body: bytes, algorithm: str = "HMAC_SHA1") -> str:
    """The value of `X-Twilio-Signature` for a form; an empty body leaves the address alone."""
    signed = url.encode("utf-8", "replace") + _sorted_fields(body)
    return base64.b64encode(hmac.digest(secret.encode(), signed, _HASHES[algorithm])).decode()


def verify(delivery: Delivery, secrets: Secrets) -> None:
    """Raises NotGenuine unless the account sent just this body to just this address. Times are not signed at all."""
    given = header(delivery, SIGNATURE)
    algorithm, usable = _signed_with(delivery.headers.get(SETTINGS, ""), secrets)
    form = delivery.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    if not form:
        _require_hash(delivery)
    covered = delivery.body if form else b""
    expected = [
        sign_form(secret, url, covered, algorithm) for secret in usable for url in _spellings(delivery.url)
    ]
    require_match([given], expected)


def _signed_with(settings: str, secrets: Secrets) -> tuple[str, list[str]]:
    parts = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    algorithm = parts.get("algorithm", "").strip() or "HMAC_SHA1"
    if algorithm == "HMAC_SHA1":
        return algorithm, present(secrets.tokens)
    if algorithm not in _HASHES:
        raise NotGenuine("it is signed by an algorithm that isn't known here")
    return algorithm, present([secrets.shared_keys.get(parts.get("key", "").strip(), "")])


def _require_hash(delivery: Delivery) -> None:
    try:
        named = parse_qs(urlsplit(delivery.url).query).get("bodySHA256", [])
    except ValueError:
        named = []
    if len(named) != 1:
        raise NotGenuine("the signature does not cover the body")
    require_match([named[0].lower()], [hashlib.sha256(delivery.body).hexdigest()])


def _sorted_fields(body: bytes) -> bytes:
    """Each name with each of its values once, in order. Octets sort like the characters that they encode."""
    fields = [one for one in body.replace(b"+", b" ").split(b"&", _MOST_FIELDS) if one]
    if len(fields) > _MOST_FIELDS:
        raise NotGenuine("the form has too many fields")
    pairs = {tuple(map(unquote_to_bytes, one.partition(b"=")[::2])) for one in fields}
    return b"".join(b"".join(pair) for pair in sorted(pairs))


def _spellings(url: str) -> Iterator[str]:
    """Twilio signs with or without the port, as it happens."""
    yield url
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    bare = _PORT.sub("", parts.netloc)
    port = "443" if parts.scheme == "https" else "80"
    for netloc in {bare, f"{bare}:{port}"} - {parts.netloc} if parts.netloc else set():
        yield url.replace(parts.netloc, netloc, 1)
