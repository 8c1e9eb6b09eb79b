"""What is to be delivered to subscriptions: which is due, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among
from candor_notifier.channels.webhook import Destination
from candor_notifier.domain.subscription import Next, quiet
from candor_notifier.subscribers import ACTIVE, DISABLED
from candor_notifier.subscription_tables import subscription, webhook

MOST_AT_ONCE = 4
"""Deliveries to one subscription that are under way together; one while it fails."""


@dataclass(frozen=True, slots=True)
class Due:
    """A payload that is to be delivered now."""

    id: str
    subscription_id: str
    to: Destination
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription has done so far."""

    failures: int
    """In a row."""
    failing_since: datetime | None


def _ready() -> sa.Select[tuple[str]]:
    """What is due at subscriptions that are neither busy nor quiet, as many of each as may be under way."""
    place = sa.func.row_number().over(
        partition_by=webhook.c.subscription_id, order_by=(webhook.c.due_at, webhook.c.id)
    )
    may = sa.and_(
        subscription.c.state == ACTIVE,
        sa.or_(subscription.c.quiet_until.is_(None), subscription.c.quiet_until <= sa.bindparam("now")),
        ~among(subscription.c.id, "busy"),
    )
    ranked = (
        sa.select(webhook.c.id, subscription.c.failures, place.label("place"))
        .join(subscription, subscription.c.id == webhook.c.subscription_id)
        .where(webhook.c.due_at <= sa.bindparam("now"), may)
        .subquery()
    )
    few = sa.or_(ranked.c.place == 1, sa.and_(ranked.c.failures == 0, ranked.c.place <= MOST_AT_ONCE))
    return sa.select(ranked.c.id).where(few)


_CLAIM = (
    sa.select(webhook.c.id)
    .where(webhook.c.id.in_(_ready()), webhook.c.due_at <= sa.bindparam("now"))
    .order_by(webhook.c.due_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = sa.update(webhook).where(among(webhook.c.id, "ids")).values(due_at=sa.bindparam("until"))
_DUE = (
    sa.select(
        webhook.c.id,
        webhook.c.body,
        webhook.c.attempts,
        subscription.c.id.label("of"),
        subscription.c.url,
        subscription.c.secret,
    )
    .join(subscription, subscription.c.id == webhook.c.subscription_id)
    .where(among(webhook.c.id, "ids"))
)


def claim(
    connection: Connection, now: datetime, lease: timedelta, limit: int, busy: Collection[str]
) -> list[Due]:
    """What is due, ours alone until the lease is over. Subscriptions that are busy are left out."""
    ids = list(connection.scalars(_CLAIM, {"now": now, "most": limit, "busy": busy}))
    if not ids:
        return []
    connection.execute(_LEASE, {"ids": ids, "until": now + lease})
    rows = connection.execute(_DUE, {"ids": ids})
    return [Due(row.id, row.of, Destination(row.url, [row.secret]), row.body, row.attempts) for row in rows]


_NEXT = sa.select(sa.func.min(webhook.c.due_at)).where(webhook.c.due_at > sa.bindparam("now"))
_LOUD = sa.select(sa.func.min(subscription.c.quiet_until)).where(
    subscription.c.quiet_until > sa.bindparam("now"), subscription.c.state == ACTIVE
)


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When after now something may be deliverable."""
    moments = [connection.scalar(query, {"now": now}) for query in (_NEXT, _LOUD)]
    return min((one for one in moments if one is not None), default=None)


_STANDING = (
    sa.select(subscription.c.failures, subscription.c.failing_since)
    .where(subscription.c.id == sa.bindparam("of"))
    .with_for_update()
)
_WAITING = (
    sa.select(webhook.c.id)
    .where(webhook.c.id == sa.bindparam("of"), webhook.c.due_at.is_not(None))
    .with_for_update()
)


def standing(connection: Connection, due: Due) -> Standing | None:
    """How the subscription stands, locked until the transaction ends; None when nothing more is to be recorded: it was
    removed, or another replica has delivered this when our lease was over."""
    row = connection.execute(_STANDING, {"of": due.subscription_id}).one_or_none()
    # The subscription is locked first everywhere, or two replicas would wait for each other.
    if row is None or connection.scalar(_WAITING, {"of": due.id}) is None:
        return None
    return Standing(row.failures, row.failing_since)


def save(connection: Connection, due: Due, after: Next, now: datetime) -> None:
    """Write what became of a delivery."""
    values = {
        "state": after.state,
        "due_at": after.due_at,
        "ended_at": None if after.due_at else now,
        "attempts": due.attempts + 1,
        "reason": after.reason[:500] or None,
    }
    connection.execute(sa.update(webhook).where(webhook.c.id == due.id).values(**values))


def worked(connection: Connection, identifier: str) -> None:
    """This subscription took something."""
    anew = {"failures": 0, "failing_since": None, "quiet_until": None}
    connection.execute(sa.update(subscription).where(subscription.c.id == identifier).values(**anew))


def failed(
    connection: Connection, identifier: str, before: Standing, now: datetime, wait: timedelta | None
) -> None:
    """This subscription took nothing: it is left alone for a while, at least as long as it asks."""
    until = now + max(quiet(before.failures + 1), wait or timedelta())
    noted = {
        "failures": before.failures + 1,
        "failing_since": before.failing_since or now,
        "quiet_until": until,
    }
    connection.execute(sa.update(subscription).where(subscription.c.id == identifier).values(**noted))


def disable(connection: Connection, identifier: str, reason: str, now: datetime) -> None:
    """Send nothing more there. What still waited has failed, and can be replayed once it is enabled again."""
    off = {
        "state": DISABLED,
        "reason": reason[:500],
        "quiet_until": None,
        "disabled_at": now,
        "notice_at": sa.case(
            (subscription.c.contact.is_not(None), sa.literal(now, subscription.c.notice_at.type))
        ),
        "notice_attempts": 0,
        "told_at": None,
    }
    connection.execute(sa.update(subscription).where(subscription.c.id == identifier).values(**off))
    ended = {"state": "failed", "due_at": None, "ended_at": now, "reason": "the subscription was disabled"}
    waiting = sa.and_(webhook.c.subscription_id == identifier, webhook.c.due_at.is_not(None))
    connection.execute(sa.update(webhook).where(waiting).values(**ended))


def forget(connection: Connection, before: datetime) -> int:
    """Drop what ended before a moment; returns how many."""
    return connection.execute(sa.delete(webhook).where(webhook.c.ended_at < before)).rowcount
