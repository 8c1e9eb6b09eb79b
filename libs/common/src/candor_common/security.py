"""Who may do what: which callers are let in, and which addresses may be listened on."""

import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers

from candor_common.errors import Forbidden, Unauthorized
from candor_common.keys import Key, KeyRing, Scope
from candor_common.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Security:
    """What `require` looks at, kept in `app.state.security`. `loopback`: only this machine can reach the server."""

    ring: KeyRing
    loopback: bool


_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(:[0-9]{1,5})?")

_bearer = HTTPBearer(auto_error=False, description="An API key.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="Another place for it.")


def require(scope: Scope) -> Callable[..., Awaitable[Key | None]]:
    """A dependency that lets keys with this scope through, and gives the key.

    While there is no key at all and only this machine can reach the server, everybody may, and it gives None.
    """

    async def allowed(
        request: Request,
        _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        _header: Annotated[str | None, Depends(_header)],
    ) -> Key | None:
        return authorize(request, scope)

    return allowed


def authorize(request: Request, scope: Scope) -> Key | None:
    """What `require` does, for the endpoint of a `Door`. Raises Unauthorized or Forbidden."""
    security: Security = request.app.state.security
    if security.loopback and not security.ring.any() and is_local(request):
        return None
    key = security.ring.find(_presented(request.headers))
    if key is None:
        raise Unauthorized(
            "A valid API key is needed; `candor key add` makes one. Send it as a bearer token."
        )
    if scope not in key.scopes:
        raise Forbidden(f"The key {key.name!r} lacks the scope {scope!r}; use one that has it.")
    return key


def _presented(headers: Headers) -> str:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def is_local(request: Request) -> bool:
    """Whether somebody on this machine asks, given that only this machine can reach us.

    A proxy brings in callers from elsewhere; a name of another site may lead here by a trick of its own DNS; and a
    page of another site can make a browser on this machine send something.
    """
    headers = request.headers
    if "x-forwarded-for" in headers or "forwarded" in headers:
        return False
    if not _names_this_machine(headers.get("host", "")):
        return False
    return request.method in _SAFE or not _from_another_site(headers)


def _names_this_machine(host: str) -> bool:
    """Whether a Host header is one that no resolver of names has a say in."""
    named = _HOST.fullmatch(host)
    if named is None or named[1].lower() == "localhost":
        return named is not None
    try:
        return ip_address(named[1].strip("[]")).is_loopback
    except ValueError:
        return False


def _from_another_site(headers: Headers) -> bool:
    """By what only browsers say of themselves; programs say nothing."""
    if site := headers.get("sec-fetch-site"):
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on this address or name. A name that can't be resolved counts as
    open to others."""
    try:
        found = socket.getaddrinfo(host.strip("[]") or "0.0.0.0", None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)


def check_bind(host: str, keys: KeyRing) -> None:
    """Raises SettingsError when others could reach a server that asks nobody for a key."""
    if not is_loopback(host) and not keys.any():
        raise SettingsError(
            f"CANDOR_HOST: {host!r} is open to other machines and there is no API key; "
            "make one with `candor key add`, or set CANDOR_HOST=127.0.0.1"
        )
