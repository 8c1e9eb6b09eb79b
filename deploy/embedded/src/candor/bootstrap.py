"""`candor setup`: what an installation of several containers needs before its services start. Safe to run again."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from candor import bootstrap_secrets as made
from candor.calling import fail, settings
from candor.up import ANOTHER, local_key
from candor_common.keys import read_private
from candor_common.provision import SERVICES
from candor_common.settings import Settings, SettingsError

if TYPE_CHECKING:
    from candor_common.kafka_client import KafkaSettings

app = typer.Typer(help="Prepare an installation of several containers.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(envvar="CANDOR_SETUP_DIR", help="Where the folders with secrets are.")]
Readers = Annotated[
    str, typer.Option(envvar="CANDOR_SUBSCRIBERS", help="Names of users that may read topics, by commas.")
]
Database = Annotated[str, typer.Option(envvar="CANDOR_SETUP_DATABASE", help="host:port/database")]
Options = Annotated[str, typer.Option(envvar="CANDOR_SETUP_DATABASE_OPTIONS", help="As sslmode=verify-full.")]
Given = Annotated[Path, typer.Option(envvar="CANDOR_SETUP_OUTSIDE", help="Logins to servers of your own.")]

FOLDER, READERS, DATABASE = Path("/setup"), "subscriber", "postgres:5432/candor"
OUTSIDE = Path("/external")
THEIRS = "The brokers are not ours: users and rights there are up to those who run them."


@app.command("secrets")
def make_secrets(
    folder: Folder = FOLDER,
    subscribers: Readers = READERS,
    database: Database = DATABASE,
    options: Options = "",
    outside: Given = OUTSIDE,
) -> None:
    """Make the passwords, the signing key and the first API key, each where it belongs; those that exist stay."""
    try:
        servers = made.Servers(database, options=options)
        made.make(folder, made.subscribers(subscribers), servers, made.outside(outside))
        (folder / "notifier" / SMTP_URL).unlink(missing_ok=True)
        local_key(settings())
    except (SettingsError, OSError) as error:
        fail(str(error))
    typer.echo("Secrets are there. The first API key: docker compose run --rm candor key show")


SMTP_URL = "candor_smtp_url"


@app.command("mail")
def catch_mail(
    server: Annotated[str, typer.Argument(help="As smtp://mail:1025")], folder: Folder = FOLDER
) -> None:
    """Let the notifier send to a mail catcher, unless CANDOR_SMTP_URL says otherwise."""
    (folder / "notifier" / SMTP_URL).write_text(f"{server}\n", "utf-8")


@app.command("provision")
def provision_all(folder: Folder = FOLDER, subscribers: Readers = READERS) -> None:
    """Make the roles and schemas in the database, and the topics and rights on the brokers."""
    known = settings()
    try:
        readers = made.subscribers(subscribers)
        asyncio.run(_provision(known, folder / "provision", readers))
    except (SettingsError, OSError, TimeoutError) as error:
        fail(str(error) or "the brokers did not answer in time; look at their log")


async def _provision(known: Settings, kept: Path, readers: list[str]) -> None:
    # What only this command needs.
    from candor_common.provision import provision  # noqa: PLC0415

    await provision(_administrator(known), {name: _password(kept / "database" / name) for name in SERVICES})
    typer.echo("Roles and schemas are there.")
    await _set_up_brokers(known, readers, ours=_is_made_here(known, kept))


async def _set_up_brokers(known: Settings, readers: list[str], *, ours: bool) -> None:
    from candor_common.distributed import kafka_settings  # noqa: PLC0415
    from candor_common.kafka import create_topics  # noqa: PLC0415
    from candor_common.kafka_rights import refused_in_a_line  # noqa: PLC0415

    brokers, partitions, copies = kafka_settings(known), known.kafka_partitions, known.kafka_replication
    with refused_in_a_line(brokers):
        await create_topics(brokers, partitions=partitions, replication=copies, limit=120)
        typer.echo("Topics are there.")
        typer.echo(await _granted(brokers, readers) if ours else THEIRS)


async def _granted(brokers: "KafkaSettings", readers: list[str]) -> str:
    from candor_common.kafka_rights import grant, service_rights, subscriber_rights  # noqa: PLC0415

    rights = [right for name in SERVICES for right in service_rights(name, brokers)]
    rights += [right for name in readers for right in subscriber_rights(name, brokers)]
    asked = await grant(brokers, rights)
    return "Rights are given." if asked else "The brokers ask nobody for rights: anybody may write."


def _is_made_here(known: Settings, kept: Path) -> bool:
    """Whether the brokers are ours, with users of our making; on those of somebody else our names may be anybody's."""
    login = known.kafka_sasl_password
    return login is not None and login.get_secret_value() == read_private(kept / "kafka" / made.ADMINISTRATOR)


def _administrator(known: Settings) -> str:
    """The URL as the driver itself takes it."""
    if known.database_url is None:
        raise SettingsError("CANDOR_DATABASE_URL: set it to the URL of an administrator")
    from candor_common.database.postgres_connect import dsn_of  # noqa: PLC0415

    return dsn_of(known.database_url.get_secret_value())


def _password(path: Path) -> str:
    found = read_private(path)
    if not found:
        raise SettingsError(f"there is no password in {path}; run `candor setup secrets` first")
    return found


def key_show() -> None:
    """Show the first key: it may do everything, and is made when there has been none."""
    key = local_key(settings())
    if key is None:
        fail(f"the first key is revoked; make another: {ANOTHER}")
    typer.echo(key)
