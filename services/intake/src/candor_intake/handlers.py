"""What intake learns from the others: which incident a request led to, the ids of mail that was sent, and what customers
said elsewhere that needs a reference of its own."""

from collections.abc import Sequence
from typing import Any

from candor_common.charter.contacts import answering
from candor_common.database import Transaction
from candor_common.events import (
    Channel,
    Envelope,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentDisputed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageKind,
    MessageSent,
    Origin,
    RequestJoined,
)
from candor_common.service import Context, Subscriptions
from candor_intake import store, unverified_store
from candor_intake.accept import accept
from candor_intake.directory import Directory
from candor_intake.domain.conversations import member_key, message_key
from candor_intake.domain.customer import unverified_of
from candor_intake.domain.inbound import Request
from candor_intake.placed import Posted

SURVEY = "survey"
"""Whose ids those of the words are that were said in surveys."""


def follow_incidents(transaction: Transaction, events: Sequence[Envelope[Any]], _context: Context) -> None:
    """Keep what the status of a request needs, its incident and how that stands; and who wrote and is not known."""
    facts = [event.fact for event in events]
    led = [fact for fact in facts if isinstance(fact, IncidentOpened | RequestJoined)]
    store.lead(transaction.connection, {fact.request_id: fact.incident.id for fact in led})
    newest = {fact.incident.id: fact.incident for fact in sorted(facts, key=lambda fact: fact.sequence)}
    store.note_incidents(transaction.connection, newest)
    opened = (unverified_of(fact.incident) for fact in facts if isinstance(fact, IncidentOpened))
    unverified_store.note(transaction.connection, [one for one in opened if one])


def remember_sent_mail(
    transaction: Transaction, events: Sequence[Envelope[MessageSent]], context: Context
) -> None:
    """Keep the ids of mail that left, so that an answer finds its incident; and that of a colleague who was nudged, who
    takes part from then on."""
    sent = [event.fact.message for event in events if event.fact.message.channel is Channel.MAIL]
    incident_of = {message_key(one.message_id): one.incident_id for one in sent}
    store.add_threads(transaction.connection, incident_of)
    nudged = [one for one in sent if one.kind is MessageKind.NUDGE]
    colleagues = {
        (one.incident_id, member_key(address))
        for one in nudged
        for address in answering(context.charter, one.recipient)
        if "@" in address
    }
    store.add_participants(transaction.connection, colleagues)


def take_words(
    transaction: Transaction, events: Sequence[Envelope[IncidentDisputed]], _context: Context
) -> None:
    """Give what customers said in a survey, too late to open their incident again, a reference as a reply has one."""
    accept(Directory(), transaction, [_words(event) for event in events])


def _words(event: Envelope[IncidentDisputed]) -> Posted:
    said = event.fact
    request = Request(
        sender=said.by,
        subject_line=said.incident.title,
        text=said.text,
        channel=Channel.FORM,
        origin=Origin.HUMAN,
        language=said.incident.language,
    )
    return Posted(
        source=SURVEY,
        channel=Channel.FORM,
        inbound=request,
        dedup_key=said.request_id,
        content_type="text/plain; charset=utf-8",
        raw=said.text.encode("utf-8", "replace"),
        traceparent=event.traceparent,
        request_id=said.request_id,
        continues=said.incident.id,
    )


subscriptions: Subscriptions = {
    IncidentOpened: follow_incidents,
    RequestJoined: follow_incidents,
    IncidentAcknowledged: follow_incidents,
    IncidentUpdated: follow_incidents,
    IncidentResolved: follow_incidents,
    IncidentReopened: follow_incidents,
    IncidentDisputed: take_words,
    IncidentClosed: follow_incidents,
    MessageSent: remember_sent_mail,
}
