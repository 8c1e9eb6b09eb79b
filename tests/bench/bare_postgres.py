"""The statements of a bare stage on PostgreSQL, in raw asyncpg; one schema per service."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import asyncpg

from tests.bench.bare_model import Effects, Event, Message, Slice, Stage

TABLES = """
CREATE TABLE IF NOT EXISTS effect (id text PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (seq bigserial PRIMARY KEY, event_id text NOT NULL, topic text NOT NULL,
    key text NOT NULL, type text NOT NULL, body text NOT NULL, published_at timestamptz);
CREATE INDEX IF NOT EXISTS outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;
CREATE TABLE IF NOT EXISTS consumer_position (topic text, partition int, next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition));
CREATE TABLE IF NOT EXISTS processed_event (event_id text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS message (id text PRIMARY KEY, recipient text NOT NULL, subject text NOT NULL,
    body text NOT NULL, sent_at timestamptz);
"""
ADVANCE = """
INSERT INTO consumer_position AS held SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
WHERE held.next_offset < excluded.next_offset RETURNING topic, partition
"""
CLAIM = "INSERT INTO processed_event SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING event_id"
LOAD = "SELECT id, body FROM effect WHERE id = ANY($1::text[])"
SAVE = "INSERT INTO effect VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
EMIT = "INSERT INTO outbox (event_id, topic, key, type, body) VALUES ($1, $2, $3, $4, $5)"
PLAN = "INSERT INTO message (id, recipient, subject, body) VALUES ($1, $2, $3, $4)"
UNPUBLISHED = """
SELECT seq, event_id, topic, key, type, body FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1
"""
PUBLISHED = "UPDATE outbox SET published_at = now() WHERE seq = ANY($1::bigint[])"
SENT = "UPDATE message SET sent_at = now() WHERE id = ANY($1::text[])"

# Quoted, because only the stubs of asyncpg are generic.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def open_schema(url: str, schema: str) -> Connection:
    """A connection whose tables live in this service's schema, made when missing."""
    connection = await connect(url, schema)
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    await connection.execute(TABLES)
    return connection


async def connect(url: str, schema: str) -> Connection:
    """A further connection to a schema that is there."""
    return await asyncpg.connect(url, server_settings={"search_path": schema})


async def apply(connection: Connection, stage: Stage, slices: Sequence[Slice]) -> Effects:
    """One round in one transaction: positions, processed events, effects, outbox."""
    async with connection.transaction():
        events = await _fresh(connection, slices)
        if not events:
            return Effects([], [], [])
        rows = await connection.fetch(LOAD, stage.ids(events))
        effects = stage.react(events, {row[0]: row[1] for row in rows})
        await write(connection, effects)
    return effects


async def write(connection: Connection, effects: Effects) -> None:
    """Write the effects with lists of parameters."""
    if effects.rows:
        await connection.executemany(SAVE, effects.rows)
    if effects.events:
        await connection.executemany(EMIT, effects.events)
    if effects.messages:
        await connection.executemany(PLAN, effects.messages)


async def unsent(connection: Connection) -> list[Message]:
    """The messages that an earlier process left behind."""
    rows = await connection.fetch("SELECT id, recipient, subject, body FROM message WHERE sent_at IS NULL")
    return [Message(*row) for row in rows]


async def _fresh(connection: Connection, slices: Sequence[Slice]) -> list[Event]:
    """The events that nobody has handled; a fenced partition is left out of the round."""
    held = await connection.fetch(
        ADVANCE, [s.topic for s in slices], [s.partition for s in slices], [s.next_offset for s in slices]
    )
    ours = {(row[0], row[1]) for row in held}
    events = first_of_each(e for s in slices if (s.topic, s.partition) in ours for e in s.events)
    claimed = await connection.fetch(CLAIM, list(events))
    return [events[row[0]] for row in claimed]


def first_of_each(events: Iterable[Event]) -> dict[str, Event]:
    """Events by id, in the order read; a copy that the relay made falls out."""
    found: dict[str, Event] = {}
    for event in events:
        found.setdefault(event.id, event)
    return found
