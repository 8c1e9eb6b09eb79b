"""Who may do what: API keys for programs and engineers, signed links for customers."""

import hmac
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, get_args

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadData, URLSafeSerializer
from pydantic import TypeAdapter, ValidationError

from candor_common.clock import Clock, SystemClock
from candor_common.errors import Forbidden, NotFound, Unauthorized
from candor_common.settings import Settings, SettingsError

Scope = Literal["post", "read", "work", "operate"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""post: send requests; read: look at everything; work: change incidents; operate: run the installation."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is kept: its hash, not itself."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    sha256: str


class KeyRing:
    """The API keys of an installation, in a JSON file that other processes may change meanwhile."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path, self._clock = path, clock or SystemClock()
        self._seen: tuple[int, ...] | None = None
        self._keys: Mapping[str, Key] = {}

    def add(self, name: str, scopes: Sequence[str]) -> str:
        """Make a key and return it; it can't be shown again. Raises ValueError for an unknown or missing scope."""
        if not scopes or set(scopes) - set(SCOPES):
            raise ValueError(f"scopes are one or more of {', '.join(SCOPES)}")
        identifier = secrets.token_hex(4)
        text = f"cand_{identifier}_{secrets.token_urlsafe(32)}"
        key = Key(identifier, name, tuple(scopes), self._clock.now(), _hash(text))
        self._write([*self.keys(), key])
        return text

    def revoke(self, id: str) -> bool:
        """Make a key worthless at once; false when there is none of this id."""
        kept = [key for key in self.keys() if key.id != id]
        found = len(kept) < len(self.keys())
        if found:
            self._write(kept)
        return found

    def find(self, key: str) -> Key | None:
        """The key that was presented, if it is one of ours. Takes the same time for a wrong one as for a right one."""
        found = self._current().get(key[5:13])
        matches = hmac.compare_digest(_hash(key), found.sha256 if found else _hash(""))
        return found if matches else None

    def any(self) -> bool:
        """Whether there is any key at all."""
        return bool(self._current())

    def keys(self) -> list[Key]:
        """All keys, oldest first."""
        return list(self._current().values())

    def _current(self) -> Mapping[str, Key]:
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return {}
        seen = (state.st_mtime_ns, state.st_ino, state.st_size)
        if seen != self._seen:
            self._keys, self._seen = _load(self._path), seen
        return self._keys

    def _write(self, keys: list[Key]) -> None:
        write_private(self._path, _KEYS.dump_json(keys, indent=2).decode())


_KEYS = TypeAdapter(list[Key])


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _load(path: Path) -> dict[str, Key]:
    try:
        return {key.id: key for key in _KEYS.validate_json(path.read_bytes())}
    except (OSError, ValidationError) as error:
        raise SettingsError(f"CANDOR_KEYS_FILE: {path} holds no keys; restore or remove it") from error


def keys_path(settings: Settings) -> Path:
    """Where the API keys are kept."""
    return settings.keys_file


def read_private(path: Path) -> str | None:
    """The secret in a file; None when there is no such file."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def write_private(path: Path, text: str, *, once: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all. With `once` a file that is there stays, so that
    of several processes that start together all end up with the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(0o600, exist_ok=False)
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        if once:
            with suppress(FileExistsError):  # which a replacement would not raise
                path.hardlink_to(draft)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


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
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        header: Annotated[str | None, Depends(_header)],
    ) -> Key | None:
        security: Security = request.app.state.security
        # A proxy on this machine brings in callers from elsewhere.
        forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
        if security.loopback and not security.ring.any() and not forwarded:
            return None
        key = security.ring.find(bearer.credentials if bearer else header or "")
        if key is None:
            raise Unauthorized(
                "A valid API key is needed; `candor key add` makes one. Send it as a bearer token."
            )
        if scope not in key.scopes:
            raise Forbidden(f"The key {key.name!r} lacks the scope {scope!r}; use one that has it.")
        return key

    return allowed


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


class BadLink(NotFound):
    title, type = "No such link", "bad-link"


class ExpiredLink(BadLink):
    status, title, type = 410, "The link has expired", "expired-link"


class Signer:
    """Makes and checks the tokens in links that work without a login. A token for one purpose fits no other."""

    def __init__(self, secret: str, clock: Clock | None = None) -> None:
        if len(secret) < 32:
            raise ValueError("a secret of 32 characters or more is needed to sign links")
        self._secret, self._clock = secret, clock or SystemClock()

    def sign(self, purpose: str, value: str) -> str:
        """A token that carries the value, readable by anybody and unchangeable; safe within a URL."""
        return str(self._serializer(purpose).dumps([int(self._clock.now().timestamp()), value]))

    def verify(self, purpose: str, token: str, max_age: timedelta) -> str:
        """The value in a token. Raises BadLink, or ExpiredLink when it was signed longer than `max_age` ago."""
        try:
            seconds, value = self._serializer(purpose).loads(token)
        except BadData as error:
            raise BadLink("This link is not complete; open it from the message once more.") from error
        if self._clock.now() - datetime.fromtimestamp(seconds, UTC) > max_age:
            raise ExpiredLink("This link has expired; answer the message to reach us.")
        return str(value)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        options = {"digest_method": sha256, "key_derivation": "hmac"}
        return URLSafeSerializer(self._secret, salt=f"candor.{purpose}", signer_kwargs=options)


def signing_key(settings: Settings) -> str:
    """The secret that links are signed with: the one that is set, or else one that is made once and kept in
    `data_dir`. Raises SettingsError in the distributed mode when none is set, for all processes must share it."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value()
    if settings.distributed:
        need = Settings.model_fields["signing_key"].description
        raise SettingsError(f"CANDOR_SIGNING_KEY: all processes must share one; set it to {need}")
    path = settings.data_dir / "signing.key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32), once=True)
    if len(found := read_private(path) or "") < 32:
        raise SettingsError(
            f"CANDOR_DATA_DIR: {path} holds no signing key; restore it, or remove it for a new one"
        )
    return found
