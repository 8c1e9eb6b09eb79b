"""Connections as the URL asks for them, with all that PostgreSQL's own programs understand in one: `sslmode`,
`sslrootcert`, `sslcert`, `sslkey`."""

import os
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import sqlalchemy as sa

from candor_common.settings import SettingsError

_FILE = "PGSSLROOTCERT"


def dsn_of(url: str | sa.URL) -> str:
    """The URL as the driver itself takes it."""
    parsed = sa.make_url(url).set(drivername="postgresql")
    if "ssl" in parsed.query:
        mode = parsed.query["ssl"]
        parsed = parsed.difference_update_query(["ssl"]).update_query_dict({"sslmode": mode})
    return parsed.render_as_string(hide_password=False)


def connector(url: str | sa.URL, **options: Any) -> Callable[..., Awaitable[Any]]:
    """What `create_async_engine` takes as `async_creator`; SQLAlchemy would hand what the URL says of TLS to the driver
    as arguments that it does not have. `options` are those of `asyncpg.connect`. Raises SettingsError for a file of
    authorities that can't be read."""
    dsn = dsn_of(url)
    _check_authorities(sa.make_url(dsn))

    async def connect(*_given: Any, **_more: Any) -> Any:
        return await asyncpg.connect(dsn, **options)

    return connect


def _check_authorities(url: sa.URL) -> None:
    """The driver looks at the file when it connects, and what it says then looks like a server that is away."""
    if not str(url.query.get("sslmode", "")).startswith("verify"):
        return
    named = url.query.get("sslrootcert")
    path, setting = (named, "CANDOR_DATABASE_URL") if named else (os.environ.get(_FILE), _FILE)
    if path:
        try:
            ssl.create_default_context(cafile=str(path))
        except OSError as error:  # an SSLError is one, too
            wrong = f"{setting}: {path}: {error.strerror or error}"
            raise SettingsError(f"{wrong}; name a PEM file with the authorities to trust") from None
