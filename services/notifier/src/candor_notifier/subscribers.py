"""Who outside hears of what happens: engineers' and teams' own systems, and chat systems that take our answers.

A subscription is a URL, a secret that signs what it gets, and the types of events that it wants. Each event that a
subscription wants becomes one row to be delivered, in the transaction in which the event was handled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from uuid_utils import uuid7

from candor_common.columns import insert_new
from candor_common.database import Transaction
from candor_common.languages import Language, nearest
from candor_common.standard_webhooks import new_secret
from candor_notifier.channels.webhook import Destination
from candor_notifier.subscription_tables import subscription, webhook

WEBHOOKS = "notifier.webhooks"
"""The bell that rings when there is something to deliver."""
NOTICES = "notifier.notices"
"""The bell that rings when an owner is to be told that theirs was disabled."""
ACTIVE, DISABLED = "active", "disabled"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody outside who hears of what happens, as they stand now. Their secret is shown once, when it is made."""

    id: str
    name: str
    url: str
    types: tuple[str, ...]
    """The types wanted, also as `incident.*`; all of them when it is empty."""
    answers: str | None
    """The chat source whose people are answered here."""
    state: str
    reason: str | None
    """Why it was disabled."""
    failures: int
    """Failed attempts since the last success."""
    failing_since: datetime | None
    created_at: datetime
    contact: str | None = None
    """Who owns it, by mail: told when it is disabled."""
    language: Language = "en"
    """In which the owner is written to."""
    disabled_at: datetime | None = None
    told_at: datetime | None = None
    """When the owner was told that it is disabled."""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody subscribes."""

    name: str
    url: str
    types: tuple[str, ...] = ()
    answers: str | None = None
    contact: str | None = None
    language: Language = "en"


def add(transaction: Transaction, wish: Wish) -> Subscription:
    """A new subscription with a new secret."""
    row = {
        "id": str(uuid7()),
        "name": wish.name,
        "url": wish.url,
        "secret": new_secret(),
        "types": " ".join(wish.types),
        "answers": wish.answers,
        "state": ACTIVE,
        "reason": None,
        "failures": 0,
        "failing_since": None,
        "quiet_until": None,
        "created_at": transaction.now,
        "contact": wish.contact,
        "language": wish.language,
        "notice_at": None,
        "notice_attempts": None,
        "disabled_at": None,
        "told_at": None,
    }
    insert_new(transaction.connection, subscription, [row])
    return _of(row, secret=str(row["secret"]))


def every(connection: Connection) -> list[Subscription]:
    """All of them, the oldest first."""
    query = sa.select(subscription).order_by(subscription.c.created_at, subscription.c.id)
    return [_of(row) for row in connection.execute(query).mappings()]


def by_id(connection: Connection, identifier: str) -> Subscription | None:
    row = connection.execute(_BY_ID, {"of": identifier}).mappings().one_or_none()
    return _of(row) if row else None


def destination(connection: Connection, identifier: str) -> Destination | None:
    """Where a subscription's payloads go, and what signs them."""
    row = connection.execute(_BY_ID, {"of": identifier}).mappings().one_or_none()
    return Destination(row["url"], [row["secret"]]) if row else None


def destination_of_chat(connection: Connection, source: str) -> Destination | None:
    """Where people of a chat source are answered: the newest subscription that takes answers to it."""
    query = (
        sa.select(subscription.c.url, subscription.c.secret)
        .where(subscription.c.answers == source, subscription.c.state == ACTIVE)
        .order_by(subscription.c.created_at.desc(), subscription.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return Destination(row.url, [row.secret]) if row else None


def remove(connection: Connection, identifier: str) -> bool:
    """Forget a subscription and all that it was to get; false when there is none."""
    connection.execute(sa.delete(webhook).where(webhook.c.subscription_id == identifier))
    gone = connection.execute(sa.delete(subscription).where(subscription.c.id == identifier))
    return gone.rowcount == 1


def enable(transaction: Transaction, identifier: str) -> bool:
    """Begin anew with a subscription; false when there is none. What it missed meanwhile can be replayed."""
    forgotten = (
        "reason",
        "failing_since",
        "quiet_until",
        "notice_at",
        "notice_attempts",
        "disabled_at",
        "told_at",
    )
    anew = {"state": ACTIVE, "failures": 0, **dict.fromkeys(forgotten)}
    mine = sa.update(subscription).where(subscription.c.id == identifier).values(**anew)
    transaction.wake(WEBHOOKS)
    return transaction.connection.execute(mine).rowcount == 1


def replay(transaction: Transaction, of: str, identifier: str) -> bool:
    """Deliver something that has ended once more, from the first attempt on; false when there is no such thing."""
    anew = {"state": "waiting", "attempts": 0, "due_at": transaction.now, "ended_at": None, "reason": None}
    ended = sa.and_(
        webhook.c.id == identifier, webhook.c.subscription_id == of, webhook.c.ended_at.is_not(None)
    )
    transaction.wake(WEBHOOKS)
    return transaction.connection.execute(sa.update(webhook).where(ended).values(**anew)).rowcount == 1


def deliveries(connection: Connection, of: str, state: str | None, limit: int) -> Sequence[RowMapping]:
    """What a subscription got or is to get, newest first, without the bodies."""
    columns = [one for one in webhook.c if one.name not in {"body", "subscription_id"}]
    query = sa.select(*columns).where(webhook.c.subscription_id == of)
    if state is not None:
        query = query.where(webhook.c.state == state)
    newest = query.order_by(webhook.c.planned_at.desc(), webhook.c.id.desc()).limit(limit)
    return connection.execute(newest).mappings().all()


_BY_ID = sa.select(subscription).where(subscription.c.id == sa.bindparam("of"))


def _of(row: Mapping[str, Any] | RowMapping, secret: str = "") -> Subscription:
    return Subscription(
        row["id"],
        row["name"],
        row["url"],
        tuple(row["types"].split()),
        row["answers"],
        row["state"],
        row["reason"],
        row["failures"],
        row["failing_since"],
        row["created_at"],
        row["contact"],
        nearest(row["language"] or ""),
        row["disabled_at"],
        row["told_at"],
        secret,
    )
