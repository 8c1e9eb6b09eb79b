"""A PostgreSQL that is rented: its administrator makes roles and owns the database, and is no superuser."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from candor.backup import postgres, stopped
from candor.backup.archive import BackupError, Manifest, Wish
from candor.rebuild.members import opened
from candor.services import SERVICES
from candor_common.clock import SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.migrate import migrate
from candor_common.provision import provision, role_of
from candor_common.settings import SettingsError
from tests.operating.candor import run
from tests.servers.postgres import PostgresServer, wheel_binaries
from tests.worlds.distributed import PASSWORD, url_of

PASSWORDS = dict.fromkeys((str(one.name) for one in SERVICES), PASSWORD)
ADMINISTRATOR = "landlord"
WHO_SEES = "SELECT has_schema_privilege($1, $2, 'USAGE')"
MIGHTY = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'candor!_%' ESCAPE '!' AND (rolsuper OR rolcreaterole OR rolcreatedb)"


async def tell(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def ask(url: str, question: str, *given: object) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question, *given)
    finally:
        await connection.close()


def logged_in(url: str, user: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.hostname}:{parts.port}"))


@pytest.fixture(scope="module", params=["installed", "wheel"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresServer]:
    """One before version 16 where one is installed, and a later one: whose role an administrator may take differs."""
    binaries = wheel_binaries() if request.param == "wheel" else None
    made = PostgresServer(tmp_path_factory.mktemp("rented"), durable=False, binaries=binaries)
    made._elsewhere = None  # one that is given from outside has roles that others have made
    made.start()
    asyncio.run(tell(made.url(), f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE"))
    yield made
    made.kill()


@pytest.fixture
def rented(server: PostgresServer) -> str:
    """The administrator's URL of an empty database."""
    url = asyncio.run(server.create_database(f"rented_{uuid4().hex[:12]}"))
    asyncio.run(tell(server.url(), f"ALTER DATABASE {urlsplit(url).path[1:]} OWNER TO {ADMINISTRATOR}"))
    return logged_in(url, ADMINISTRATOR)


async def settled(url: str) -> None:
    """Provisioned, and every service has been started once."""
    await provision(url, PASSWORDS)
    for one in SERVICES:
        database = PostgresDatabase(url_of(url, one.name).replace("://", "+asyncpg://"), SystemClock())
        try:
            await migrate(database, ["candor_common", one.package])
        finally:
            await database.close()


async def test_roles_and_schemas_are_made_without_a_superuser_and_may_be_made_again(rented: str) -> None:
    await settled(rented)
    await settled(rented)
    assert await ask(rented, MIGHTY) == 0
    seen = [
        (one.name, other.name)
        for one in SERVICES
        for other in SERVICES
        if await ask(rented, WHO_SEES, role_of(one.name), role_of(other.name))
    ]
    assert seen == [(one.name, one.name) for one in SERVICES]


async def test_the_doctor_sees_all_schemas_and_the_sessions_of_others(
    server: PostgresServer, rented: str
) -> None:
    await settled(rented)
    other = await asyncpg.connect(server.url())
    environment = {
        "CANDOR_DATABASE_URL": rented,
        "CANDOR_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "CANDOR_SIGNING_KEY": "k" * 32,
    }
    try:
        found = json.loads((await asyncio.to_thread(run, ["doctor", "--json"], environment)).out)
    finally:
        await other.close()
    assert [one["state"] for one in found if one["name"] == "migrations"] == ["ok"] * len(SERVICES)
    assert [one["state"] for one in found if one["name"] == "outbox"] == ["ok"] * len(SERVICES)
    [sessions] = [one["detail"] for one in found if one["name"] == "connections"]
    assert int(sessions.split()[0]) >= 2, sessions


async def test_a_backup_is_taken_and_put_back(rented: str, tmp_path: Path) -> None:
    await settled(rented)
    mark = "INSERT INTO candor_intake.counter (name, next) VALUES ('reference', 42)"
    await tell(url_of(rented, "intake"), mark)
    manifest = await backed_up(rented, tmp_path)
    await tell(url_of(rented, "intake"), "DELETE FROM candor_intake.counter")
    number = await postgres.load(rented, tmp_path, manifest, Wish(datetime.now(UTC), replace=True))
    assert number == await ask(rented, "SELECT next FROM candor_intake.counter") == 2_000
    async with opened(rented) as members:
        seen = [
            await one.database.read(lambda found: found.exec_driver_sql("SELECT 1").scalar())
            for one in members
        ]
    assert seen == [1] * len(SERVICES)


async def backed_up(url: str, folder: Path) -> Manifest:
    copied, now = await postgres.copy(url, folder), datetime.now(UTC)
    known = {"revisions": copied.revisions, "rows": copied.rows, "columns": copied.columns}
    return Manifest.model_validate({"candor": "1", "mode": "distributed", "taken_at": now, **known})


async def test_nothing_is_put_back_under_a_service_that_runs_without_brokers(
    rented: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds no seat of a relay then, and is known by what it says to its database."""
    monkeypatch.setattr(stopped, "QUIET", 1.0)
    await settled(rented)
    manifest, wish = await backed_up(rented, tmp_path), Wish(datetime.now(UTC), replace=True)
    service = await asyncpg.connect(url_of(rented, "triage"))
    working = asyncio.create_task(_work(service))
    try:
        with pytest.raises(BackupError, match=r"^triage runs; stop the services first"):
            await postgres.load(rented, tmp_path, manifest, wish)
        with pytest.raises(BackupError, match=r"^triage runs; stop the services first"):
            async with opened(rented):
                pass
        working.cancel()
        await asyncio.wait([working])
        # A pooler may keep the session; nobody is behind it any more.
        assert await postgres.load(rented, tmp_path, manifest, wish) > 1
    finally:
        working.cancel()
        await service.close()


async def _work(service: Any) -> None:
    while True:
        await service.execute("SELECT 1")
        await asyncio.sleep(0.3)


async def test_an_administrator_who_may_not_make_roles_is_told_so_in_one_line(
    server: PostgresServer, rented: str
) -> None:
    name = f"guest_{uuid4().hex[:12]}"
    await tell(server.url(), f"CREATE ROLE {name} LOGIN", f"GRANT {ADMINISTRATOR} TO {name}")
    with pytest.raises(
        SettingsError, match=r"^the administrator's URL of the database: .*CREATEROLE"
    ) as said:
        await provision(logged_in(rented, name), PASSWORDS)
    assert "\n" not in str(said.value)
