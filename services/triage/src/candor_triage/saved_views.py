"""Saved views of the board: what it is narrowed down to, under a name, for one API key or for everybody."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import upsert
from candor_triage.pages_tables import view

EVERYBODY = ""
"""The owner of views that everybody has."""
MOST = 50
"""How many views an owner can have."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view: `query` is the part of the board's address behind the question mark."""

    owner: str
    name: str
    query: str
    by: str

    @property
    def shared(self) -> bool:
        """Whether everybody has it."""
        return self.owner == EVERYBODY


_MINE = (
    sa.select(view.c.owner, view.c.name, view.c.query, view.c.by)
    .where(view.c.owner.in_([EVERYBODY, sa.bindparam("mine")]))
    .order_by(view.c.name, view.c.owner)
)


def views(connection: Connection, owner: str) -> list[SavedView]:
    """The views of an owner and those of everybody, by name."""
    return [SavedView(*row) for row in connection.execute(_MINE, {"mine": owner})]


def save(connection: Connection, saved: SavedView, now: datetime) -> bool:
    """Keep a view; one of the same name and owner is replaced. False when the owner has too many already."""
    known = {one.name for one in views(connection, saved.owner) if one.owner == saved.owner}
    if saved.name not in known and len(known) >= MOST:
        return False
    row = {"owner": saved.owner, "name": saved.name, "query": saved.query, "by": saved.by, "at": now}
    upsert(connection, view, [row], key=["owner", "name"])
    return True


def remove(connection: Connection, owner: str, name: str) -> None:
    """Forget a view; one that is not there is forgotten already."""
    connection.execute(sa.delete(view).where(view.c.owner == owner, view.c.name == name))
