"""That a new incident may belong to another one: somebody answered or named that, and takes no part in it.

They get an incident of their own, so that nobody reads along. The team sees both together; no customer sees it.
"""

from dataclasses import replace
from datetime import datetime

from candor_common.events import Incident, Link, LinkKind, RequestReceived
from candor_triage.domain.arrival import Outcome
from candor_triage.domain.life import Change
from candor_triage.domain.opening import Inbound
from candor_triage.domain.timeline import Entry

SEEMS_TO_FOLLOW = "candor.seems_to_follow"
"""The label in which intake names the other incident."""


def seems_to_follow(request: Inbound) -> str | None:
    """The reference of the incident that a request seems to be about."""
    return request.labels.get(SEEMS_TO_FOLLOW) if isinstance(request, RequestReceived) else None


def with_hint(outcome: Outcome, near: Incident, at: datetime) -> Outcome:
    """The outcome with the link and the line in the timeline, if it opens an incident other than the one near it."""
    if outcome.fate != "opened" or outcome.incident_id in (None, near.id):
        return outcome
    opening, *others = outcome.changes
    entry = Entry(opening.incident.id, "possible_follow_up", at, "triage", _words(near))
    return replace(outcome, changes=(_linked(opening, near), *others), entries=(*outcome.entries, entry))


def _linked(opening: Change, near: Incident) -> Change:
    link = Link(incident_id=near.id, kind=LinkKind.RELATED)
    incident = opening.incident.model_copy(update={"links": (*opening.incident.links, link)})
    return Change(incident, opening.fact.model_copy(update={"incident": incident}))


def _words(near: Incident) -> str:
    return f"Possible follow-up of {near.id}, in which the writer takes no part"
