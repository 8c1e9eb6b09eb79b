"""Incidents, promises and due messages for tests of notifier, with defaults that a test overrides where it matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from candor_common.events import (
    Channel,
    Contact,
    Grade,
    Incident,
    IncidentOpened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Kind,
    Lane,
    Level,
    Priority,
    Promise,
    PromiseKind,
    PromiseState,
    Resolution,
    Survey,
    SurveyInvited,
    Update,
)
from candor_notifier.compose import Sender
from candor_notifier.domain import message
from candor_notifier.domain.message import Desk, Planned
from candor_notifier.letters import Voice
from candor_notifier.store import Due

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LI = Contact(address="li@shop.example", name="Li Wei")
DESK = Desk("help.example", NOON)
SENDER = Sender("support@help.example", "Support")
VOICE = Voice("https://help.example", "Asia/Shanghai", "Support", {"network": "Network"})
FIXED = Resolution(cause="A full disk.", done="Old logs were removed.", checked="The page loads again.")
LANGUAGES = ("en", "zh-Hans", "zh-Hant")


def after(**span: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(**span)


def an_incident(reference: str = "INC-000042", **given: Any) -> Incident:
    usual: dict[str, Any] = {
        "id": reference,
        "version": 1,
        "title": "The shop answers with error 502",
        "description": "Since 14:02 all pages fail.",
        "status": IncidentStatus.OPEN,
        "kind": Kind.FAULT,
        "impact": Grade.HIGH,
        "urgency": Grade.HIGH,
        "priority": Priority.P1,
        "lane": Lane.STANDARD,
        "level": Level.L1,
        "team": "network",
        "requester": LI,
        "channel": Channel.MAIL,
        "opened_at": NOON,
        "charter_version": "c1",
    }
    return Incident(**usual | given)


def a_promise(
    kind: PromiseKind = PromiseKind.FIRST_RESPONSE, reference: str = "INC-000042", **given: Any
) -> Promise:
    usual: dict[str, Any] = {
        "id": f"{kind.value} of {reference}",
        "incident_id": reference,
        "version": 1,
        "kind": kind,
        "state": PromiseState.OPEN,
        "made_at": NOON,
        "due_at": after(hours=1),
        "warn_at": after(minutes=45),
        "priority": Priority.P1,
        "charter_version": "c1",
    }
    return Promise(**usual | given)


def a_survey(reference: str = "INC-000042", **given: Any) -> Survey:
    usual: dict[str, Any] = {
        "id": f"survey of {reference}",
        "incident_id": reference,
        "recipient": LI,
        "invited_at": NOON,
        "expires_at": after(days=14),
    }
    return Survey(**usual | given)


def an_acknowledgement(incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident()
    fact = IncidentOpened(incident=incident, request_id="request-1")
    return due(message.acknowledgement("opened", fact, DESK), incident, *promises)


def an_update(words: Update, incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident()
    fact = IncidentUpdated(incident=incident, by="ana", update=words)
    return due(message.update("updated", fact, DESK), incident, *promises)


def a_resolution(words: Resolution = FIXED, incident: Incident | None = None) -> Due:
    incident = incident or an_incident(status=IncidentStatus.RESOLVED)
    fact = IncidentResolved(incident=incident, by="ana", resolution=words)
    return due(message.resolution("resolved", fact, DESK), incident)


def a_breach_notice(missed: Promise, incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident()
    return due(message.breach_notice(missed, incident, DESK), incident, *promises)


def an_invitation(incident: Incident | None = None, **given: Any) -> Due:
    fact = SurveyInvited(survey=a_survey(**given))
    return due(message.survey("invited", fact, DESK, "the-token"), incident)


def due(planned: Planned | None, incident: Incident | None, *promises: Promise) -> Due:
    assert planned is not None
    return Due(planned.message, planned.words, "00-trace", incident, promises, (), NOON)


def in_thread(message: Due, *ids: str) -> Due:
    return replace(message, thread=ids)


def of_every_kind(language: str = "en", title: str = "The shop answers with error 502") -> list[Due]:
    """One due message of each kind, with every date that it can name."""
    incident = an_incident(language=language, title=title, owner="Ana")
    done = incident.model_copy(update={"status": IncidentStatus.RESOLVED})
    promises = (a_promise(), a_promise(PromiseKind.RESOLUTION, due_at=after(hours=4)))
    words = Update(doing="We replace the switch.", expect="Short breaks.", next_by=after(hours=2))
    missed = a_promise(state=PromiseState.BREACHED, due_at=after(minutes=-1))
    return [
        an_acknowledgement(incident, *promises),
        an_update(words, incident, *promises),
        a_breach_notice(missed, incident, a_promise(PromiseKind.NEXT_UPDATE, due_at=after(minutes=30))),
        a_resolution(incident=done),
        an_invitation(done, language=language),
    ]
