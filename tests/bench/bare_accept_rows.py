"""The rows that intake writes for a request, in raw asyncpg: the message with its bytes, its sender, its number, its event."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.bench.bare_model import Event
from tests.bench.bare_postgres import Connection

TABLES = """
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS source text, ADD COLUMN IF NOT EXISTS subject text,
    ADD COLUMN IF NOT EXISTS sequence int, ADD COLUMN IF NOT EXISTS time timestamptz,
    ADD COLUMN IF NOT EXISTS traceparent text;
CREATE INDEX IF NOT EXISTS outbox_subject ON outbox (subject);
CREATE TABLE IF NOT EXISTS counter (name text PRIMARY KEY, next bigint NOT NULL);
INSERT INTO counter VALUES ('reference', 1) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS inbound (request_id text PRIMARY KEY, source text NOT NULL, dedup_key text,
    fingerprint text, reference text, incident_id text, channel text NOT NULL, ignored_because text,
    received_at timestamptz NOT NULL, content_type text NOT NULL, raw bytea, raw_in text,
    UNIQUE (source, dedup_key));
CREATE INDEX IF NOT EXISTS inbound_reference ON inbound (reference);
CREATE TABLE IF NOT EXISTS participant (incident_id text, mailbox text, PRIMARY KEY (incident_id, mailbox));
"""
COUNT = "UPDATE counter SET next = next + $1 WHERE name = 'reference' RETURNING next"
STORE = """
INSERT INTO inbound (request_id, source, reference, channel, received_at, content_type, raw)
VALUES ($1, 'rest', $2, 'rest', $3, 'application/json', $4)
"""
JOIN = "INSERT INTO participant VALUES ($1, $2) ON CONFLICT DO NOTHING"
EMIT = """
INSERT INTO outbox (event_id, topic, key, type, body, source, subject, sequence, time, traceparent)
VALUES ($1, $2, $3, $4, $5, '/candor/intake', $6, 1, $7, $8)
"""
SENDER = "ada.lovelace@customer.example"
TRACE = f"00-{'1f' * 16}-{'2e' * 8}-01"


async def write(connection: Connection, events: Sequence[Event]) -> None:
    """Write the requests that became these events."""
    end = await connection.fetchval(COUNT, len(events))
    numbered = [(f"INC-{end - len(events) + step:06d}", event) for step, event in enumerate(events)]
    now = datetime.now(UTC)
    await connection.executemany(STORE, [(e.id, number, now, e.body.encode()) for number, e in numbered])
    await connection.executemany(JOIN, [(number, SENDER) for number, _ in numbered])
    await connection.executemany(EMIT, [(*e[:5], number, now, TRACE) for number, e in numbered])
