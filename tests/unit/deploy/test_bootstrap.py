"""What `candor setup secrets` makes, and who gets what of it."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from candor.bootstrap_secrets import ADMINISTRATOR, BROKER, Servers, broker_logins, make, outside, subscribers
from candor.cli import app
from candor_common.keys import KeyRing
from candor_common.provision import SERVICES, role_of
from candor_common.settings import Settings, SettingsError, load_settings

SERVERS = Servers("db.test:5432/candor")


def files(folder: Path) -> Mapping[str, str]:
    return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}


def settings_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As a service reads them that has nothing but its own folder."""
    monkeypatch.setenv("CANDOR_SECRETS_DIR", str(folder))
    monkeypatch.setenv("CANDOR_KAFKA_BOOTSTRAP", "kafka.test:9092")
    return load_settings()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_finds_its_own_logins_in_its_folder(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, ["reader"], SERVERS)
    settings = settings_of(tmp_path / service, monkeypatch)
    assert settings.database_url is not None
    assert settings.signing_key is not None
    assert f"//{role_of(service)}:" in settings.database_url.get_secret_value()
    assert settings.kafka_sasl_username == service


def test_all_services_sign_links_with_one_key(tmp_path: Path) -> None:
    make(tmp_path, [], SERVERS)
    assert len({(tmp_path / name / "candor_signing_key").read_text() for name in SERVICES}) == 1


def test_no_part_sees_the_password_of_another(tmp_path: Path) -> None:
    make(tmp_path, ["reader"], SERVERS)
    for name in SERVICES:
        others = [other for other in (*SERVICES, ADMINISTRATOR, BROKER, "reader") if other != name]
        kept = tmp_path / "provision"
        secrets = {kept / part / other for part in ("database", "kafka") for other in others}
        seen = "".join(files(tmp_path / name).values())
        assert not [path for path in secrets if path.exists() and path.read_text().strip() in seen]


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    make(tmp_path, ["reader"], SERVERS)
    before = files(tmp_path)
    make(tmp_path, ["reader"], SERVERS)
    assert files(tmp_path) == before


def test_a_new_subscriber_changes_no_password_that_exists(tmp_path: Path) -> None:
    make(tmp_path, ["reader"], SERVERS)
    before = files(tmp_path / "provision")
    make(tmp_path, ["reader", "billing"], SERVERS)
    after = files(tmp_path / "provision")
    assert before.items() <= after.items()
    assert after["kafka/billing"] != after["kafka/reader"]


def test_servers_of_somebody_else_are_reached_with_their_logins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    for name, text in (("database_url", "postgresql://root:r@db.test/c"), ("kafka_username", "svc")):
        (given / name).write_text(f"{text}\n")
    with pytest.raises(SettingsError, match="kafka_password"):
        outside(given)
    (given / "kafka_password").write_text("pw\n")
    make(tmp_path, [], Servers("db.test:5432/c", options="sslmode=verify-full"), outside(given))
    triage = settings_of(tmp_path / "triage", monkeypatch)
    administrator = (tmp_path / "provision" / "candor_database_url").read_text()
    assert triage.database_url is not None
    assert triage.database_url.get_secret_value().endswith("@db.test:5432/c?ssl=verify-full")
    assert triage.kafka_sasl_username == "svc"
    assert administrator == "postgresql://root:r@db.test/c\n"


def test_no_two_installations_share_a_secret(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make(tmp_path / name, [], SERVERS)
    secrets = [set(files(tmp_path / name / "provision" / "database").values()) for name in ("one", "other")]
    assert len(secrets[0]) == len(SERVICES) + 1
    assert not secrets[0] & secrets[1]


def test_a_service_can_read_its_files_and_nobody_else_on_the_machine(tmp_path: Path) -> None:
    make(tmp_path, [], SERVERS)
    found = [path for name in SERVICES for path in (tmp_path / name).iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o400}


def test_services_log_in_inside_and_subscribers_outside() -> None:
    text = broker_logins({"triage": "t1", BROKER: "b1", "reader": "r1"}, ["reader"])
    users = {line.split(".")[2]: set(re.findall(r"user_([a-z-]+)=", line)) for line in text.splitlines()}
    assert users == {"controller": {BROKER}, "internal": {"triage", BROKER}, "external": {"reader"}}


@pytest.mark.parametrize("name", ["triage", "admin", "broker", 'x" user_admin="y', "Reader", "a.b", "*"])
def test_a_name_that_means_something_else_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="CANDOR_SUBSCRIBERS"):
        subscribers(f"reader,{name}")


def test_the_first_key_is_shown_as_often_as_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOR_DATA_DIR", str(tmp_path / "operator"))
    monkeypatch.setenv("CANDOR_KEYS_FILE", str(tmp_path / "keys.json"))
    made = CliRunner().invoke(app, ["setup", "secrets", "--folder", str(tmp_path)])
    shown = [CliRunner().invoke(app, ["key", "show"]).stdout.strip() for _ in range(2)]
    assert made.exit_code == 0, made.output
    assert shown[0] == shown[1]
    assert shown[0] not in made.output
    assert KeyRing(tmp_path / "keys.json").find(shown[0]) is not None


def test_the_mail_catcher_is_forgotten_at_the_next_start_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOR_DATA_DIR", str(tmp_path / "operator"))
    monkeypatch.setenv("CANDOR_KEYS_FILE", str(tmp_path / "keys.json"))
    run = CliRunner().invoke
    run(app, ["setup", "secrets", "--folder", str(tmp_path)])
    run(app, ["setup", "mail", "smtp://mail:1025", "--folder", str(tmp_path)])
    caught = settings_of(tmp_path / "notifier", monkeypatch).smtp_url
    run(app, ["setup", "secrets", "--folder", str(tmp_path)])
    assert caught is not None
    assert settings_of(tmp_path / "notifier", monkeypatch).smtp_url is None
