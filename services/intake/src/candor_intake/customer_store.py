"""Customers, their contacts and the addresses of these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import among, upsert
from candor_common.events import Lane
from candor_intake import unverified_store
from candor_intake.customer_shapes import Address, Customer, Person
from candor_intake.domain.conversations import member_key
from candor_intake.domain.customer import KnownSender
from candor_intake.tables import contact, contact_address, customer

_SENDERS = (
    sa.select(
        contact_address.c.key,
        customer.c.name.label("customer"),
        customer.c.id.label("customer_id"),
        customer.c.lane,
        contact.c.name,
        sa.func.coalesce(contact.c.language, customer.c.language).label("language"),
        sa.func.coalesce(contact.c.zone, customer.c.zone).label("zone"),
    )
    .select_from(contact_address)
    .join(contact, contact.c.id == contact_address.c.contact_id)
    .join(customer, customer.c.id == contact.c.customer_id)
    .where(among(contact_address.c.key, "keys"))
)
_ANYBODY = sa.select(contact_address.c.key).limit(1)
_PAGE = (
    sa.select(customer)
    .where(customer.c.id > sa.bindparam("after"))
    .order_by(customer.c.id)
    .limit(sa.bindparam("most"))
)
_BY_ID = sa.select(customer).where(customer.c.id == sa.bindparam("of"))
_PEOPLE = (
    sa.select(contact)
    .where(among(contact.c.customer_id, "customers"))
    .order_by(contact.c.customer_id, contact.c.position)
)
_ADDRESSES = (
    sa.select(contact_address, contact.c.customer_id)
    .join(contact, contact.c.id == contact_address.c.contact_id)
    .where(among(contact.c.customer_id, "customers"))
    .order_by(contact_address.c.contact_id, contact_address.c.position)
)
_TAKEN = (
    sa.select(contact_address.c.address)
    .join(contact, contact.c.id == contact_address.c.contact_id)
    .where(among(contact_address.c.key, "keys"), contact.c.customer_id != sa.bindparam("of"))
    .order_by(contact_address.c.address)
    .limit(1)
)
_FORGET_ADDRESSES = sa.delete(contact_address).where(
    contact_address.c.contact_id.in_(
        sa.select(contact.c.id).where(contact.c.customer_id == sa.bindparam("of"))
    )
)
_REMOVE = sa.delete(customer).where(customer.c.id == sa.bindparam("of"))
_LIKE = sa.bindparam("like", type_=sa.Text)
_SEARCH = (
    sa.select(customer)
    .where(
        sa.or_(
            sa.func.lower(customer.c.name).like(_LIKE, escape="\\"),
            customer.c.id.in_(
                sa.select(contact.c.customer_id)
                .outerjoin(contact_address, contact_address.c.contact_id == contact.c.id)
                .where(
                    sa.or_(
                        sa.func.lower(contact.c.name).like(_LIKE, escape="\\"),
                        sa.func.lower(contact_address.c.address).like(_LIKE, escape="\\"),
                    )
                )
            ),
        )
    )
    .order_by(sa.func.lower(customer.c.name), customer.c.id)
    .limit(sa.bindparam("most"))
)
_NAMED = (
    sa.select(customer)
    .where(
        sa.or_(customer.c.id == sa.bindparam("text"), sa.func.lower(customer.c.name) == sa.bindparam("lower"))
    )
    .limit(2)
)
_COUNT = sa.select(sa.func.count()).select_from(customer)
_CHANGED_AT = sa.select(customer.c.changed_at).where(customer.c.id == sa.bindparam("of"))
_FORGET_PEOPLE = sa.delete(contact).where(contact.c.customer_id == sa.bindparam("of"))


def senders(connection: Connection, keys: Collection[str]) -> dict[str, KnownSender]:
    """Those of the addresses, given as their keys, that belong to somebody."""
    rows = connection.execute(_SENDERS, {"keys": keys}).mappings()
    return {
        row["key"]: KnownSender(
            row["customer"],
            Lane(row["lane"]) if row["lane"] else None,
            row["name"],
            row["language"],
            row["zone"],
            row["customer_id"],
        )
        for row in rows
    }


def anybody(connection: Connection) -> bool:
    """Whether any address is known at all."""
    return connection.execute(_ANYBODY).first() is not None


def taken(connection: Connection, identifier: str, people: Sequence[Person]) -> str | None:
    """An address among theirs that belongs to another customer."""
    keys = [member_key(one.address) for person in people for one in person.addresses]
    found: str | None = connection.scalar(_TAKEN, {"keys": keys, "of": identifier})
    return found


def save(connection: Connection, one: Customer, at: datetime) -> None:
    """Keep a customer as it is now, with all its contacts; those that it had before are gone."""
    row = {
        "id": one.id,
        "name": one.name,
        "lane": one.lane.value if one.lane else None,
        "language": one.language,
        "zone": one.zone,
        "changed_at": at,
    }
    upsert(connection, customer, [row], key=("id",))
    _forget_people(connection, one.id)
    people = [
        (f"{one.id[-12:]}-{position}", position, person) for position, person in enumerate(one.contacts)
    ]
    if people:
        connection.execute(sa.insert(contact), [_person_row(one.id, *about) for about in people])
    addresses = [
        _address_row(of, at, spoken) for of, _, person in people for at, spoken in enumerate(person.addresses)
    ]
    if addresses:
        connection.execute(sa.insert(contact_address), addresses)
    unverified_store.forget(connection, [str(row["key"]) for row in addresses])


def remove(connection: Connection, identifier: str) -> None:
    """Forget a customer with all its contacts."""
    _forget_people(connection, identifier)
    connection.execute(_REMOVE, {"of": identifier})


def _forget_people(connection: Connection, customer_id: str) -> None:
    connection.execute(_FORGET_ADDRESSES, {"of": customer_id})
    connection.execute(_FORGET_PEOPLE, {"of": customer_id})


def _person_row(customer_id: str, identifier: str, position: int, person: Person) -> dict[str, object]:
    about = {"name": person.name, "language": person.language, "zone": person.zone}
    return {"id": identifier, "customer_id": customer_id, "position": position, **about}


def _address_row(contact_id: str, position: int, one: Address) -> dict[str, object]:
    where = {"key": member_key(one.address), "channel": one.channel.value, "address": one.address}
    return {"contact_id": contact_id, "position": position, **where}


def page(connection: Connection, after: str, most: int) -> list[Customer]:
    """Customers in the order in which they were made, those after the one with this id."""
    return _whole(connection, connection.execute(_PAGE, {"after": after, "most": most}).mappings().all())


def by_id(connection: Connection, identifier: str) -> Customer | None:
    found = _whole(connection, connection.execute(_BY_ID, {"of": identifier}).mappings().all())
    return found[0] if found else None


def search(connection: Connection, text: str, most: int) -> list[Customer]:
    """Those whose name, or whose contacts' names or addresses have the text in them, by name."""
    found = connection.execute(_SEARCH, {"like": f"%{_escaped(text.lower())}%", "most": most})
    whole = {one.id: one for one in _whole(connection, found.mappings().all())}
    return sorted(whole.values(), key=lambda one: (one.name.casefold(), one.id))


def named(connection: Connection, text: str) -> list[Customer]:
    """The customer with this id, else all with this name."""
    found = connection.execute(_NAMED, {"text": text, "lower": text.lower()}).mappings().all()
    return _whole(connection, found)


def count(connection: Connection) -> int:
    found: int = connection.scalar(_COUNT) or 0
    return found


def changed_at(connection: Connection, identifier: str) -> datetime | None:
    """When a customer was saved last; nothing when there is none."""
    found: datetime | None = connection.scalar(_CHANGED_AT, {"of": identifier})
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _whole(connection: Connection, rows: Sequence[RowMapping]) -> list[Customer]:
    """Customers with their contacts, by two statements for all of them."""
    of = {"customers": [row["id"] for row in rows]}
    addresses: dict[str, list[Address]] = {}
    for row in connection.execute(_ADDRESSES, of).mappings():
        one = Address(channel=row["channel"], address=row["address"])
        addresses.setdefault(row["contact_id"], []).append(one)
    people: dict[str, list[Person]] = {}
    for row in connection.execute(_PEOPLE, of).mappings():
        people.setdefault(row["customer_id"], []).append(_person(row, addresses))
    return [_customer(row, people.get(row["id"], [])) for row in rows]


def _person(row: RowMapping, addresses: Mapping[str, Sequence[Address]]) -> Person:
    known = {name: row[name] for name in ("name", "language", "zone")}
    return Person(**known, addresses=tuple(addresses.get(row["id"], ())))


def _customer(row: RowMapping, people: Sequence[Person]) -> Customer:
    known = {name: row[name] for name in ("id", "name", "lane", "language", "zone")}
    return Customer(**known, contacts=tuple(people))
