"""What somebody of the house writes back about a customer's incident: a note for the team, and nothing else."""

import pytest

from candor_common.charter import Charter
from candor_common.charter.shape import Content
from candor_common.events import Contact, Incident, Origin, RequestJoined
from candor_triage.domain.arrival import Outcome, receive
from candor_triage.domain.ending import cancel, close, resolve
from candor_triage.domain.work import ask
from tests.unit.triage.builders import FIXED, NOON, a_reply, after, an_incident
from tests.worlds.charters import shipped

ANA = Contact(address="ana@house.example", name="Ana")


@pytest.fixture(scope="module")
def charter() -> Charter:
    content = shipped()
    content["people"] = {
        "ana": {"teams": ["operations"], "contact": "Ana@house.example, +14155550100", "shift": "always"}
    }
    return Charter.of(Content.model_validate(content))


def standing() -> list[Incident]:
    known = an_incident()
    resolved = resolve(known, "bo", FIXED, NOON).incident
    waiting = ask(known, "bo", "Which?", NOON).incident
    return [
        known,
        waiting,
        resolved,
        close(resolved, "bo", NOON)[-1].incident,
        cancel(known, "bo", "x").incident,
    ]


def said(known: Incident, charter: Charter, sender: Contact = ANA, origin: Origin = Origin.HUMAN) -> Outcome:
    words = a_reply(known.id, sender=sender, origin=origin, text="I call them.", received_at=after(days=60))
    return receive(words, known, charter)


@pytest.mark.parametrize("known", standing(), ids=lambda one: one.status.value)
def test_whatever_its_state_it_becomes_a_note_and_changes_nothing(known: Incident, charter: Charter) -> None:
    outcome = said(known, charter)
    [change], [entry] = outcome.changes, outcome.entries
    assert (outcome.fate, outcome.incident_id) == ("joined", known.id)
    assert isinstance(change.fact, RequestJoined)
    assert not change.fact.by_customer
    assert (change.incident.status, change.incident.question) == (known.status, known.question)
    assert (entry.kind, entry.actor, entry.text) == ("note", "Ana <ana@house.example>", "I call them.")


def test_a_colleague_whose_own_request_it_is_writes_as_its_requester(charter: Charter) -> None:
    own = resolve(an_incident(sender=ANA), "bo", FIXED, NOON).incident
    outcome = receive(a_reply(own.id, sender=ANA, received_at=after(hours=1)), own, charter)
    assert [type(change.fact).__name__ for change in outcome.changes] == ["RequestJoined", "IncidentReopened"]


def test_their_automatic_answers_are_no_notes(charter: Charter) -> None:
    [entry] = said(an_incident(), charter, origin=Origin.AUTO_REPLY).entries
    assert entry.kind == "auto_reply"


def test_nobody_becomes_a_colleague_by_a_name_or_a_longer_address(charter: Charter) -> None:
    for address in ("ana@house.example.evil.example", "ana", ""):
        outcome = said(an_incident(), charter, Contact(address=address, name="ana@house.example"))
        assert [entry.kind for entry in outcome.entries] != ["note"]
