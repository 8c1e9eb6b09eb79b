"""Looking up who wrote. Where no customers are kept it costs nothing, else one statement for a whole group."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from candor_intake import customer_store
from candor_intake.domain.customer import KnownSender

LOOK_AGAIN_AFTER = timedelta(seconds=10)
"""How long the first customer may stay unknown to a replica that did not take it in itself."""


class Directory:
    """Who is known, and whether anybody is."""

    def __init__(self) -> None:
        self._anybody = False
        self._empty_at: datetime | None = None

    def look_again(self) -> None:
        """Somebody was added here."""
        self._empty_at = None

    def known(
        self, connection: Connection, keys: Collection[str], now: datetime
    ) -> Mapping[str, KnownSender]:
        """Those of the people that are known, by the keys of their addresses."""
        if not keys or (self._empty_at is not None and now - self._empty_at < LOOK_AGAIN_AFTER):
            return {}
        if not self._anybody:
            self._anybody = customer_store.anybody(connection)
            self._empty_at = None if self._anybody else now
        return customer_store.senders(connection, keys) if self._anybody else {}
