"""What is known of an incident, as far as promises depend on it. Facts are only ever added, in any order."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from candor_common.events import MessageKind, PromiseKind, Value
from candor_sla_timer.domain.terms import Terms


class _Known(Value):
    event_id: str
    """A fact that comes twice has the same one."""
    incident_id: str
    at: datetime
    """When it happened, in UTC; not when it was heard of."""
    version: int = 0
    """Which change of the incident it was; 0 for facts that are not changes of the incident itself."""


class Opened(_Known):
    """The incident began."""

    type: Literal["opened"] = "opened"
    awaits_answer: bool
    """False when no person asked: there is nobody to answer."""
    terms: Terms


class NewTerms(_Known):
    """From then on other terms hold, because priority or level are others."""

    type: Literal["terms"] = "terms"
    terms: Terms


class Updated(_Known):
    """A person wrote an update, which may name the date of the next one. It counts once its message has left."""

    type: Literal["updated"] = "updated"
    next_by: datetime | None = None


class Sent(_Known):
    """Words of a person really left. `cause` is the event that they tell about."""

    type: Literal["sent"] = "sent"
    words: MessageKind
    cause: str


class Wrote(_Known):
    """The customer wrote again, and waits for an answer."""

    type: Literal["wrote"] = "wrote"


class Asked(_Known):
    """The customer was asked something, and has the word. Asked again meanwhile, they have it still."""

    type: Literal["asked"] = "asked"


class Resumed(_Known):
    """The wait for the customer is over."""

    type: Literal["resumed"] = "resumed"


class Estimated(_Known):
    """A person named the date by which it works again, or another one."""

    type: Literal["estimated"] = "estimated"
    fixed_by: datetime


class Resolved(_Known):
    """It works again."""

    type: Literal["resolved"] = "resolved"


class Verified(_Known):
    """The fix holds, and the customer knows."""

    type: Literal["verified"] = "verified"


class Reopened(_Known):
    """It does not work after all."""

    type: Literal["reopened"] = "reopened"


class Closed(_Known):
    """The incident is finished, unless it is opened again."""

    type: Literal["closed"] = "closed"


class Merged(_Known):
    """Another incident goes on for this one, with its own promises."""

    type: Literal["merged"] = "merged"


class Cancelled(_Known):
    """There was nothing to be done."""

    type: Literal["cancelled"] = "cancelled"


class Pledged(_Known):
    """Somebody owes the customer something because of an answer to a survey, or somebody else does now."""

    type: Literal["pledged"] = "pledged"
    follow_up_id: str
    revision: int
    """The highest one counts."""
    kind: PromiseKind
    owner: str
    due_at: datetime


class Fulfilled(_Known):
    """What an answer to a survey asked for was done."""

    type: Literal["fulfilled"] = "fulfilled"
    follow_up_id: str


class Missed(_Known):
    """The scheduler found out that a promise was missed. It counts for a date that lies before it."""

    type: Literal["missed"] = "missed"
    promise_id: str


Over = Closed | Merged | Cancelled
"""After these nothing is owed, but for follow-ups."""
Turn = NewTerms | Asked | Resumed | Estimated | Resolved | Verified | Reopened | Over
"""The changes of an incident that promises depend on."""
HistoryFact = Annotated[
    Opened | Turn | Updated | Sent | Wrote | Pledged | Fulfilled | Missed, Field(discriminator="type")
]

TYPES = (
    "opened",
    "terms",
    "updated",
    "sent",
    "wrote",
    "asked",
    "resumed",
    "estimated",
    "resolved",
    "verified",
    "reopened",
    "closed",
    "merged",
    "cancelled",
    "pledged",
    "fulfilled",
    "missed",
)
_FACT: TypeAdapter[HistoryFact] = TypeAdapter(HistoryFact)


def recalled(written: dict[str, Any]) -> HistoryFact:
    """A fact from its fields, as they are kept."""
    return _FACT.validate_python(written)
