"""Who may do what: which callers are let in, and which addresses may be listened on."""

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
    headers = request.headers
    # A proxy on this machine brings in callers from elsewhere.
    forwarded = "x-forwarded-for" in headers or "forwarded" in headers
    if security.loopback and not security.ring.any() and not forwarded:
        return None
    key = security.ring.find(_presented(headers))
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
