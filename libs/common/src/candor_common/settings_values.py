"""The values that settings have: what is checked at the start, so that nothing is found out by a customer."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from sqlalchemy.exc import ArgumentError


def _asyncpg_url(secret: SecretStr) -> SecretStr:
    try:
        url = sa.make_url(secret.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError("it is not a URL; in a password, write @ : / as %40 %3A %2F") from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise ValueError(f"{url.drivername} is not supported")
    if "sslmode" in url.query:
        # asyncpg knows the same values under another name.
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return SecretStr(url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))


def _mail_server(secret: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(secret.get_secret_value())
        valid = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("it is not an smtp:// or smtps:// URL with a host")
    if parts.query not in {"", "starttls=1", "starttls=0"}:
        raise ValueError("the only option behind the question mark is starttls=1")
    return secret


def _mail_listener(value: str) -> str:
    try:
        parts = urlsplit(value if "://" in value else f"smtp://{value}")
        valid = parts.scheme in {"smtp", "lmtp"} and bool(parts.hostname) and parts.port is not None
    except ValueError:
        valid = False
    if not valid or parts.path or parts.query or parts.username:
        raise ValueError("it is not an address to listen on, with a port")
    return f"{parts.scheme}://{parts.netloc}"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it is not an http:// or https:// URL")
    return value.rstrip("/")


def _sms_service(secret: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(secret.get_secret_value())
        valid = parts.scheme in {"twilio", "twilio+http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("it is not a twilio:// URL with a host")
    if not parts.username or not parts.password:
        raise ValueError("the account's SID and token are missing before the host")
    if not re.fullmatch(r"from=(?:(?:\+|%2[Bb])?[0-9]{3,20}|MG[0-9a-f]{32})", parts.query):
        raise ValueError(
            "behind the question mark stands from= and a number or the id of a messaging service"
        )
    return secret


def _networks(value: str) -> str:
    """Each is checked for itself, so that the words name the wrong one."""
    parts = [one.strip() for one in value.split(",") if one.strip()]
    return ",".join(str(ip_network(one)) for one in parts)


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("there is no such zone") from None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


LogFormat = Annotated[Literal["console", "json"], BeforeValidator(_lower)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
Protocol = Annotated[Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)]
Mechanism = Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], BeforeValidator(_upper)]
Address = Annotated[str, Field(pattern=r"^[^\s@<>]+@[^\s@<>]+$")]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_asyncpg_url)]
SmsUrl = Annotated[SecretStr, AfterValidator(_sms_service)]
SmtpUrl = Annotated[SecretStr, AfterValidator(_mail_server)]
Networks = Annotated[str, AfterValidator(_networks)]
MailListener = Annotated[str, AfterValidator(_mail_listener)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
