"""`candor setup` at a provider: with the rights that docs/operating.md asks for it ends well, and with more it leaves
alone what is not ours."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from candor.bootstrap_secrets import ADMINISTRATOR as BROKERS
from candor.doctor import brokers
from candor_common.kafka_rights import Match, Operation, Resource, Right, grant, refused_in_a_line
from candor_common.keys import write_private
from candor_common.provision import SERVICES, role_of
from candor_common.settings import Settings, SettingsError
from tests.operating.candor import Done, ran, run
from tests.servers.secure_kafka import OPERATOR, PASSWORD
from tests.servers.secure_postgres import SecurePostgres
from tests.subscribers.provider import Provider

TENANT, READER, OWN_READER = "tenant", "billing", "audit"
ADMINISTRATOR = "landlord"
DOCUMENTED = (
    (Resource.TOPIC, Operation.READ),
    (Resource.TOPIC, Operation.WRITE),
    (Resource.TOPIC, Operation.DESCRIBE_CONFIGS),
    (Resource.GROUP, Operation.READ),
)


@pytest.fixture(scope="module")
def tenant(provider: Provider) -> str:
    """A user of the brokers who may do what is documented, and nothing else."""
    provider.kafka.add_users(TENANT)
    rights = [Right(TENANT, may, what, "candor.", Match.PREFIX) for what, may in DOCUMENTED]
    assert asyncio.run(grant(provider.kafka.settings(OPERATOR), rights))
    return TENANT


@pytest.fixture(scope="module")
def database(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an administrator who owns a database and is no superuser."""
    server = SecurePostgres(tmp_path_factory.mktemp("rented"), provider.kafka.certificates)
    server.start()
    asyncio.run(_rent(server))
    url = server.secure("candor", password=PASSWORD)
    yield url.replace("//candor:", f"//{ADMINISTRATOR}:")
    server.kill()


async def _rent(server: SecurePostgres) -> None:
    connection = await asyncpg.connect(server.secure())
    try:
        await connection.execute(f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
        await connection.execute(f"CREATE DATABASE candor OWNER {ADMINISTRATOR}")
    finally:
        await connection.close()


def set_up(provider: Provider, database: str, user: str, folder: Path) -> Done:
    """What the jobs of the stack do, with the logins of a provider."""
    given = folder / "given"
    given.mkdir()
    for name, text in (("database_url", database), ("kafka_username", user), ("kafka_password", PASSWORD)):
        (given / name).write_text(f"{text}\n")
    where = database.partition("@")[2].partition("?")[0]
    secrets = ["--folder", str(folder), "--outside", str(given), "--database", where]
    ran(["setup", "secrets", *secrets], {"CANDOR_DATA_DIR": str(folder / "operator")})
    login = {"CANDOR_KAFKA_SASL_USERNAME": "", "CANDOR_KAFKA_SASL_PASSWORD": ""}
    return provisioned(folder, READER, {**provider.environment(user), **login})


def provisioned(folder: Path, reader: str, environment: dict[str, str]) -> Done:
    secrets = {"CANDOR_SECRETS_DIR": str(folder / "provision")}
    return run(
        ["setup", "provision", "--folder", str(folder), "--subscribers", reader], environment | secrets
    )


def test_the_documented_rights_are_enough(
    provider: Provider, database: str, tenant: str, tmp_path: Path
) -> None:
    done = set_up(provider, database, tenant, tmp_path)
    assert done.status == 0, done.said
    assert "Topics are there." in done.said
    assert asyncio.run(_roles(database)) == {role_of(one) for one in SERVICES}


async def _roles(database: str) -> set[str]:
    connection = await asyncpg.connect(database)
    try:
        return {
            row[0]
            for row in await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname ~ '^candor_'")
        }
    finally:
        await connection.close()


async def test_the_doctor_sees_enough_with_them(provider: Provider, tenant: str) -> None:
    found = await brokers.look(Settings(), provider.kafka.settings(tenant))
    assert len(found) > 1
    assert [one for one in found if one.state != "ok"] == []


def test_nobody_is_given_a_right_on_brokers_of_somebody_else(
    provider: Provider, database: str, tmp_path: Path
) -> None:
    done = set_up(provider, database, OPERATOR, tmp_path)
    assert done.status == 0, done.said
    assert rights_of(READER, provider) == []


def test_on_brokers_of_our_own_everybody_is_given_theirs(
    provider: Provider, database: str, tmp_path: Path
) -> None:
    """Such are those whose administrator has the password that was made here."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "database_url").write_text(database)
    write_private(tmp_path / "provision" / "kafka" / BROKERS, PASSWORD)
    secrets = ["setup", "secrets", "--folder", str(tmp_path), "--outside", str(tmp_path / "given")]
    ran(secrets, {"CANDOR_DATA_DIR": str(tmp_path / "operator")})
    done = provisioned(tmp_path, OWN_READER, provider.environment(OPERATOR))
    assert done.status == 0, done.said
    assert len(rights_of(OWN_READER, provider)) == len(Resource)


def rights_of(user: str, provider: Provider) -> list[object]:
    whatever = (ResourceType.ANY, None, ResourcePatternType.ANY, f"User:{user}", None)
    asked = AclBindingFilter(*whatever, AclOperation.ANY, AclPermissionType.ANY)  # type: ignore[arg-type]  # None is any
    client = AdminClient({"bootstrap.servers": provider.kafka.bootstrap, "log_level": 1})
    found: list[object] = client.describe_acls(asked).result()
    return found


async def test_brokers_that_let_nobody_give_rights_say_so_in_one_line(
    provider: Provider, tenant: str
) -> None:
    settings = provider.kafka.settings(tenant)
    right = Right(READER, Operation.READ, Resource.TOPIC, "candor.")
    with pytest.raises(SettingsError, match=f"^CANDOR_KAFKA_SASL_USERNAME: .*{tenant}") as said:  # noqa: SIM117
        with refused_in_a_line(settings):
            await grant(settings, [right])
    assert "\n" not in str(said.value)
