"""People who wrote and are not known yet, until somebody says whose they are."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import among, insert_new
from candor_common.events import Channel
from candor_intake.domain.customer import UnverifiedContact
from candor_intake.tables import contact_address, unverified_contact

# Whoever became known between their message and its incident.
_STILL = ~sa.exists().where(contact_address.c.key == unverified_contact.c.key)
_NEWEST = (
    sa.select(unverified_contact)
    .where(_STILL)
    .order_by(unverified_contact.c.seen_at.desc(), unverified_contact.c.key)
    .limit(sa.bindparam("most"))
)
_BY_KEY = sa.select(unverified_contact).where(unverified_contact.c.key == sa.bindparam("of"))
_COUNT = sa.select(sa.func.count()).select_from(unverified_contact).where(_STILL)
_FORGET = sa.delete(unverified_contact).where(among(unverified_contact.c.key, "keys"))


def note(connection: Connection, seen: Collection[UnverifiedContact]) -> None:
    """Keep them. Who is there already stays as they came first."""
    first = {one.key: one for one in sorted(seen, key=lambda one: one.seen_at, reverse=True)}
    insert_new(connection, unverified_contact, [_row(first[key]) for key in sorted(first)])


def newest(connection: Connection, most: int) -> list[UnverifiedContact]:
    return [_contact(row) for row in connection.execute(_NEWEST, {"most": most}).mappings()]


def count(connection: Connection) -> int:
    found: int = connection.scalar(_COUNT) or 0
    return found


def by_key(connection: Connection, key: str) -> UnverifiedContact | None:
    row = connection.execute(_BY_KEY, {"of": key}).mappings().one_or_none()
    return None if row is None else _contact(row)


def forget(connection: Connection, keys: Sequence[str]) -> None:
    """They are known now, or of no interest."""
    if keys:
        connection.execute(_FORGET, {"keys": list(keys)})


def _row(one: UnverifiedContact) -> dict[str, object]:
    return {
        "key": one.key,
        "channel": one.channel.value,
        "address": one.address,
        "name": one.name and one.name[:200],
        "language": one.language,
        "incident_id": one.incident_id,
        "seen_at": one.seen_at,
    }


def _contact(row: RowMapping) -> UnverifiedContact:
    return UnverifiedContact(**{**row, "channel": Channel(row["channel"])})
