"""What an operator can set: environment variables that begin with `CANDOR_`, and files for what is secret.

A secret comes from `CANDOR_<NAME>`, from the file that `CANDOR_<NAME>_FILE` names, or from a file `candor_<name>`
in the directory that `CANDOR_SECRETS_DIR` names.
"""

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SecretsSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from candor_common.settings_values import (
    Address,
    DatabaseUrl,
    LogFormat,
    LogLevel,
    MailListener,
    Mechanism,
    Networks,
    Protocol,
    SmsUrl,
    SmtpUrl,
    WebAddress,
    Zone,
)

PREFIX = "CANDOR_"
_SECRETS_DIR = f"{PREFIX}SECRETS_DIR"
_ADMIN = f"{PREFIX}ADMIN_DATABASE_URL"  # for the command that makes roles and schemas


class SettingsError(Exception):
    """The settings can't be used. The message is one line: which variable, what is wrong, what mends it."""


def _default_address(known: dict[str, Any]) -> str:
    host = str(known["host"])
    if host in {"", "0.0.0.0", "::", "[::]"}:
        host = "localhost"
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{known['port']}"


class Settings(BaseSettings):
    """The settings of one process. Each description continues the sentence "Set it to …"."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="the address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="the port to listen on, 0 for any free one")
    trusted_proxies: Networks = Field(
        "", description="networks of proxies whose X-Forwarded-For counts, as 10.0.0.0/8, separated by commas"
    )
    public_url: WebAddress = Field(
        default_factory=_default_address, description="the URL under which customers reach Candor"
    )
    data_dir: Path = Field(Path("candor-data"), description="the directory for everything that is kept")
    database_url: DatabaseUrl | None = Field(
        None, description="postgresql://user:password@host/database, with Kafka; neither means SQLite"
    )
    kafka_bootstrap: str | None = Field(None, description="host:port of Kafka brokers, separated by commas")
    kafka_security_protocol: Protocol = Field(
        "PLAINTEXT", description="PLAINTEXT or SSL, or with a login SASL_PLAINTEXT or SASL_SSL"
    )
    kafka_sasl_mechanism: Mechanism | None = Field(None, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
    kafka_sasl_username: str | None = Field(None, description="the name to log in to Kafka with")
    kafka_sasl_password: SecretStr | None = Field(None, description="the password to log in to Kafka with")
    kafka_ssl_cafile: Path | None = Field(None, description="a PEM file with the authorities to trust")
    kafka_partitions: int = Field(4, ge=1, description="how many partitions a new topic gets")
    kafka_replication: int = Field(1, ge=1, description="how many brokers keep a copy of a new topic")
    charter: Path | None = Field(None, description="a YAML file with your promises and rules")
    key: SecretStr | None = Field(None, description="the API key that the candor command uses")
    keys_file: Path = Field(
        default_factory=lambda known: known["data_dir"] / "keys.json", description="the file with API keys"
    )
    signing_key: SecretStr | None = Field(
        None, min_length=32, description="32 or more random characters, as `openssl rand -hex 32` gives"
    )
    smtp_url: SmtpUrl | None = Field(
        None, description="smtp://user:password@host:port?starttls=1 or smtps://host"
    )
    smtp_listen: MailListener | None = Field(
        None,
        description="smtp://host:port or lmtp://host:port, to take mail there; nowhere when it is not set",
    )
    mail_from: Address = Field("support@candor.localhost", description="the address that mail comes from")
    mail_name: str = Field("Support", pattern=r"^[^\r\n]*$", description="the name that mail comes from")
    sms_url: SmsUrl | None = Field(
        None, description="twilio://SID:TOKEN@api.twilio.com?from=+15551234567, for text messages"
    )
    slack_token: SecretStr | None = Field(
        None, min_length=8, description="the bot token of a Slack app, xoxb-…, to answer in Slack"
    )
    webhook_allow: Networks = Field(
        "", description="networks of yours that webhooks may reach, as 10.1.0.0/16, separated by commas"
    )
    acknowledgements_per_hour: int = Field(
        5, ge=1, description="how many automatic acknowledgements one address gets in an hour at most"
    )
    acknowledgements_to_unknown_per_hour: int = Field(
        1000,
        ge=1,
        description="how many all together get in an hour at most who wrote a mail or the form and are no customer's",
    )
    time_zone: Zone = Field("UTC", description="the zone in which customers are told times, as Europe/Berlin")
    log_format: LogFormat = Field(
        default_factory=lambda: "console" if sys.stderr.isatty() else "json", description="console or json"
    )
    log_level: LogLevel = Field("info", description="debug, info, warning or error")
    outbox_retention_hours: int = Field(24, ge=1, description="how long published events are kept here")
    max_body_bytes: int = Field(26_214_400, ge=1024, description="the largest request body in bytes")
    group_limit: int = Field(500, ge=1, description="how many requests share one transaction at most")

    @property
    def distributed(self) -> bool:
        """True with PostgreSQL and Kafka, false for one process on SQLite."""
        return self.kafka_bootstrap is not None

    @property
    def unknown(self) -> tuple[str, ...]:
        """A sentence for each variable that begins with `CANDOR_` and sets nothing, most likely a slip."""
        names = {f"{PREFIX}{name}".upper() for name in type(self).model_fields}
        names |= {_SECRETS_DIR, _ADMIN, *(_file_variable(name) for name in _secrets(type(self)))}
        given = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
        return tuple(_slip(name, names) for name in given if name.upper() not in names)

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.database_url is None) != (self.kafka_bootstrap is None):
            raise ValueError("CANDOR_DATABASE_URL, CANDOR_KAFKA_BOOTSTRAP: one is set; set both or neither")
        login = (self.kafka_sasl_mechanism, self.kafka_sasl_username, self.kafka_sasl_password)
        if self.kafka_security_protocol.startswith("SASL") and None in login:
            raise ValueError(
                f"CANDOR_KAFKA_SECURITY_PROTOCOL: {self.kafka_security_protocol} needs a login; set "
                "CANDOR_KAFKA_SASL_MECHANISM, CANDOR_KAFKA_SASL_USERNAME and CANDOR_KAFKA_SASL_PASSWORD"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        directory = os.environ.get(_SECRETS_DIR) or None
        if directory and not Path(directory).is_dir():
            raise SettingsError(f"{_SECRETS_DIR}: {directory} is no directory; name one, or leave it unset")
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=directory)
        return init_settings, env_settings, _NamedFiles(settings_cls), secrets


class _NamedFiles(Source):
    """Secrets in files that `CANDOR_<NAME>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        return _content(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: _content(name) for name in _secrets(self.settings_cls)}
        return {name: value for name, value in found.items() if value is not None}


def load_settings() -> Settings:
    """The settings of this process, from its environment. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        # Not chained: the inner error may carry what was meant to stay secret.
        raise SettingsError(_sentence(error)) from None


def _secrets(settings: type[BaseSettings]) -> list[str]:
    return [name for name, field in settings.model_fields.items() if "SecretStr" in str(field.annotation)]


def _file_variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}_FILE"


def _content(name: str) -> str | None:
    variable = _file_variable(name)
    path, rival = os.environ.get(variable), variable.removesuffix("_FILE")
    if not path:
        return None
    if os.environ.get(rival):
        raise SettingsError(f"{variable}: {rival} is set too; keep one of them")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{variable}: {path}: {reason}; name a file that holds the secret") from None


def _slip(name: str, known: set[str]) -> str:
    # Compared without the prefix, which alone would make any two alike.
    near = get_close_matches(name.upper()[len(PREFIX) :], [one[len(PREFIX) :] for one in sorted(known)], n=1)
    return f"{name} sets nothing; " + (f"did you mean {PREFIX}{near[0]}?" if near else "remove it")


def _sentence(error: ValidationError) -> str:
    problems = [one for one in error.errors(include_url=False) if one["type"] != "default_factory_not_called"]
    more = f" ({len(problems) - 1} more to mend)" if len(problems) > 1 else ""
    return " ".join(_problem(problems[0]).split()) + more


def _problem(one: ErrorDetails) -> str:
    what = one["msg"].removeprefix("Value error, ")
    if not one["loc"]:
        return what
    name = str(one["loc"][0])
    given = "" if name in _secrets(Settings) else f"{one['input']!r}: "
    mend = Settings.model_fields[name].description
    return f"{PREFIX}{name.upper()}: {given}{what[0].lower()}{what[1:]}; set it to {mend}"
