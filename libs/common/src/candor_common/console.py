"""Who sits at the console: an API key opens a session, a signed cookie carries it, and every form proves that it is ours.

Nothing is kept on our side. A key that is revoked ends its sessions at once, for its id is looked up each time.
"""

import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from candor_common.errors import Forbidden, Unauthorized
from candor_common.keys import Key, Scope
from candor_common.links import BadLink, Signer
from candor_common.security import Security, authorize
from candor_common.service import Runtime, runtime_of

COOKIE = "candor_session"
SESSION, CSRF, SIGN_IN = "session", "csrf", "sign-in"
LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the console. `key` is None where no key is asked for, and for somebody who has not signed in."""

    id: str
    key: Key | None
    name: str
    """By which they sign; empty until they have said it."""
    fresh: bool = False
    """True when the browser does not have the cookie yet."""
    by_header: bool = False
    """True when the key came with the request itself, which no other site can make a browser do."""


def admitted(request: Request, scope: Scope) -> Visitor:
    """Whoever may do this. Raises Unauthorized or Forbidden.

    While there is no key at all, a browser on this machine may do everything.
    """
    visitor = visitor_of(request)
    if visitor.key is not None:
        _check_scope(visitor.key, scope)
        return visitor
    key = authorize(request, scope)
    if key is not None:
        return replace(visitor, key=key, name=visitor.name or key.name, by_header=True)
    return visitor


def page_visitor(request: Request, scope: Scope) -> Visitor:
    """The same for a page: whoever may not is led to the sign-in, and back afterwards."""
    try:
        return admitted(request, scope)
    except (Unauthorized, Forbidden) as refused:
        back = request.url.path if request.method == "GET" else "/"
        why = "&lacks=" + scope if isinstance(refused, Forbidden) else ""
        raise HTTPException(303, headers={"Location": f"/sign-in?next={quote(back)}{why}"}) from refused


async def reads(request: Request) -> Visitor:
    """The dependency of pages that show something."""
    return page_visitor(request, "read")


async def works(request: Request) -> Visitor:
    """The dependency of forms that change something; their endpoints call `check_form`."""
    return page_visitor(request, "work")


def visitor_of(request: Request) -> Visitor:
    """Whoever sends the request, signed in or not."""
    runtime, security = runtime_of(request), _security(request)
    try:
        text = runtime.context.signer.verify(SESSION, request.cookies.get(COOKIE, ""), LASTS)
    except BadLink:
        return Visitor(secrets.token_urlsafe(12), None, "", fresh=True)
    saved = json.loads(text)
    return Visitor(saved["id"], _key(security, saved["key"]), saved["name"])


def remember(request: Request, response: Response, visitor: Visitor) -> None:
    """Let the browser keep who this is, for 12 hours."""
    runtime = runtime_of(request)
    saved = {"id": visitor.id, "key": visitor.key.id if visitor.key else None, "name": visitor.name}
    response.set_cookie(
        COOKIE,
        runtime.context.signer.sign(SESSION, json.dumps(saved)),
        max_age=int(LASTS.total_seconds()),
        secure=_is_https(runtime),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response) -> None:
    """End the session in this browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def sign_in(request: Request, presented: str, name: str) -> Visitor | None:
    """A new session for the owner of a key; None when it is not one of ours."""
    key = _security(request).ring.find(presented.strip())
    return None if key is None else _session(key, name)


def sign_in_by_link(request: Request, token: str) -> Visitor | None:
    """A new session for whoever has the link that `sign_in_link` made; None when it is too old or not ours."""
    try:
        identifier = runtime_of(request).context.signer.verify(SIGN_IN, token, LASTS)
    except BadLink:
        return None
    found = _key(_security(request), identifier)
    return None if found is None else _session(found, "")


def sign_in_link(signer: Signer, public_url: str, key_id: str) -> str:
    """The address that signs in the owner of a key by one click, for 12 hours: for the terminal of the operator."""
    return f"{public_url}/sign-in/{signer.sign(SIGN_IN, key_id)}"


def form_token(request: Request, visitor: Visitor) -> str:
    """What every form carries, so that no other site can send it in this visitor's name."""
    return runtime_of(request).context.signer.sign(CSRF, visitor.id)


def check_form(request: Request, visitor: Visitor, token: str) -> None:
    """Raises Forbidden when a form was not made by us for this visitor."""
    if visitor.by_header:
        return
    try:
        owner = runtime_of(request).context.signer.verify(CSRF, token, LASTS)
    except BadLink:
        owner = ""
    if not hmac.compare_digest(owner, visitor.id):
        raise Forbidden("The form is too old or from elsewhere; open the page again and send it once more.")


def local_path(given: str) -> str:
    """Where to go after the sign-in: a path of ours, whatever stands in the address."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if plain else "/"


def _check_scope(key: Key, scope: Scope) -> None:
    if scope not in key.scopes:
        raise Forbidden(f"The key {key.name!r} lacks the scope {scope!r}; use one that has it.")


def _key(security: Security, identifier: str | None) -> Key | None:
    known = security.ring.keys()
    return next((one for one in known if one.id == identifier), None)


def _session(key: Key, name: str) -> Visitor:
    return Visitor(secrets.token_urlsafe(12), key, name.strip()[:200] or key.name, fresh=True)


def _security(request: Request) -> Security:
    security: Security = request.app.state.security
    return security


def _is_https(runtime: Runtime) -> bool:
    return runtime.context.settings.public_url.startswith("https:")
