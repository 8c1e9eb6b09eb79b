"""Candor works with servers that demand TLS and a login, and says in one line which setting keeps it out."""

import asyncio
import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from candor_common.clock import SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.kafka import create_topics
from candor_common.kafka_refusals import why_not
from candor_common.kafka_rights import grant
from candor_common.migrate import migrate
from candor_common.provision import provision
from candor_common.settings import Settings, SettingsError
from tests.operating.candor import run
from tests.servers.secure_kafka import OPERATOR
from tests.subscribers.provider import Provider, Running
from tests.worlds.distributed import SIGNING_KEY
from tests.worlds.processes import Process


def as_given(url: str) -> str:
    """A URL as the settings hand it on."""
    settings = Settings(database_url=SecretStr(url), kafka_bootstrap="localhost:1")
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


async def begin(url: str) -> None:
    """What a service does first."""
    database = PostgresDatabase(as_given(url), SystemClock())
    try:
        await migrate(database, ["candor_common"])
    finally:
        await database.close()


async def refused(url: str) -> str:
    """What a service says that can't get in."""
    with pytest.raises(SettingsError) as said:
        await begin(url)
    return str(said.value)


def test_five_services_work_over_tls_and_with_both_kinds_of_login(running: Running) -> None:
    assert set(running.references) <= set(running.board())
    assert running.installation.troubles() == []
    assert asyncio.run(unencrypted(running.provider)) == 0


async def unencrypted(provider: Provider) -> int:
    """How many sessions of Candor's have no TLS."""
    connection = await asyncpg.connect(provider.postgres.secure("candor"))
    try:
        ask = "SELECT count(*) FILTER (WHERE NOT ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        open_, all_ = await connection.fetchrow(f"{ask} WHERE usename LIKE 'candor!_%' ESCAPE '!'")
    finally:
        await connection.close()
    assert all_ >= 5
    return int(open_)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"password": "wrong"}, "refuses this user and password"),
        ({"host": "127.0.0.1"}, "is for another host"),
        ({"sslmode": "disable"}, "encrypt with sslmode=verify-full"),
        ({"sslrootcert": "/nowhere.pem"}, "/nowhere.pem"),
    ],
)
async def test_a_database_that_keeps_us_out_is_told_in_one_line(
    provider: Provider, given: dict[str, str], words: str
) -> None:
    said = await refused(provider.postgres.secure(**given))
    assert said.startswith("CANDOR_DATABASE_URL: ")
    assert words in said
    assert "\n" not in said


async def test_a_database_of_an_unknown_authority_is_told_in_one_line(provider: Provider) -> None:
    stranger = str(provider.postgres.certificates.stranger)
    said = await refused(provider.postgres.secure(sslrootcert=stranger))
    assert said.startswith("CANDOR_DATABASE_URL: the certificate of the database is not trusted")
    with pytest.raises(SettingsError, match="not trusted"):
        await provision(provider.postgres.secure(sslrootcert=stranger), {})


async def test_the_doctor_and_a_backup_get_in_with_the_same_url(running: Running, tmp_path: Path) -> None:
    provider = running.provider
    environment = {
        **provider.environment(OPERATOR),
        "CANDOR_DATABASE_URL": provider.postgres.secure("candor"),
        "CANDOR_DATA_DIR": str(tmp_path / "data"),
        "CANDOR_SIGNING_KEY": SIGNING_KEY,
    }
    looked = await asyncio.to_thread(run, ["doctor"], environment)
    assert "PostgreSQL" in looked.said
    assert "CERTIFICATE" not in looked.said.upper()
    kept = await asyncio.to_thread(run, ["backup", str(tmp_path / "kept.tar.gz")], environment)
    assert kept.status == 0, kept.said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sasl_password": "wrong"}, "CANDOR_KAFKA_SASL_PASSWORD: "),
        ({"sasl_mechanism": "SCRAM-SHA-256"}, "CANDOR_KAFKA_SASL_MECHANISM: "),
        ({"ssl_cafile": "/nowhere.pem"}, "CANDOR_KAFKA_SSL_CAFILE: /nowhere.pem: "),
    ],
)
@pytest.mark.parametrize("user", [OPERATOR, "triage"])
async def test_brokers_that_keep_us_out_are_told_in_one_line(
    provider: Provider, user: str, changed: dict[str, Any], words: str
) -> None:
    settings = replace(provider.kafka.settings(user), **changed)
    with pytest.raises(SettingsError) as said:
        await create_topics(settings)
    assert str(said.value).startswith(words)
    assert "\n" not in str(said.value)
    with pytest.raises(SettingsError):
        await grant(settings, [])


async def test_a_broker_that_is_not_who_it_should_be_is_told_in_one_line(provider: Provider) -> None:
    known, certificates = provider.kafka.settings("triage"), provider.kafka.certificates
    with pytest.raises(SettingsError, match=r"^CANDOR_KAFKA_SSL_CAFILE: .* is not trusted"):
        await create_topics(replace(known, ssl_cafile=str(certificates.stranger)))
    elsewhere = f"127.0.0.1:{provider.kafka.secure_port}"
    with pytest.raises(SettingsError, match=r"^CANDOR_KAFKA_BOOTSTRAP: .* is for another host"):
        await create_topics(replace(known, bootstrap=elsewhere))
    open_ = replace(known, bootstrap=provider.kafka.bootstrap, security_protocol="SASL_PLAINTEXT")
    with pytest.raises(SettingsError, match=r"^CANDOR_KAFKA_SECURITY_PROTOCOL: .* wants no login"):
        await create_topics(open_)


async def test_a_port_that_speaks_tls_or_does_not_is_told_in_one_line(provider: Provider) -> None:
    known = provider.kafka.settings("triage")
    for protocol in ("PLAINTEXT", "SASL_PLAINTEXT"):
        with pytest.raises(SettingsError, match=r"^CANDOR_KAFKA_SECURITY_PROTOCOL: .* speaks TLS; "):
            await create_topics(replace(known, security_protocol=protocol))
    for protocol in ("SSL", "SASL_SSL"):
        with pytest.raises(SettingsError, match=r"^CANDOR_KAFKA_SECURITY_PROTOCOL: .* speaks no TLS; "):
            await create_topics(
                replace(known, bootstrap=provider.kafka.bootstrap, security_protocol=protocol)
            )


@pytest.mark.parametrize("changed", [{}, {"sasl_password": "wrong"}, {"security_protocol": "PLAINTEXT"}])
def test_who_asks_why_has_hung_up_when_the_answer_is_there(
    provider: Provider, changed: dict[str, Any]
) -> None:
    """A transport that outlives its loop is warned of when it is collected, here and not in some other test."""
    settings = replace(provider.kafka.settings(OPERATOR), **changed)
    for _ in range(5):
        said = asyncio.run(why_not(settings))
        assert bool(said) is bool(changed)
        gc.collect()


def process(running: Running, folder: Path, **wrong: str) -> Process:
    """One more triage, with a setting that is wrong."""
    known = running.installation.processes["triage"].environment
    environment = {name: value for name, value in known.items() if name not in ("CANDOR_PORT", "PYTHONPATH")}
    return Process("wrong", ["-m", "candor_triage"], environment | wrong, folder)


@pytest.mark.parametrize("server", ["database", "brokers"])
def test_a_service_that_is_kept_out_ends_with_that_line(
    running: Running, tmp_path: Path, server: str
) -> None:
    stranger = str(running.provider.kafka.certificates.stranger)
    url = running.provider.postgres.secure("candor", sslrootcert=stranger)
    wrong = {"database": ("CANDOR_DATABASE_URL", url), "brokers": ("CANDOR_KAFKA_SSL_CAFILE", stranger)}
    setting, value = wrong[server]
    one = process(running, tmp_path, **{setting: value})
    one.start()
    one.wait(60)
    said = [line for line in one.log.read_text().splitlines() if setting in line]
    assert len(said) == 1
    assert "is not trusted" in said[0]
    assert "Traceback" not in one.log.read_text()
