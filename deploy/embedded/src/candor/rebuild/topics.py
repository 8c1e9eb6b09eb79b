"""Make the topics agree with the databases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor.backup import references
from candor.rebuild import store
from candor.rebuild.lost import Lost
from candor.rebuild.members import Member, opened
from candor_common import kafka_look, outbox
from candor_common.database import Transaction
from candor_common.distributed import kafka_settings
from candor_common.events import Envelope, Incident, IncidentState
from candor_common.feed import Partition
from candor_common.kafka import KafkaSettings, create_topics
from candor_common.settings import Settings
from candor_common.topics import TOPICS
from candor_triage.tables import incident

STATES = "incident-states"
READ = [topic for topic in TOPICS if topic != STATES]
SLACK = timedelta(minutes=30)
"""How far before the last moment that the databases know of the topics are looked through: a transaction that was
under way then may have ended later. Events are kept longer than that, so an id that is missing was never there."""
PAGE = 500
LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done."""

    rescued: int
    parked: int
    again: int
    """Events that are published again, because not all who read them had seen them."""
    states: int
    next_reference: int


async def rebuild(url: str, settings: Settings) -> Rebuilt:
    """Place every subscription at the end of the topics, publish again what was on its way, rescue what customers
    wrote after the backup, and tell today's state of every incident. No service may run meanwhile.

    It can be stopped anywhere and run again. Raises BackupError, KafkaError or what the database says.
    """
    kafka = kafka_settings(settings)
    await create_topics(
        kafka, partitions=settings.kafka_partitions, replication=settings.kafka_replication, limit=LIMIT
    )
    async with opened(url) as members:
        ends = await kafka_look.spans(kafka, [kafka.topic(one) for one in READ])
        lost = await _lost(members, kafka)
        taken = await _named(members, "intake").database.read(partial(references.taken, lost.references))
        rescued = lost.rescue(taken)
        again = await _unconsumed(members)
        for member in members:
            here = {
                one: span.end for one, span in ends.items() if one.topic in map(kafka.topic, member.topics)
            }
            await member.database.transact(partial(_settle, member, here, lost, again[member.name]))
        number = await _rescue(_named(members, "intake"), rescued, lost.highest)
        states = await _tell_states(_named(members, "triage"))
    parked = sum(map(len, lost.parked.values()))
    return Rebuilt(len(rescued), parked, sum(map(len, again.values())), states, number)


def _named(members: Sequence[Member], name: str) -> Member:
    [found] = [one for one in members if one.name == name]
    return found


async def _lost(members: Sequence[Member], kafka: KafkaSettings) -> Lost:
    times = [await one.database.read(store.newest) for one in members]
    newest = max(filter(None, times), default=None)
    since = datetime.fromtimestamp(0, UTC) if newest is None else newest - SLACK
    known: set[str] = set()
    for one in members:
        known |= await one.database.read(lambda connection: store.known(connection, since))
    lost = Lost()
    async for records in kafka_look.since(kafka, [kafka.topic(one) for one in READ], since):
        for record in records:
            if record.event_id not in known and _is_after(record.headers.get("ce_time", ""), since):
                known.add(record.event_id or "")
                lost.add(record)
    return lost


def _is_after(time: str, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(time) >= since
    except ValueError:
        return True


async def _unconsumed(members: Sequence[Member]) -> Mapping[str, list[int]]:
    """By service, the rows of its outbox that were published and not processed by all who read the topic."""
    return {one.name: await _unconsumed_of(one, members) for one in members}


async def _unconsumed_of(member: Member, members: Sequence[Member]) -> list[int]:
    found: list[int] = []
    skipped = await member.database.read(store.refused)
    for page in await member.database.read(lambda connection: list(store.published(connection))):
        rows = [one for one in page if one[2] != STATES and one[1] not in skipped]
        for reader in members:
            asked = {id: position for position, id, topic in rows if topic in reader.topics}
            seen = await reader.database.read(partial(_seen, reader.name, set(asked)))
            found += [position for id, position in asked.items() if id not in seen]
    return sorted(set(found))


def _seen(subscription: str, ids: set[str], connection: Connection) -> set[str]:
    return store.processed(connection, subscription, ids)


def _settle(
    member: Member, ends: Mapping[Partition, int], lost: Lost, again: Sequence[int], transaction: Transaction
) -> None:
    connection = transaction.connection
    store.park(connection, member.name, lost.parked.get(member.name, ()), transaction.now)
    for start in range(0, len(again), store.PAGE):
        store.unpublish(connection, again[start : start + store.PAGE])
    store.place(connection, member.name, ends)


async def _rescue(intake: Member, rescued: Sequence[Envelope[Any]], highest: int) -> int:
    """Publish what customers wrote after the backup, as it was, and give its references to nobody else."""

    def work(transaction: Transaction) -> int:
        outbox.append(transaction.connection, rescued)
        references.raise_to(transaction.connection, highest + 1)
        return references.next_reference(transaction.connection)

    return await intake.database.transact(work)


_PAGE = (
    sa.select(incident.c.id, incident.c.snapshot)
    .where(incident.c.id > sa.bindparam("after"))
    .order_by(incident.c.id)
    .limit(PAGE)
)


async def _tell_states(triage: Member) -> int:
    """Tell how every incident stands today, so that whoever begins to read has the board."""
    told, after = 0, ""
    while page := await triage.database.transact(partial(_tell_page, after)):
        told, after = told + len(page), page[-1]
    return told


def _tell_page(after: str, transaction: Transaction) -> list[str]:
    rows = transaction.connection.execute(_PAGE, {"after": after}).all()
    snapshots: list[Incident] = [row.snapshot for row in rows]
    for one in snapshots:
        transaction.emit(IncidentState(incident=one))
    return [one.id for one in snapshots]
