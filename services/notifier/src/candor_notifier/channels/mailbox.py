"""The mailbox that stands in for a mail server: what would have been sent is kept, to be read at `/mailbox`."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import insert_new
from candor_notifier.channels import Left, Outcome, Sent
from candor_notifier.tables import mailbox


class MailboxChannel:
    """Takes every mail, and keeps it in the very transaction that records that it left."""

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> Outcome:
        # Gives way, so that a hundred mails that are due at once do not hold up the web.
        await asyncio.sleep(0)
        return Sent()

    def keep(self, connection: Connection, mails: Sequence[Left], now: datetime) -> None:
        rows = [
            {"id": one.id, "at": now, "recipient": one.recipient, "subject": one.subject, "raw": one.raw}
            for one in mails
        ]
        insert_new(connection, mailbox, rows)

    async def back(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open."""


def newest(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """The mails that were kept, without their bytes, newest first."""
    columns = (mailbox.c.id, mailbox.c.at, mailbox.c.recipient, mailbox.c.subject)
    query = sa.select(*columns).order_by(mailbox.c.at.desc(), mailbox.c.id).limit(limit)
    return connection.execute(query).mappings().all()


def by_id(connection: Connection, identifier: str) -> RowMapping | None:
    query = sa.select(mailbox).where(mailbox.c.id == identifier)
    return connection.execute(query).mappings().one_or_none()
