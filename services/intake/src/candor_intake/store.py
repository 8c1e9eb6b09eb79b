"""What intake keeps: every inbound message with its bytes, the threads they form, and who takes part in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import insert_new, save_newer
from candor_common.events import Incident
from candor_intake.domain.conversations import Conversations, parents_of, tokens_of
from candor_intake.domain.inbound import Request
from candor_intake.tables import inbound, incident, metadata, participant, thread

__all__ = [
    "Known",
    "add_messages",
    "add_participants",
    "add_threads",
    "conversations",
    "inbound",
    "incident",
    "known_messages",
    "lead",
    "metadata",
    "note_incidents",
    "original_by_id",
    "participant",
    "request_by_id",
    "thread",
]

# Building a statement costs several times what running it does, so those of every group are built once.
_ADD_MESSAGE = sa.insert(inbound)
_LEAD = (
    sa.update(inbound)
    .where(inbound.c.request_id == sa.bindparam("of"))
    .values(incident_id=sa.bindparam("to"))
)


@dataclass(frozen=True, slots=True)
class Known:
    """A message that was stored before."""

    request_id: str
    reference: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Original:
    """A message as it came in."""

    reference: str | None
    channel: str
    raw: bytes = field(repr=False)


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
        connection.execute(_ADD_MESSAGE, list(rows))


def add_threads(connection: Connection, reference_of: Mapping[str, str]) -> None:
    """Note to which reference mails lead; an id that is known stays where it is."""
    rows = [{"message_id": one, "incident_id": to} for one, to in sorted(reference_of.items())]
    insert_new(connection, thread, rows)


def add_participants(connection: Connection, members: Collection[tuple[str, str]]) -> None:
    rows = [{"incident_id": of, "mailbox": mailbox} for of, mailbox in sorted(members)]
    insert_new(connection, participant, rows)


def lead(connection: Connection, incident_of: Mapping[str, str]) -> None:
    """Note to which incident each request led."""
    rows = [{"of": request_id, "to": incident_id} for request_id, incident_id in incident_of.items()]
    if rows:
        connection.execute(_LEAD, rows)


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


def original_by_id(connection: Connection, request_id: str) -> Original | None:
    """The bytes in which a request came."""
    holder = inbound.alias()
    query = (
        sa.select(
            inbound.c.reference, inbound.c.channel, sa.func.coalesce(inbound.c.raw, holder.c.raw).label("raw")
        )
        .select_from(inbound.outerjoin(holder, holder.c.request_id == inbound.c.raw_in))
        .where(inbound.c.request_id == request_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Original(row.reference, row.channel, row.raw)
