"""A mail server as `CANDOR_SMTP_URL` names it."""

import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

PATIENCE = 20.0
"""Seconds that the server gets for each of its answers."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and how.

    `smtps://` and `?starttls=1` demand TLS and check the server's certificate, and so does a login, unless
    `?starttls=0` says that it may travel in the clear. Otherwise TLS is used where it is offered, unchecked, as
    mail servers do among themselves.
    """

    host: str
    port: int
    name: str
    """How we introduce ourselves."""
    username: str | None
    password: str | None
    tls: bool
    start_tls: bool | None
    context: ssl.SSLContext
    patience: float = PATIENCE

    @classmethod
    def of(cls, url: str, domain: str) -> Self:
        """From a URL that the settings have checked, and the domain of our own address."""
        parts = urlsplit(url)
        tls, username = parts.scheme == "smtps", unquote(parts.username) if parts.username else None
        asked = {"starttls=1": True, "starttls=0": False}.get(parts.query, True if username else None)
        start_tls = False if tls else asked
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls else 587 if start_tls else 25),
            name=domain.encode("idna").decode(),
            username=username,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            start_tls=start_tls,
            context=_context(checked=tls or start_tls is True),
        )

    def client(self) -> aiosmtplib.SMTP:
        """A connection that is not open yet."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            local_hostname=self.name,
            timeout=self.patience,
            use_tls=self.tls,
            start_tls=self.start_tls,
            tls_context=self.context,
        )


def _context(*, checked: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
