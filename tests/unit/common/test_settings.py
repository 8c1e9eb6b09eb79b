import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from candor_common.settings import Settings, SettingsError, load_settings

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("CANDOR_"):
            monkeypatch.delenv(name)


def wrong(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_any_setting_one_process_serves_this_machine() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert settings.keys_file == Path("candor-data/keys.json")
    assert not settings.distributed
    assert settings.unknown == ()


def test_defaults_follow_from_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOR_HOST", "::")
    monkeypatch.setenv("CANDOR_PORT", "9000")
    monkeypatch.setenv("CANDOR_DATA_DIR", "/srv/candor")
    settings = load_settings()
    assert settings.public_url == "http://localhost:9000"
    assert settings.keys_file == Path("/srv/candor/keys.json")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOR_PORT", "")
    assert load_settings().port == 8080


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_any_postgresql_url_is_made_one_for_asyncpg(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("CANDOR_DATABASE_URL", f"{scheme}://candor:p%40ss@db/candor?sslmode=require")
    monkeypatch.setenv("CANDOR_KAFKA_BOOTSTRAP", "kafka:9092")
    settings = load_settings()
    assert settings.distributed
    assert settings.database_url == SecretStr("postgresql+asyncpg://candor:p%40ss@db/candor?ssl=require")


def test_a_secret_is_read_from_a_directory_of_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "candor_signing_key").write_text(f"{SECRET}\n")
    monkeypatch.setenv("CANDOR_SECRETS_DIR", str(tmp_path))
    assert load_settings().signing_key == SecretStr(SECRET)


def test_a_secret_is_read_from_the_file_that_a_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    monkeypatch.setenv("CANDOR_SIGNING_KEY_FILE", str(tmp_path / "key"))
    settings = load_settings()
    assert settings.signing_key == SecretStr(SECRET)
    assert settings.unknown == ()
    assert SECRET not in repr(settings)


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sentence = wrong(monkeypatch, CANDOR_SIGNING_KEY=SECRET, CANDOR_SIGNING_KEY_FILE=str(tmp_path / "key"))
    assert sentence == "CANDOR_SIGNING_KEY_FILE: CANDOR_SIGNING_KEY is set too; keep one of them"


def test_a_wrong_value_is_told_in_one_line_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(monkeypatch, CANDOR_PORT="many") == (
        "CANDOR_PORT: 'many': input should be a valid integer, unable to parse string as an integer; "
        "set it to the port to listen on, 0 for any free one"
    )


def test_further_wrong_values_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = wrong(monkeypatch, CANDOR_HOST="x", CANDOR_PORT="70000", CANDOR_LOG_LEVEL="loud")
    assert sentence.startswith("CANDOR_PORT: '70000'")
    assert sentence.endswith("(1 more to mend)")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANDOR_DATABASE_URL", "mysql://candor:sesame@db/candor"),
        ("CANDOR_DATABASE_URL", "postgresql://candor:x@db:sesame/candor"),
        ("CANDOR_DATABASE_URL", "sesame"),
        ("CANDOR_SIGNING_KEY", "sesame"),
        ("CANDOR_SMTP_URL", "https://sesame"),
        ("CANDOR_SMTP_URL", "smtp://mail:sesame"),
        ("CANDOR_SMTP_URL", "smtp://mail?password=sesame"),
    ],
)
def test_a_wrong_secret_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    sentence = wrong(monkeypatch, **{name: value})
    assert sentence.startswith(f"{name}: ")
    assert "sesame" not in sentence


@pytest.mark.parametrize("name", ["CANDOR_SECRETS_DIR", "CANDOR_SMTP_URL_FILE"])
def test_a_place_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    place = str(tmp_path / "nowhere")
    assert wrong(monkeypatch, **{name: place}).startswith(f"{name}: {place}")


def test_a_database_without_kafka_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "set both or neither" in wrong(monkeypatch, CANDOR_DATABASE_URL="postgresql://db/candor")


def test_a_kafka_login_must_be_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = wrong(
        monkeypatch,
        CANDOR_DATABASE_URL="postgresql://db/candor",
        CANDOR_KAFKA_BOOTSTRAP="kafka:9092",
        CANDOR_KAFKA_SECURITY_PROTOCOL="sasl_ssl",
    )
    assert sentence.startswith("CANDOR_KAFKA_SECURITY_PROTOCOL: SASL_SSL needs a login")


def test_an_unknown_variable_is_a_warning_that_names_the_nearest_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CANDOR_PROT", "1")
    monkeypatch.setenv("CANDOR_ZZZZ", "1")
    assert load_settings().unknown == (
        "CANDOR_PROT sets nothing; did you mean CANDOR_PORT?",
        "CANDOR_ZZZZ sets nothing; remove it",
    )


def test_every_setting_says_what_to_set_it_to() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
