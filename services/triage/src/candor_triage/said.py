"""Our words to customers, kept apart from everything else; what theirs came in; and why promises were missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment, insert_new, upsert
from candor_common.events import Envelope, Fact, Promise, PromiseState
from candor_triage.domain.customer_view import Ours, words_of
from candor_triage.pages_tables import miss, promise, word
from candor_triage.tables import request


@dataclass(frozen=True, slots=True)
class Miss:
    """A promise that was missed, with what its lead says about it, if that was said yet."""

    promise: Promise
    cause: str | None = None
    measure: str | None = None
    by: str | None = None


def keep(connection: Connection, told: Iterable[Envelope[Fact]]) -> None:
    """Keep what some events say to the customer; most say nothing to them."""
    found = [(event, words) for event in told if (words := words_of(event.fact))]
    rows = [
        {"event_id": event.id, "incident_id": event.subject, "at": event.time, "snapshot": words}
        for event, words in found
    ]
    insert_new(connection, word, rows)


_ORIGINALS = (
    sa.select(request.c.request_id, request.c.seen_at)
    .where(request.c.incident_id == sa.bindparam("of"))
    .order_by(request.c.seen_at.desc())
    .limit(sa.bindparam("most"))
)


def originals(connection: Connection, incident_id: str, limit: int) -> list[tuple[str, datetime]]:
    """The last requests about an incident and when they were read, the newest first. Intake has them byte by byte."""
    rows = connection.execute(_ORIGINALS, {"of": incident_id, "most": limit})
    return [(row.request_id, row.seen_at) for row in rows]


_SAID = (
    sa.select(word.c.at, word.c.snapshot)
    .where(word.c.incident_id == sa.bindparam("of"))
    .order_by(word.c.at.desc())
    .limit(sa.bindparam("most"))
)


def said(connection: Connection, incident_id: str, limit: int) -> list[Ours]:
    """The last words that we wrote to the customer of an incident, the newest first."""
    rows = connection.execute(_SAID, {"of": incident_id, "most": limit})
    return [Ours(row.at, row.snapshot) for row in rows]


_MISSED = (
    sa.select(promise.c.snapshot, miss.c.cause, miss.c.measure, miss.c.by)
    .outerjoin_from(promise, miss, miss.c.promise_id == promise.c.id)
    .where(
        promise.c.state == PromiseState.BREACHED.value,
        promise.c.due_at >= sa.bindparam("since", type_=Moment),
    )
    .order_by(promise.c.due_at.desc())
    .limit(sa.bindparam("most"))
)


def missed(connection: Connection, since: datetime, limit: int) -> list[Miss]:
    """The promises missed since a moment, the newest first."""
    rows = connection.execute(_MISSED, {"since": since, "most": limit})
    return [Miss(row.snapshot, row.cause, row.measure, row.by) for row in rows]


_EXPLAINED = (
    sa.select(promise.c.snapshot, miss.c.cause, miss.c.measure, miss.c.by)
    .join_from(miss, promise, miss.c.promise_id == promise.c.id)
    .where(miss.c.incident_id == sa.bindparam("of"))
)


def explained(connection: Connection, incident_id: str) -> dict[str, Miss]:
    """What was said about the missed promises of an incident, by promise."""
    rows = connection.execute(_EXPLAINED, {"of": incident_id})
    return {row.snapshot.id: Miss(row.snapshot, row.cause, row.measure, row.by) for row in rows}


def explain(connection: Connection, explained: Miss, now: datetime) -> None:
    """Keep why a promise was missed and what is done about it; said again, the newer words count."""
    row = {
        "promise_id": explained.promise.id,
        "incident_id": explained.promise.incident_id,
        "cause": explained.cause,
        "measure": explained.measure,
        "by": explained.by,
        "at": now,
    }
    upsert(connection, miss, [row], key=["promise_id"])
