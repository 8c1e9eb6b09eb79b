"""Who outside hears of what happens: engineers' and teams' own systems, and chat systems that take our answers.

A subscription is a URL, a secret that signs what it gets, and the types of events that it wants. Each event that a
subscription wants becomes one row to be delivered, in the transaction in which the event was handled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from uuid_utils import uuid7

from candor_common.columns import insert_new
from candor_common.database import Transaction
from candor_common.events import CATALOGUE, Envelope, Fact
from candor_common.service import Context, Handler, Subscriptions
from candor_common.standard_webhooks import new_secret
from candor_notifier.channels.webhook import Destination, payload, shortened
from candor_notifier.domain.subscription import TOPICS, name_of, wants
from candor_notifier.subscription_tables import subscription, webhook

WEBHOOKS = "notifier.webhooks"
"""The bell that rings when there is something to deliver."""
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
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody subscribes."""

    name: str
    url: str
    types: tuple[str, ...] = ()
    answers: str | None = None


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
    anew = {"state": ACTIVE, "reason": None, "failures": 0, "failing_since": None, "quiet_until": None}
    mine = sa.update(subscription).where(subscription.c.id == identifier).values(**anew)
    transaction.wake(WEBHOOKS)
    return transaction.connection.execute(mine).rowcount == 1


def offer(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """A handler: note for each subscription the events that it wants, once however often they are heard of."""
    wishes = transaction.connection.execute(_WISHES).all()
    if not wishes:
        return
    rows = []
    for event in events:
        name, body = name_of(event.type), b""
        for wish in wishes:
            if wants(wish.types.split(), name):
                body = body or body_of(event, context.settings.public_url)
                rows.append(_row(wish.id, event, body, transaction.now))
    if rows:
        insert_new(transaction.connection, webhook, rows)
        transaction.wake(WEBHOOKS)


def with_subscribers(handled: Subscriptions) -> Subscriptions:
    """What a service reacts to, and besides that every fact that can be subscribed is offered to subscribers."""
    offering: dict[Handler, Handler] = {}
    told: dict[type[Fact], Handler] = {fact: offer for fact in CATALOGUE if fact.topic in TOPICS}
    for fact, handler in handled.items():
        if fact not in told:
            told[fact] = handler
        else:
            # One for all facts of a handler: events are handled together by the handler they share.
            told[fact] = offering.setdefault(handler, _and_offer(handler))
    return told


def body_of(event: Envelope[Any], public_url: str) -> bytes:
    """What subscribers get: the fact with its snapshot, its long texts cut where it would be too large."""
    address = f"{public_url}/v1/incidents/{event.subject}"
    data = {
        "id": event.id,
        "incident_id": event.subject,
        "url": address,
        **event.fact.model_dump(mode="json"),
    }
    return shortened(lambda longest: payload(name_of(event.type), event.time, _cut(data, longest)))


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
_WISHES = sa.select(subscription.c.id, subscription.c.types).where(subscription.c.state == ACTIVE)


def _and_offer(handler: Handler) -> Handler:
    def both(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
        handler(transaction, events, context)
        offer(transaction, events, context)

    return both


def _row(of: str, event: Envelope[Any], body: bytes, now: datetime) -> dict[str, Any]:
    identifier = uuid5(NAMESPACE_URL, f"urn:candor:webhook:{event.id}:{UUID(of)}")
    return {
        "id": str(identifier),
        "subscription_id": of,
        "incident_id": event.subject,
        "type": name_of(event.type),
        "body": body,
        "state": "waiting",
        "attempts": 0,
        "due_at": now,
        "planned_at": now,
        "ended_at": None,
        "reason": None,
    }


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[: longest - 1]}…"
    if isinstance(value, dict):
        return {name: _cut(one, longest) for name, one in value.items()}
    return (
        [_cut(one, longest) for one in value][: max(longest // 10, 5)] if isinstance(value, list) else value
    )


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
        secret,
    )
