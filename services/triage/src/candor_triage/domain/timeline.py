"""What the team reads about an incident, entry by entry, in plain words. Nothing of it goes to a customer."""

from dataclasses import dataclass
from datetime import UTC, datetime

from candor_common.events import (
    Contact,
    Fact,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    Message,
    MessageKind,
    MessageState,
    Origin,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
    ReplyReceived,
    RequestReceived,
    SignalReceived,
    SignalStatus,
    SurveyAnswered,
    Update,
)
from candor_triage.domain.incident import Change, Inbound, Told


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's history. `at` is aware and in UTC."""

    incident_id: str
    kind: str
    at: datetime
    actor: str
    text: str


_KIND_OF_ORIGIN = {
    Origin.HUMAN: "reply",
    Origin.AUTO_REPLY: "auto_reply",
    Origin.BULK: "bulk",
    Origin.BOUNCE: "bounce",
}


def of_opening(change: Change, request: Inbound) -> Entry:
    """An incident began, and why it was rated so."""
    incident = change.incident
    text = f"Opened as {incident.priority} for {incident.team}; {incident.reason}"
    return Entry(incident.id, "opened", incident.opened_at, _writer(request), text)


def of_request(incident_id: str, request: Inbound) -> Entry:
    """Words or a signal that came to an incident which is there already."""
    if isinstance(request, SignalReceived):
        kind, said = _signal_words(request)
        return Entry(incident_id, kind, request.received_at, _writer(request), said)
    kind = _KIND_OF_ORIGIN.get(request.origin, "message")
    text = request.text or request.subject_line
    return Entry(incident_id, kind, request.received_at, _writer(request), text)


def of_follow_up(old: str, new: str, at: datetime) -> tuple[Entry, Entry]:
    """The two ends of the link between an incident that was over and the one that came after it."""
    return (
        Entry(
            old, "followed_up", at, "triage", f"The customer wrote again, too late to reopen this; see {new}"
        ),
        Entry(new, "follows", at, "triage", f"Follows {old}, which was over for too long to be reopened"),
    )


def of_change(fact: Told, at: datetime) -> Entry | None:
    """What somebody did to an incident; nothing for what came in, which `of_request` and `of_opening` tell."""
    told = _told(fact)
    return Entry(fact.incident.id, told[0], at, told[1], told[2]) if told else None


def of_fact(fact: Fact, at: datetime) -> Entry | None:
    """What another service tells about an incident."""
    match fact:
        case PromiseMade(promise=promise):
            told = "promise_made", f"Promised: {_promise(promise)} by {_time(promise.due_at)}"
        case PromiseAtRisk(promise=promise):
            told = "promise_at_risk", f"At risk: {_promise(promise)}, due {_time(promise.due_at)}"
        case PromiseKept(promise=promise):
            told = "promise_kept", f"Kept: {_promise(promise)}, due {_time(promise.due_at)}"
        case PromiseBreached(promise=promise):
            told = "promise_breached", f"Missed: {_promise(promise)}, due {_time(promise.due_at)}"
        case PromiseWithdrawn(promise=promise):
            told = "promise_withdrawn", f"No longer applies: {_promise(promise)}"
        case SurveyAnswered(survey=survey):
            score = "no score" if survey.overall is None else f"{survey.overall} of 5"
            said = f"{score}: {survey.comment}" if survey.comment else score
            return Entry(fact.subject, "survey_answered", at, _name(survey.recipient), said)
        case _:
            return None
    return Entry(fact.subject, told[0], at, "sla-timer", told[1])


def of_message(message: Message, at: datetime) -> Entry:
    """How a message to the customer fares."""
    what = "breach notice" if message.kind is MessageKind.BREACH_NOTICE else message.kind.value
    text = f"The {what} to {message.recipient} "
    because = f": {message.reason}" if message.reason else ""
    match message.state:
        case MessageState.DELAYED:
            text += f"waits{because}" + (
                f"; next attempt {_time(message.retry_at)}" if message.retry_at else ""
            )
        case MessageState.REFUSED:
            text += f"was not delivered{because}; it needs another way"
        case _:
            text += "was sent"
    return Entry(message.incident_id, f"message_{message.state}", at, "notifier", text)


def _told(fact: Told) -> tuple[str, str, str] | None:
    match fact:
        case IncidentAcknowledged(by=by):
            return "acknowledged", by, "Took the incident"
        case IncidentUpdated(by=by, update=words):
            return "updated", by, _update(words)
        case IncidentResolved(by=by, resolution=how):
            return "resolved", by, f"Cause: {how.cause}\nDone: {how.done}\nChecked: {how.checked}"
        case IncidentReopened(by=by):
            return "reopened", by, "Opened again"
        case IncidentClosed(by=by):
            return "closed", by, "Closed"
    return None


def _update(words: Update) -> str:
    lines = [f"Doing: {words.doing}", f"Expect: {words.expect}"]
    return "\n".join(lines + ([f"Next word by {_time(words.next_by)}"] if words.next_by else []))


def _signal_words(signal: SignalReceived) -> tuple[str, str]:
    if signal.status is SignalStatus.RESOLVED:
        return "signal_cleared", f"The signal cleared: {signal.subject_line}"
    return "signal", f"The signal fires: {signal.subject_line}"


def _writer(request: Inbound) -> str:
    if isinstance(request, RequestReceived | ReplyReceived):
        return _name(request.sender)
    return "monitoring"


def _name(contact: Contact) -> str:
    return f"{contact.name} <{contact.address}>" if contact.name else contact.address or "unknown sender"


def _promise(promise: Promise) -> str:
    return promise.kind.value.replace("_", " ")


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
