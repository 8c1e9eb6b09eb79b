"""What the team reads about an incident, entry by entry, in plain words. Nothing of it goes to a customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from candor_common.events import (
    Channel,
    Contact,
    Fact,
    FollowUpDone,
    FollowUpOpened,
    Message,
    MessageKind,
    MessageState,
    Origin,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
    ReplyReceived,
    RequestReceived,
    SignalReceived,
    SignalStatus,
    Survey,
    SurveyAnswered,
    SurveySkipped,
)
from candor_triage.domain.deeds import deed
from candor_triage.domain.life import CHARTER, Change, Told, shown
from candor_triage.domain.opening import Inbound

_OfPromise: TypeAlias = (
    PromiseMade | PromiseAtRisk | PromiseKept | PromiseBreached | PromiseEscalated | PromiseWithdrawn
)


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
_MESSAGES = {
    MessageKind.PRIORITY: "notice of the new priority",
    MessageKind.NOTHING_NEW: "notice that nothing is new",
    MessageKind.REOPENED: "notice that it is open again",
    MessageKind.CLOSED: "notice that it is closed",
    MessageKind.MERGED: "notice of the merger",
}
"""The kinds that do not name a message by themselves."""


def of_opening(change: Change, request: Inbound) -> Entry:
    """An incident began, and why it was rated so."""
    incident = change.incident
    text = f"Opened as {incident.priority} for {incident.team}; {incident.reason}"
    text += "; a person is to look at it" if incident.unsure else ""
    return Entry(incident.id, "opened", incident.opened_at, writer(request), text)


def of_request(incident_id: str, request: Inbound) -> Entry:
    """Words or a signal that came to an incident which is there already."""
    if isinstance(request, SignalReceived):
        kind, said = _signal_words(request)
        return Entry(incident_id, kind, request.received_at, writer(request), said)
    kind = _KIND_OF_ORIGIN.get(request.origin, "message")
    text = request.text or request.subject_line
    return Entry(incident_id, kind, request.received_at, writer(request), text)


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
    done = deed(fact)
    return Entry(fact.incident.id, done.kind, at, done.by, done.text) if done else None


def of_note(incident_id: str, by: str, text: str, at: datetime) -> Entry:
    """Words for the team. They are no event and never leave the house."""
    return Entry(incident_id, "note", at, by, text)


def of_decision(incident_id: str, by: str, text: str, at: datetime) -> Entry:
    """What was decided, and why. As a note, it never leaves the house."""
    return Entry(incident_id, "decision", at, by, text)


def of_warning(incident_id: str, text: str, at: datetime) -> Entry:
    """Something that nobody did, and that somebody has to look after."""
    return Entry(incident_id, "warning", at, CHARTER, text)


def of_confirmation(incident_id: str, at: datetime) -> Entry:
    """Why words that came after the resolution did not open it again."""
    text = "That reads like a confirmation, so it was not opened again. It confirms nothing by itself: the watch goes on."
    return Entry(incident_id, "reads_confirmed", at, CHARTER, text)


def of_fact(fact: Fact, at: datetime) -> Entry | None:
    """What another service tells about an incident."""
    if isinstance(fact, _OfPromise):
        return _of_promise(fact, at)
    match fact:
        case SurveyAnswered(survey=survey):
            return Entry(fact.subject, "survey_answered", at, _name(survey.recipient), _answer(survey))
        case SurveySkipped(reason=reason):
            return Entry(fact.subject, "survey_skipped", at, "feedback", f"No survey was sent: {reason}")
        case FollowUpOpened(follow_up=one):
            text = f"{one.owner} follows up by {shown(one.due_at)}: {one.about}"
            return Entry(fact.subject, "follow_up_opened", at, "feedback", text)
        case FollowUpDone(follow_up=one):
            told = f"; to the customer: {one.reply}" if one.reply else ""
            text = f"Followed up: {one.answer or one.about}{told}"
            return Entry(fact.subject, "follow_up_done", at, one.owner, text)
    return None


def _of_promise(fact: _OfPromise, at: datetime) -> Entry:
    promise, due = _promise(fact.promise), shown(fact.promise.due_at)
    match fact:
        case PromiseMade():
            told = "promise_made", f"Promised: {promise} by {due}"
        case PromiseAtRisk(share=share, at=passed) if passed and passed < fact.promise.warn_at:
            told = "promise_warned", f"{share or 0:.0%} of its time has passed: {promise}, due {due}"
        case PromiseAtRisk():
            told = "promise_at_risk", f"At risk: {promise}, due {due}"
        case PromiseKept():
            told = "promise_kept", f"Kept: {promise}, due {due}"
        case PromiseBreached():
            why = "; by a change of terms it was due before that" if fact.cause else ""
            told = "promise_breached", f"Missed: {promise}, due {due}{why}"
        case PromiseEscalated(level=level):
            told = "promise_escalated", f"Still not kept: {promise}, due {due}; it is {level}'s turn"
        case PromiseWithdrawn():
            told = "promise_withdrawn", f"No longer applies: {promise}"
    return Entry(fact.subject, told[0], at, "sla-timer", told[1])


def _answer(survey: Survey) -> str:
    score = "no score" if survey.overall is None else f"{survey.overall} of 5"
    score += ", not solved" if survey.solved is False else ""
    return f"{score}: {survey.comment}" if survey.comment else score


def of_message(message: Message, at: datetime) -> Entry:
    """How a message to the customer fares."""
    what = _MESSAGES.get(message.kind) or message.kind.value.replace("_", " ")
    text = f"The {what} to {message.recipient} "
    because = f": {message.reason}" if message.reason else ""
    match message.state:
        case MessageState.DELAYED:
            text += f"waits{because}" + (
                f"; next attempt {shown(message.retry_at)}" if message.retry_at else ""
            )
        case MessageState.REFUSED:
            text += f"was not delivered{because}; it needs another way"
        case MessageState.UNDELIVERED:
            text += f"did not arrive{because}; it needs another way"
        case MessageState.WITHDRAWN:
            text += f"was not sent{because}"
        case _:
            text += "was told on the phone" if message.channel is Channel.PHONE else "was sent"
    return Entry(message.incident_id, f"message_{message.state}", at, "notifier", text)


def _signal_words(signal: SignalReceived) -> tuple[str, str]:
    if signal.status is SignalStatus.RESOLVED:
        return "signal_cleared", f"The signal cleared: {signal.subject_line}"
    return "signal", f"The signal fires: {signal.subject_line}"


def writer(request: Inbound) -> str:
    """Who wrote it, as the team reads it."""
    if isinstance(request, RequestReceived | ReplyReceived):
        return _name(request.sender)
    return "monitoring"


def _name(contact: Contact) -> str:
    return f"{contact.name} <{contact.address}>" if contact.name else contact.address or "unknown sender"


def _promise(promise: Promise) -> str:
    return promise.kind.value.replace("_", " ")
