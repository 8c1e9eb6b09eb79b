"""Shorthand for what a request does to an incident."""

from candor_common.events import Incident
from candor_triage.domain.arrival import Outcome, receive
from candor_triage.domain.ending import resolve
from candor_triage.domain.opening import Inbound
from tests.unit.triage.builders import CHARTER, FIXED, NOON, a_clearing

WITHIN = CHARTER.reopen_within


def received(request: Inbound, known: Incident | None) -> Outcome:
    return receive(request, known, CHARTER)


def resolved(incident: Incident, by: str = "ana") -> Incident:
    return resolve(incident, by, FIXED, NOON).incident


def cleared(incident: Incident) -> Incident:
    return received(a_clearing(received_at=NOON), incident).changes[-1].incident


def facts(outcome: Outcome) -> list[str]:
    return [type(change.fact).__name__ for change in outcome.changes]


def kinds(outcome: Outcome) -> list[str]:
    return [entry.kind for entry in outcome.entries]
