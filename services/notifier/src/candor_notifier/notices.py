"""Tells the owners of subscriptions that theirs was switched off: by mail, until it has left.

Claimed, sent outside any transaction, and recorded, as messages are; about no incident, so that no event tells of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection
from uuid_utils import NAMESPACE_URL, uuid5

from candor_common.columns import among
from candor_common.database import Transaction
from candor_common.events import Channel, Message, MessageKind, MessageState
from candor_common.languages import nearest
from candor_common.service import Periodic, Runtime
from candor_common.settings import Settings
from candor_notifier.channels import Left, Outcome, Passing, Rendered, Sent
from candor_notifier.delivery import Delivery
from candor_notifier.domain.message import GIVE_UP, pause
from candor_notifier.domain.switched_off import TEXTS, called, notice
from candor_notifier.domain.words import WORDS
from candor_notifier.subscribers import NOTICES
from candor_notifier.subscription_tables import subscription
from candor_notifier.times import written

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """An owner who is to be told now."""

    of: str
    name: str
    url: str
    contact: str
    language: str
    reason: str
    disabled_at: datetime
    attempts: int


_DUE = (
    sa.select(subscription)
    .where(subscription.c.notice_at <= sa.bindparam("now"))
    .order_by(subscription.c.notice_at)
    .limit(MOST)
    .with_for_update(skip_locked=True)
)
_LEASE = (
    sa.update(subscription).where(among(subscription.c.id, "ids")).values(notice_at=sa.bindparam("until"))
)
_NEXT = sa.select(sa.func.min(subscription.c.notice_at))


def claim(connection: Connection, now: datetime) -> list[Notice]:
    """Whom to tell, ours alone until the lease is over."""
    rows = connection.execute(_DUE, {"now": now}).all()
    if rows:
        connection.execute(_LEASE, {"ids": [row.id for row in rows], "until": now + LEASE})
    return [
        Notice(
            row.id,
            row.name,
            row.url,
            row.contact,
            row.language or "",
            row.reason or "",
            row.disabled_at or now,
            row.notice_attempts or 0,
        )
        for row in rows
    ]


def mail_of(one: Notice, settings: Settings) -> Rendered:
    """The mail, the same in every attempt."""
    language = nearest(one.language)
    time = written(one.disabled_at, WORDS[language], settings.time_zone)
    subject, text = notice(TEXTS[language], called(one.name, one.url), time, one.reason)
    name = str(uuid5(NAMESPACE_URL, f"urn:candor:notice:{one.of}:{one.disabled_at.isoformat()}"))
    message = Message(
        id=name,
        incident_id="",
        kind=MessageKind.UNKNOWN,
        state=MessageState.PLANNED,
        channel=Channel.MAIL,
        recipient=one.contact,
        message_id=f"<notice.{name}@{settings.mail_from.rpartition('@')[2]}>",
        cause_event_id=one.of,
        planned_at=one.disabled_at,
    )
    return Rendered(message, subject, text, "", subject, "")


def after(one: Notice, outcome: Outcome, now: datetime) -> dict[str, object]:
    """What becomes of a notice: told, tried again later, or given up."""
    if isinstance(outcome, Sent):
        return {"notice_at": None, "told_at": now}
    attempts = one.attempts + 1
    again = isinstance(outcome, Passing) and now - one.disabled_at < GIVE_UP
    return {"notice_at": now + pause(attempts) if again else None, "notice_attempts": attempts}


async def tell_owners(runtime: Runtime) -> datetime | None:
    """Tell whoever is to be told; returns when more is due."""
    due = await runtime.database.transact(lambda transaction: claim(transaction.connection, transaction.now))
    await _tell(runtime, due)
    return await runtime.database.read(lambda connection: connection.scalar(_NEXT))


async def _tell(runtime: Runtime, due: Sequence[Notice]) -> None:
    delivery: Delivery = runtime.resources["notifier"]
    for one in due:
        rendered = mail_of(one, runtime.context.settings)
        outcome = await delivery.mail.send(rendered)
        await runtime.database.transact(Recording(delivery, one, rendered, outcome))
        if not isinstance(outcome, Sent):
            log.warning("subscription_owner_not_told", subscription=one.of, reason=outcome.reason)


@dataclass(frozen=True, slots=True)
class Recording:
    """Writes down what came of a notice."""

    delivery: Delivery
    notice: Notice
    rendered: Rendered
    outcome: Outcome

    def __call__(self, transaction: Transaction) -> None:
        """Nothing for a subscription that was switched on again meanwhile, but what left has left."""
        mine = sa.and_(subscription.c.id == self.notice.of, subscription.c.notice_at.is_not(None))
        changed = after(self.notice, self.outcome, transaction.now)
        transaction.connection.execute(sa.update(subscription).where(mine).values(**changed))
        if isinstance(self.outcome, Sent):
            message = self.rendered.message
            left = Left(message.id, message.recipient, self.rendered.subject, self.outcome.raw)
            self.delivery.keep(transaction.connection, left, transaction.now)


notices = Periodic("notifier.notices", tell_owners, timedelta(seconds=30), bells=(NOTICES,))
