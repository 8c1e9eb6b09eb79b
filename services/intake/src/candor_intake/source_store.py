"""The sources that the operator has let in."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_intake.domain.source import Material, Source
from candor_intake.tables import source

_IN_USE = sa.select(source).where(source.c.disabled_at.is_(None))
_BY_ID = _IN_USE.where(source.c.id == sa.bindparam("of"))
_OF_KIND = _IN_USE.where(source.c.kind == sa.bindparam("kind")).order_by(source.c.created_at)
_ADD = sa.insert(source)
_DISABLE = (
    sa.update(source)
    .where(source.c.id == sa.bindparam("of"), source.c.disabled_at.is_(None))
    .values(disabled_at=sa.bindparam("at"), material=sa.bindparam("nothing"))
)


def by_id(connection: Connection, identifier: str) -> Source | None:
    """A source that is in use."""
    row = connection.execute(_BY_ID, {"of": identifier}).mappings().one_or_none()
    return None if row is None else _source(row)


def of_kind(connection: Connection, kind: str) -> list[Source]:
    """Those of a kind that are in use, the oldest first."""
    return [_source(row) for row in connection.execute(_OF_KIND, {"kind": kind}).mappings()]


def in_use(connection: Connection) -> list[Source]:
    """All that are in use, by name."""
    return [_source(row) for row in connection.execute(_IN_USE.order_by(source.c.name)).mappings()]


def add(connection: Connection, new: Source) -> None:
    """Raises IntegrityError when the name is in use."""
    row = {name: getattr(new, name) for name in ("id", "name", "kind", "material", "options", "created_at")}
    connection.execute(_ADD, [row])


def disable(connection: Connection, identifier: str, at: datetime) -> bool:
    """From now on nobody can come in as this source; its secret is forgotten. False when there is none."""
    values = {"of": identifier, "at": at, "nothing": Material(secret="")}
    return connection.execute(_DISABLE, values).rowcount > 0


def _source(row: RowMapping) -> Source:
    return Source(row["id"], row["name"], row["kind"], row["options"], row["created_at"], row["material"])
