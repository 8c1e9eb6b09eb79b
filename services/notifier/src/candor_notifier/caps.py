"""How often one address was written to by ourselves: whoever writes again and again is not flooded by our answers."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among
from candor_common.events import MessageKind
from candor_notifier.domain.message import Planned
from candor_notifier.tables import message


def inbox(recipient: str) -> str:
    """By what recipients are told apart where it counts how often they are written to."""
    return recipient.casefold()[:320]


def acknowledged(one: Planned) -> str | None:
    """Whose acknowledgement this is; None for what does not count."""
    counts = one.message.kind is MessageKind.ACKNOWLEDGEMENT and one.words.withheld is None
    return inbox(one.message.recipient) if counts else None


_ACKNOWLEDGED = (
    sa.select(message.c.acknowledged, sa.func.count().label("times"))
    .where(among(message.c.acknowledged, "inboxes"), message.c.planned_at > sa.bindparam("since"))
    .group_by(message.c.acknowledged)
)


def had(connection: Connection, inboxes: Collection[str], since: datetime) -> Counter[str]:
    """How many acknowledgements each got that may leave, or have left."""
    rows = connection.execute(_ACKNOWLEDGED, {"inboxes": inboxes, "since": since})
    return Counter({row.acknowledged: row.times for row in rows})
