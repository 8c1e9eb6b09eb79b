"""API keys, for programs and engineers, and the private files that secrets are kept in."""

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from candor_common.clock import Clock, SystemClock
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
