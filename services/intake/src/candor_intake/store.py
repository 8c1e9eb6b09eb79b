"""What intake keeps: every inbound message with its bytes, the threads they form, and who takes part in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import Moment, insert_new, save_newer
from candor_common.events import Incident
from candor_intake.domain.conversations import Conversations, parents_of, tokens_of
from candor_intake.domain.inbound import Request

metadata = sa.MetaData()

inbound = sa.Table(
    "intake_inbound",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("dedup_key", sa.String(300)),
    sa.Column("fingerprint", sa.String(64)),
    sa.Column("reference", sa.String(20)),
    sa.Column("incident_id", sa.String(20)),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("ignored_because", sa.Text),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("raw_in", sa.String(36)),
    sa.UniqueConstraint("source", "dedup_key"),
    sa.Index("intake_inbound_reference", "reference"),
)

thread = sa.Table(
    "intake_thread",
    metadata,
    sa.Column("message_id", sa.String(300), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False),
)

participant = sa.Table(
    "intake_participant",
    metadata,
    sa.Column("incident_id", sa.String(20), primary_key=True),
    sa.Column("mailbox", sa.String(320), primary_key=True),
)

incident = sa.Table(
    "intake_incident",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A message that was stored before."""

    request_id: str
    reference: str | None
    fingerprint: str | None


def known_messages(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """Those of the messages, given as (source, the sender's id), that are stored already."""
    if not keys:
        return {}
    query = sa.select(
        inbound.c.source,
        inbound.c.dedup_key,
        inbound.c.request_id,
        inbound.c.reference,
        inbound.c.fingerprint,
    ).where(
        inbound.c.source.in_({source for source, _ in keys}),
        inbound.c.dedup_key.in_({dedup_key for _, dedup_key in keys}),
    )
    return {
        (row.source, row.dedup_key): Known(row.request_id, row.reference, row.fingerprint)
        for row in connection.execute(query)
    }


def conversations(connection: Connection, requests: Sequence[Request]) -> Conversations:
    """What the conversations are that the requests may belong to."""
    of_message = references_of_messages(connection, parents_of(requests))
    references = {*of_message.values(), *tokens_of(requests)}
    led_to = incidents_of_references(connection, references)
    return Conversations(of_message, led_to, participants(connection, references | {*led_to.values()}))


def references_of_messages(connection: Connection, message_ids: Collection[str]) -> dict[str, str]:
    """The reference to which each of the mails leads."""
    if not message_ids:
        return {}
    query = sa.select(thread.c.message_id, thread.c.incident_id).where(thread.c.message_id.in_(message_ids))
    return {row.message_id: row.incident_id for row in connection.execute(query)}


def incidents_of_references(connection: Connection, references: Collection[str]) -> dict[str, str]:
    """The incident to which each of the references led, as far as it is known."""
    if not references:
        return {}
    query = sa.select(inbound.c.reference, inbound.c.incident_id).where(
        inbound.c.reference.in_(references), inbound.c.incident_id.is_not(None)
    )
    return {row.reference: row.incident_id for row in connection.execute(query)}


def participants(connection: Connection, incident_ids: Collection[str]) -> set[tuple[str, str]]:
    """Who takes part in the incidents, as (incident, mailbox)."""
    if not incident_ids:
        return set()
    query = sa.select(participant.c.incident_id, participant.c.mailbox).where(
        participant.c.incident_id.in_(incident_ids)
    )
    return {(row.incident_id, row.mailbox) for row in connection.execute(query)}


def add_messages(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(inbound), list(rows))


def add_threads(connection: Connection, reference_of: Mapping[str, str]) -> None:
    """Note to which reference mails lead; an id that is known stays where it is."""
    rows = [{"message_id": one, "incident_id": to} for one, to in sorted(reference_of.items())]
    insert_new(connection, thread, rows)


def add_participants(connection: Connection, members: Collection[tuple[str, str]]) -> None:
    rows = [{"incident_id": of, "mailbox": mailbox} for of, mailbox in sorted(members)]
    insert_new(connection, participant, rows)


def lead(connection: Connection, incident_of: Mapping[str, str]) -> None:
    """Note to which incident each request led."""
    statement = (
        sa.update(inbound)
        .where(inbound.c.request_id == sa.bindparam("of"))
        .values(incident_id=sa.bindparam("to"))
    )
    rows = [{"of": request_id, "to": incident_id} for request_id, incident_id in incident_of.items()]
    if rows:
        connection.execute(statement, rows)


def note_incidents(connection: Connection, incidents: Mapping[str, Incident]) -> None:
    """Keep the newest status of incidents; older snapshots change nothing."""
    rows = [{"id": one.id, "version": one.version, "status": one.status.value} for one in incidents.values()]
    save_newer(connection, incident, rows, key="id", version="version")


def request_by_id(connection: Connection, request_id: str) -> RowMapping | None:
    """A stored request, with the incident that it led to and the status of that."""
    query = (
        sa.select(
            inbound.c.request_id,
            inbound.c.reference,
            inbound.c.channel,
            inbound.c.received_at,
            inbound.c.ignored_because,
            inbound.c.incident_id.label("incident"),
            incident.c.status.label("incident_status"),
        )
        .select_from(inbound.outerjoin(incident, incident.c.id == inbound.c.incident_id))
        .where(inbound.c.request_id == request_id)
    )
    return connection.execute(query).mappings().one_or_none()


def raw_by_id(connection: Connection, request_id: str) -> bytes | None:
    """The bytes in which a request came."""
    holder = inbound.alias()
    query = (
        sa.select(sa.func.coalesce(inbound.c.raw, holder.c.raw))
        .select_from(inbound.outerjoin(holder, holder.c.request_id == inbound.c.raw_in))
        .where(inbound.c.request_id == request_id)
    )
    raw: bytes | None = connection.scalar(query)
    return raw
