"""How often we answered by ourselves within the hour: whoever writes again and again, or is made to seem to, is not
flooded by our answers, and nor are those together whose addresses somebody makes up."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among
from candor_common.events import MessageKind
from candor_notifier.domain.flood import inbox
from candor_notifier.domain.message import Planned
from candor_notifier.tables import message


@dataclass(frozen=True, slots=True)
class Caps:
    """How many acknowledgements leave within an hour at most."""

    to_one: int
    """To one address."""
    to_unknown: int
    """To all those together for whose addresses nobody vouches."""


class Tally:
    """How many acknowledgements left or may leave; each that is asked about is counted in."""

    def __init__(self, caps: Caps, had: Counter[str], unknown: int) -> None:
        self._caps, self._had, self._unknown = caps, had, unknown

    def too_many(self, one: Planned) -> str | None:
        """Why this one is not sent; None when it is."""
        recipient = inbox(one.message.recipient)
        self._had[recipient] += 1
        if self._had[recipient] > self._caps.to_one:
            return f"this address had {self._caps.to_one} acknowledgements within an hour already"
        self._unknown += one.unknown
        if one.unknown and self._unknown > self._caps.to_unknown:
            return f"unknown senders had {self._caps.to_unknown} acknowledgements within an hour already"
        return None


def acknowledged(one: Planned) -> str | None:
    """Whose acknowledgement this is; None for what does not count."""
    counts = one.message.kind is MessageKind.ACKNOWLEDGEMENT and one.words.withheld is None
    return inbox(one.message.recipient) if counts else None


def unknown_at(one: Planned) -> datetime | None:
    """When somebody was acknowledged for whose address nobody vouches; None for what does not count."""
    return one.message.planned_at if one.unknown and acknowledged(one) else None


_ACKNOWLEDGED = (
    sa.select(message.c.acknowledged, sa.func.count().label("times"))
    .where(among(message.c.acknowledged, "inboxes"), message.c.planned_at > sa.bindparam("since"))
    .group_by(message.c.acknowledged)
)
_UNKNOWN = (
    sa.select(message.c.id).where(message.c.unknown_at > sa.bindparam("since")).limit(sa.bindparam("most"))
)
_UNKNOWN_COUNT = sa.select(sa.func.count()).select_from(_UNKNOWN.subquery())


def tally(connection: Connection, caps: Caps, planned: Collection[Planned], since: datetime) -> Tally:
    """What counts against acknowledgements that are planned now."""
    inboxes = {inbox(one.message.recipient) for one in planned}
    had: Counter[str] = Counter()
    if inboxes:
        rows = connection.execute(_ACKNOWLEDGED, {"inboxes": inboxes, "since": since})
        had.update({row.acknowledged: row.times for row in rows})
    unknown = 0
    if any(one.unknown for one in planned):
        # More than the cap need not be counted.
        unknown = connection.scalar(_UNKNOWN_COUNT, {"since": since, "most": caps.to_unknown}) or 0
    return Tally(caps, had, unknown)
