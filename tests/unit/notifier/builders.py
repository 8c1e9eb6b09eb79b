"""Incidents, promises and due messages for tests of notifier, with defaults that a test overrides where it matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from candor_common.events import (
    Channel,
    Contact,
    CustomerAsked,
    Estimate,
    EstimateGiven,
    FollowUp,
    FollowUpDone,
    Grade,
    Incident,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Kind,
    Lane,
    Level,
    MessageKind,
    Priority,
    PriorityChanged,
    Promise,
    PromiseKind,
    PromiseState,
    Question,
    Resolution,
    Survey,
    SurveyInvited,
    Update,
    WorkaroundGiven,
)
from candor_notifier.compose import Sender
from candor_notifier.domain import planning
from candor_notifier.domain.message import Planned, Words
from candor_notifier.domain.planning import Cause, Desk
from candor_notifier.domain.route import Route
from candor_notifier.store import Due
from candor_notifier.voice import Voice

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LI = Contact(address="li@shop.example", name="Li Wei")
DESK = Desk("help.example", NOON)
SENDER = Sender("support@help.example", "Support")
PAGE = "https://help.example/c/the-page"
TEAMS = {"network": "Network", "storage": "Storage"}
VOICE = Voice("https://help.example", "Asia/Shanghai", "Support", TEAMS)
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
    return due(planning.acknowledgement("opened", fact, DESK), incident, *promises)


def an_update(words: Update, incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident()
    fact = IncidentUpdated(incident=incident, by="ana", update=words)
    return due(planning.update("updated", fact, DESK), incident, *promises)


def a_resolution(words: Resolution = FIXED, incident: Incident | None = None) -> Due:
    incident = incident or an_incident(status=IncidentStatus.RESOLVED)
    fact = IncidentResolved(incident=incident, by="ana", resolution=words)
    return due(planning.resolution("resolved", fact, DESK), incident)


def a_question(text: str = "Which browser is it?", incident: Incident | None = None) -> Due:
    asked = (incident or an_incident()).model_copy(update={"question": Question(text=text, asked_at=NOON)})
    return due(planning.question("asked", CustomerAsked(incident=asked, by="ana"), DESK), asked)


def an_estimate(
    reason: str = "The spare disk is on its way.",
    incident: Incident | None = None,
    *promises: Promise,
    previous: Estimate | None = None,
    **span: float,
) -> Due:
    given = Estimate(fixed_by=after(**span or {"hours": 5}), reason=reason, given_at=NOON)
    incident = (incident or an_incident()).model_copy(update={"estimate": given})
    fact = EstimateGiven(incident=incident, by="ana", previous=previous)
    return due(planning.estimate("estimated", fact, DESK), incident, *promises)


def said_before(**span: float) -> Estimate:
    """An estimate that was given an hour before noon."""
    return Estimate(fixed_by=after(**span), reason="We order a disk.", given_at=after(hours=-1))


def a_handover(incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident(team="storage")
    fact = IncidentEscalated(
        incident=incident, by="ana", previous_level=Level.L1, previous_team="desk", reason="It is a disk."
    )
    return due(planning.handover("escalated", fact, DESK), incident, *promises)


def a_new_priority(
    incident: Incident | None = None,
    *now: Promise,
    before: tuple[Promise, ...] | None = (),
    previous: Priority = Priority.P1,
) -> Due:
    """Of an incident that was less or more urgent before; the promises as they were told, and as they stand now."""
    incident = incident or an_incident(priority=Priority.P4)
    fact = PriorityChanged(incident=incident, by="ana", previous=previous, reason="INTERNAL it is nothing")
    planned = planning.priority("changed", fact, DESK)
    assert planned is not None
    told = replace(planned, words=replace(planned.words, before=before))
    return replace(due(told, incident, *now), retimed=now)


def a_merger(into: str = "INC-000040", incident: Incident | None = None) -> Due:
    merged = {"status": IncidentStatus.MERGED, "merged_into": into}
    incident = (incident or an_incident()).model_copy(update=merged)
    return due(planning.merged("merged", IncidentMerged(incident=incident, by="ana"), DESK), incident)


def an_answer(
    answer: str = "From May on we write within ten minutes.",
    incident: Incident | None = None,
    *promises: Promise,
    **given: Any,
) -> Due:
    """To a suggestion, or whatever is given."""
    incident = incident or an_incident(status=IncidentStatus.CLOSED)
    usual: dict[str, Any] = {
        "id": "f1",
        "incident_id": incident.id,
        "version": 2,
        "kind": PromiseKind.IMPROVEMENT_REPLY,
        "owner": "ana",
        "about": "Write earlier.",
        "opened_at": NOON,
        "due_at": after(days=5),
        "done_at": after(days=1),
        "answer": answer,
    }
    fact = FollowUpDone(follow_up=FollowUp(**usual | given))
    return due(planning.answer("answered", fact, incident, DESK), incident, *promises)


def a_workaround(
    words: str = "Use the second address.", incident: Incident | None = None, *promises: Promise
) -> Due:
    incident = (incident or an_incident()).model_copy(update={"workaround": words})
    fact = WorkaroundGiven(incident=incident, by="ana")
    return due(planning.workaround("worked-around", fact, DESK), incident, *promises)


def a_reopening(incident: Incident | None = None, *promises: Promise) -> Due:
    incident = incident or an_incident(status=IncidentStatus.REOPENED)
    fact = IncidentReopened(incident=incident, by="ana", reason="The page is slow.")
    return due(planning.reopened("reopened", fact, DESK), incident, *promises)


def a_closing(incident: Incident | None = None) -> Due:
    incident = incident or an_incident(status=IncidentStatus.CLOSED)
    return due(planning.closed("closed", IncidentClosed(incident=incident, by="charter"), DESK), incident)


def a_breach_notice(
    missed: Promise, incident: Incident | None = None, *promises: Promise, last: bool = False
) -> Due:
    incident = incident or an_incident()
    return due(planning.breach_notice(missed, incident, DESK, last=last), incident, *promises)


def a_nudge(promise: Promise, incident: Incident | None = None, *, missed: bool = False) -> Due:
    words = Words(missed=promise) if missed else Words(at_risk=promise)
    way = Route(Channel.MAIL, "ana@house.example")
    incident = incident or an_incident()
    return due(planning.planned(Cause("risky", MessageKind.NUDGE, incident.id), way, DESK, words), incident)


def an_invitation(incident: Incident | None = None, **given: Any) -> Due:
    fact = SurveyInvited(survey=a_survey(**given))
    return due(planning.survey("invited", fact, DESK, "the-token"), incident)


def due(planned: Planned | None, incident: Incident | None, *promises: Promise) -> Due:
    assert planned is not None
    words = replace(planned.words, page=PAGE)
    return Due(planned.message, words, "00-trace", incident, promises, (), NOON)


def in_thread(message: Due, *ids: str) -> Due:
    return replace(message, thread=ids)


def of_every_kind(language: str = "en", title: str = "The shop answers with error 502") -> list[Due]:
    """One due message of each kind, with every date that it can name."""
    incident = an_incident(language=language, title=title, owner="Ana")
    done = incident.model_copy(update={"status": IncidentStatus.RESOLVED})
    target = timedelta(hours=1)
    promises = (
        a_promise(target=target),
        a_promise(PromiseKind.RESOLUTION, due_at=after(hours=4), target=target),
    )
    less = tuple(
        one.model_copy(update={"due_at": after(days=1), "priority": Priority.P4}) for one in promises
    )
    words = Update(doing="We replace the switch.", expect="Short breaks.", next_by=after(hours=2))
    missed = a_promise(state=PromiseState.BREACHED, due_at=after(minutes=-1))
    more = a_promise(PromiseKind.NEXT_UPDATE, due_at=after(minutes=30))
    return [
        an_acknowledgement(incident, *promises),
        an_update(words, incident, *promises),
        a_question(incident=incident),
        an_estimate(incident=incident, previous=said_before(hours=3)),
        a_handover(incident.model_copy(update={"team": "storage"}), *promises),
        a_new_priority(incident.model_copy(update={"priority": Priority.P4}), *less, before=promises),
        a_merger(incident=incident),
        a_workaround("Use the second address.", incident, *promises),
        a_breach_notice(missed, incident, more),
        a_breach_notice(missed, incident, last=True),
        a_resolution(incident=done),
        a_reopening(incident, more),
        a_closing(done),
        an_answer(incident=done),
        an_invitation(done, language=language),
    ]
