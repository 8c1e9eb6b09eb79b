"""Each event that a subscription wants becomes one row to be delivered, in the transaction in which the event was handled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from uuid_utils import NAMESPACE_URL, UUID, uuid5

from candor_common.columns import insert_new
from candor_common.database import Transaction
from candor_common.events import CATALOGUE, Envelope, Fact
from candor_common.service import Context, Handler, Subscriptions
from candor_notifier.channels.webhook import payload, shortened
from candor_notifier.domain.subscription import TOPICS, name_of, wants
from candor_notifier.subscribers import ACTIVE, WEBHOOKS
from candor_notifier.subscription_tables import subscription, webhook

_WISHES = sa.select(subscription.c.id, subscription.c.types).where(subscription.c.state == ACTIVE)


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
