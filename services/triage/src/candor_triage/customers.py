"""What a customer does to an incident on a page of their own. Who may see the page has been checked before.

Each is for `Database.transact`, raises NotFound where there is no such incident, and Refused with the reason where it
is not possible now.
"""

from dataclasses import dataclass

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import Contact, Envelope, Incident
from candor_common.trace import new_trace
from candor_triage import desk, store
from candor_triage.case import found
from candor_triage.customer_words import WORDS
from candor_triage.domain import customer
from candor_triage.domain.arrival import can_be_reopened, can_take
from candor_triage.domain.life import Change, refused
from candor_triage.domain.rules import ENDED, Who
from candor_triage.journal import Journal
from candor_triage.roster import Roster

_NOTHING_LEFT = "nothing comes after it; write to us anew"


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a customer. Equal ids are the same words sent twice."""

    id: str
    text: str
    says_no: bool = False
    """True when they say besides that it is not solved."""


def confirm(transaction: Transaction, reference: str, who: Contact) -> Incident:
    """They say that it works; saying so twice, or when it is verified already, changes nothing."""
    incident = _locked(transaction, reference)
    if incident.verified_at is not None:
        return incident
    return _told(Journal(transaction), customer.confirmed(incident, who, transaction.now))


def not_solved(
    transaction: Transaction, reference: str, who: Contact, reason: str | None, charter: Charter
) -> Incident:
    """They say that it does not work; saying so while it goes on changes nothing, and when it is too late to open it
    again, it opens one that follows."""
    incident = _locked(transaction, reference)
    if incident.reopened and incident.resolved_at is None:
        return incident
    if not can_be_reopened(incident, transaction.now, charter):
        text = reason or WORDS.of(incident.language).not_solved
        return _disputed(transaction, incident, who, Said(f"no:{incident.id}:{incident.resolved_at}", text))
    roster = Roster(transaction.connection, charter, transaction.now)
    return _told(Journal(transaction, roster), customer.not_solved(incident, who, reason))


def add_words(
    transaction: Transaction, reference: str, who: Contact, said: Said, charter: Charter
) -> Incident:
    """They write something more, as by mail: what waits for them goes on, and what is resolved is opened again, or
    followed by a new one.

    Words for an incident that was merged go to the one that goes on, which is not theirs to see.
    """
    incident = target = _locked(transaction, reference)
    while target.merged_into is not None:
        target = _locked(transaction, target.merged_into)
    words = customer.words(target, who, said.text, said.id, transaction.now)
    words = customer.insisting(words) if said.says_no else words
    if target.status in ENDED:
        raise refused(incident, "reopen", _NOTHING_LEFT, Who.CUSTOMER)
    if can_take(target, words, charter):
        envelope = Envelope(said.id, "/candor/triage", transaction.now, new_trace(), words)
        desk.take_in(transaction, [envelope], charter)
    else:
        _disputed(transaction, target, who, said)
    return _locked(transaction, incident.id)


def _locked(transaction: Transaction, reference: str) -> Incident:
    return found(store.led_to(transaction.connection, reference, lock=True), reference)


def _disputed(transaction: Transaction, incident: Incident, who: Contact, said: Said) -> Incident:
    return _told(Journal(transaction), customer.disputed(incident, who, said.id, said.text, transaction.now))


def _told(journal: Journal, change: Change) -> Incident:
    incident = journal.tell(change)
    journal.write()
    return incident
