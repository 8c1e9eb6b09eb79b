"""Why a planned message is not sent after all: what it would say is no longer true, or nobody is helped by it."""

from candor_common.events import Incident, IncidentStatus, MessageKind, Promise, PromiseKind, PromiseState
from candor_notifier.domain.message import Words
from candor_notifier.domain.silence import OWED

OVER = frozenset({IncidentStatus.RESOLVED, IncidentStatus.VERIFIED, IncidentStatus.CLOSED})
"""What is said to work."""
_GONE = {
    IncidentStatus.MERGED: "the incident is part of another now",
    IncidentStatus.CANCELLED: "the incident was cancelled",
}
_NOT_MISSED = {
    PromiseState.KEPT: "the promise turned out to be kept in time",
    PromiseState.WITHDRAWN: "the promise turned out not to apply",
    PromiseState.OPEN: "the promise turned out to be due later",
}
_NOT_AT_RISK = {
    PromiseState.KEPT: "the promise was kept meanwhile",
    PromiseState.WITHDRAWN: "the promise no longer applies",
}
_AUTOMATIC = frozenset(
    {
        MessageKind.ACKNOWLEDGEMENT,
        MessageKind.HANDOVER,
        MessageKind.PRIORITY,
        MessageKind.BREACH_NOTICE,
        MessageKind.NOTHING_NEW,
        MessageKind.REOPENED,
        MessageKind.CLOSED,
        MessageKind.SURVEY,
        MessageKind.NUDGE,
    }
)
"""What may be untrue by the time it could leave. What a person wrote is always sent, and what was merged stays so."""


def why_needless(
    kind: MessageKind, words: Words, incident: Incident | None, as_known: Promise | None
) -> str | None:
    """Why a message is not sent; None when it is.

    A breach may be found out before the fact that kept the promise is heard of. `as_known` is the promise that the
    message is about as it stands now; how it stood before is in the words.
    """
    if words.withheld:
        return words.withheld
    if why := _why_not_of_promise(words, as_known):
        return why
    if incident is None or kind not in _AUTOMATIC or _outlives(words):
        return None
    return _GONE.get(incident.status) or _overtaken(kind, words, incident)


def _outlives(words: Words) -> bool:
    """Whether it is about a promise that stands whatever becomes of the incident."""
    return words.about is not None and words.about.kind in OWED


def _why_not_of_promise(words: Words, as_known: Promise | None) -> str | None:
    if as_known is None:
        return None
    if words.missed:
        return _NOT_MISSED.get(as_known.state)
    return _NOT_AT_RISK.get(as_known.state)


def _overtaken(kind: MessageKind, words: Words, incident: Incident) -> str | None:
    match kind:
        case MessageKind.BREACH_NOTICE if _was_replaced(words.missed, incident):
            return "the customer was told another date before"
        case MessageKind.HANDOVER if incident.team != words.team:
            return "it was handed on since"
        case MessageKind.REOPENED if incident.status in OVER:
            return "it was resolved again before"
        case MessageKind.CLOSED if incident.status is not IncidentStatus.CLOSED:
            return "it was opened again since"
        case MessageKind.SURVEY if _is_open_again(incident):
            return "it was opened again since"
    return None


def _is_open_again(incident: Incident) -> bool:
    """Whether a fix did not hold. What was never opened again is asked about: that it works may not be heard of yet."""
    return incident.reopened > 0 and incident.status not in OVER


def _was_replaced(missed: Promise | None, incident: Incident) -> bool:
    """A date that a person gave in time stands in the place of the target."""
    given = incident.estimate
    return (
        missed is not None
        and missed.kind is PromiseKind.RESOLUTION
        and given is not None
        and given.given_at <= missed.due_at
    )
