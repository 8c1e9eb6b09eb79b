"""One HTTP call to somebody else: bounded in time and size, to where the rules permit, and never redirected.

Variables that name proxies are ignored, and answers are not decompressed: what comes back is read as it is.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore

from candor_notifier.channels.guard import GuardedBackend, NotAllowed, Resolve, Resolver, Rules

PATIENCE = 20.0
"""Seconds for everything from the look-up of the name to the last byte."""
MOST_BYTES = 65_536
"""Of an answer; the rest is left unread."""
LONGEST_URL = 2_000
LONGEST_RETRY = timedelta(days=1)
_CONNECTIONS = 100
_KEPT = 20
_KEPT_SECONDS = 15.0
_AGENT = ("User-Agent", "Candor/1")

Headers: TypeAlias = Mapping[str, str]


class BadUrl(ValueError):
    """A URL that we can't send to. The words say what is wrong with it."""


class Unreachable(Exception):
    """There was no answer, for a reason that may pass. What was sent may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    """Their names in lower case."""
    body: bytes
    """The first `MOST_BYTES` of it, or less where time ran out."""

    def retry_after(self, now: datetime) -> timedelta | None:
        """How long the other side wants us to wait, a day at most; None where it does not say."""
        written = self.headers.get("retry-after", "").strip()
        if written.isascii() and written.isdigit():
            # More digits than any wait needs would overflow.
            return min(timedelta(seconds=int(written[:9])), LONGEST_RETRY)
        try:
            moment = parsedate_to_datetime(written)
        except (ValueError, OverflowError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        return min(max(wait, timedelta()), LONGEST_RETRY)


class Http:
    """Connections to other servers, kept for a little while and used again."""

    def __init__(self, rules: Rules, *, patience: float = PATIENCE, resolve: Resolve | None = None) -> None:
        self._patience = patience
        self._resolver = Resolver()
        look_up = resolve or self._resolver
        context = ssl.create_default_context()
        self._guards = {
            scheme: GuardedBackend(rules, look_up, tls=scheme == "https") for scheme in ("https", "http")
        }
        self._pools = {scheme: _pool(guard, context) for scheme, guard in self._guards.items()}

    async def check(self, url: str) -> None:
        """Whether it could be posted to, as far as can be known: a name that can't be resolved now may be later. The
        address is looked at again when it is connected to. Raises BadUrl or NotAllowed."""
        target = parsed(url)
        port = target.port or (443 if target.scheme == b"https" else 80)
        with suppress(httpcore.ConnectError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._guards[target.scheme.decode()].addresses(target.host.decode(), port)

    async def post(self, url: str, headers: Headers, body: bytes) -> Answer:
        """What the server answers, whatever that is. Raises BadUrl, NotAllowed or Unreachable."""
        target = parsed(url)
        sent = [_AGENT, *headers.items(), ("Content-Length", str(len(body)))]
        call = _Call()
        try:
            async with asyncio.timeout(self._patience):
                await call.make(self._pools[target.scheme.decode()], target, sent, body)
        except TimeoutError:
            return call.answered(f"no answer within {self._patience:g} s")
        except httpcore.TimeoutException:
            return call.answered("no answer in time")
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            return call.answered(_words(error))
        return call.answered("no answer")

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
        self._resolver.close()


class _Call:
    """One call, and how far it came."""

    def __init__(self) -> None:
        self._response: httpcore.Response | None = None
        self._body = bytearray()

    async def make(
        self,
        pool: httpcore.AsyncConnectionPool,
        url: httpcore.URL,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> None:
        async with pool.stream("POST", url, headers=headers, content=body) as response:
            self._response = response
            async for piece in response.aiter_stream():
                self._body += piece[: MOST_BYTES - len(self._body)]
                if len(self._body) >= MOST_BYTES:
                    return

    def answered(self, otherwise: str) -> Answer:
        """The answer, once its status was read: a body that never ends takes nothing back."""
        if self._response is None:
            raise Unreachable(otherwise)
        pairs = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in self._response.headers
        ]
        return Answer(self._response.status, dict(pairs), bytes(self._body))


def parsed(url: str) -> httpcore.URL:
    """The URL in parts, with the host as DNS knows it. Raises BadUrl."""
    if len(url) > LONGEST_URL:
        raise BadUrl(f"the URL has more than {LONGEST_URL} characters")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except (ValueError, UnicodeError):
        raise BadUrl("it is not a URL") from None
    if parts.scheme not in {"https", "http"} or not host:
        raise BadUrl("it is not an https:// URL with a host")
    if "@" in parts.netloc or parts.fragment:
        raise BadUrl("a URL with a login or a fragment is not taken")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not url.isprintable() or " " in url or not target.isascii():
        raise BadUrl("what is beyond ASCII has to be percent-encoded")
    return httpcore.URL(scheme=parts.scheme.encode(), host=host, port=port, target=target.encode())


def _pool(backend: GuardedBackend, context: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=context,
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_KEPT,
        keepalive_expiry=_KEPT_SECONDS,
        network_backend=backend,
    )


def _words(error: Exception) -> str:
    """What went wrong below HTTP, on one line. It never holds a header or a body."""
    return " ".join((str(error) or type(error).__name__).split())[:300]


__all__ = ["Answer", "BadUrl", "Http", "NotAllowed", "Unreachable", "parsed"]
