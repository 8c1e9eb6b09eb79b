"""The secrets of an installation: made at the first start, and handed to each part in a folder of its own.

Each folder is a volume of its own in `deploy/compose`, so that a container sees what it needs and nothing else:

- `provision`: everything; for the jobs that set up the database and the brokers,
- `intake`, `triage` …: the service's own logins, under the names that `CANDOR_SECRETS_DIR` expects, and the key
  that links are signed with, which all share,
- `postgres`, `kafka`: what the servers themselves ask for,
- `operator`: the first API key and the passwords of subscribers.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from candor_common.keys import read_private, write_private
from candor_common.provision import SERVICES, role_of
from candor_common.settings import SettingsError

ADMINISTRATOR, BROKER = "admin", "broker"
_TAKEN = {*SERVICES, ADMINISTRATOR, BROKER, "candor"}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_READABLE: Final = 0o644
"""For servers that run under another user. Only their container has the folder. Kafka takes the rights over to a copy
that it appends to."""
_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the database is, and who its administrator is."""

    database: str
    """host:port/database"""
    administrator: str = "candor"
    options: str = ""
    """Behind the question mark of its URL, as sslmode=verify-full."""

    def url(self, role: str, password: str) -> str:
        tail = f"?{self.options}" if self.options else ""
        return f"postgresql://{role}:{password}@{self.database}{tail}"


@dataclass(frozen=True, slots=True)
class Outside:
    """Logins to servers that somebody else runs; None where the servers are ours."""

    administrator: str | None = None
    """The URL of the database's administrator."""
    kafka: tuple[str, str] | None = None
    """The name and the password that all services use."""


def outside(folder: Path) -> Outside:
    """The logins in the files `database_url`, `kafka_username` and `kafka_password`, where they exist."""
    url, user, password = (
        read_private(folder / name) for name in ("database_url", "kafka_username", "kafka_password")
    )
    if bool(user) != bool(password):
        raise SettingsError(f"{folder}: put both files there, kafka_username and kafka_password, or neither")
    return Outside(url or None, (user, password) if user and password else None)


def subscribers(text: str) -> list[str]:
    """The names in a list that is separated by commas. Raises SettingsError for one that can't be a user."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise SettingsError(
                f"CANDOR_SUBSCRIBERS: {name!r} can't be the name of a subscriber; use lower-case letters, digits "
                f"and hyphens, and none of {', '.join(sorted(_TAKEN))}"
            )
    return names


def make(folder: Path, readers: Sequence[str], servers: Servers, given: Outside = Outside()) -> None:
    """Make what is missing in the folders below `folder`, and hand out the rest again. Safe to run at every start."""
    kept = folder / "provision"
    database = {name: _kept(kept / "database" / name) for name in (*SERVICES, ADMINISTRATOR)}
    users = (*SERVICES, ADMINISTRATOR, BROKER, *readers)
    kafka = {name: _kept(kept / "kafka" / name) for name in users}
    signing = _kept(kept / "signing.key")
    for name in SERVICES:
        url = servers.url(role_of(name), database[name])
        logins = _logins(url, given.kafka or (name, kafka[name]))
        _hand_out(folder / name, {**logins, "candor_signing_key": signing})
    url = given.administrator or servers.url(servers.administrator, database[ADMINISTRATOR])
    _hand_out(kept, _logins(url, given.kafka or (ADMINISTRATOR, kafka[ADMINISTRATOR])))
    _hand_out(folder / "postgres", {"password": database[ADMINISTRATOR]}, _READABLE)
    _hand_out(folder / "kafka", {"server.properties": broker_logins(kafka, readers)}, _READABLE)
    _hand_out(folder / "operator" / "subscribers", {name: kafka[name] for name in readers})


def broker_logins(passwords: Mapping[str, str], readers: Sequence[str]) -> str:
    """Who may log in to the broker on which listener, in the format of its configuration."""
    inside = [name for name in passwords if name not in readers]
    listeners = {"controller": [BROKER], "internal": inside, "external": list(readers)}
    return "\n".join(_listener(name, users, passwords) for name, users in listeners.items())


def _listener(name: str, users: Sequence[str], passwords: Mapping[str, str]) -> str:
    own = "" if name == "external" else f' username="{BROKER}" password="{passwords[BROKER]}"'
    known = "".join(f' user_{user}="{passwords[user]}"' for user in users)
    return f"listener.name.{name}.plain.sasl.jaas.config={_LOGIN}{own}{known};"


def _logins(database: str, kafka: tuple[str, str]) -> dict[str, str]:
    user, password = kafka
    return {
        "candor_database_url": database,
        "candor_kafka_sasl_username": user,
        "candor_kafka_sasl_password": password,
    }


def _kept(path: Path) -> str:
    """A secret that is made once. Its characters need no quoting in URLs and configurations."""
    if not path.exists():
        write_private(path, secrets.token_hex(24), once=True)
    found = read_private(path)
    if not found:
        raise SettingsError(f"{path} is empty; restore it, or remove it for a new secret")
    return found


def _hand_out(folder: Path, files: Mapping[str, str], mode: int = 0o400) -> None:
    for name, text in files.items():
        path = folder / name
        if not path.exists() or read_private(path) != text:
            write_private(path, text)
        path.chmod(mode)
