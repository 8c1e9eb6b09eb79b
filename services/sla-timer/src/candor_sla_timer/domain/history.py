"""What is known of an incident, as far as promises depend on it. Facts are only ever added, in any order."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from candor_common.events import MessageKind, Priority, Value


class Terms(Value):
    """What the charter said when the incident was opened. An incident is served to its end under these words."""

    charter_version: str
    priority: Priority
    first_response: timedelta | None
    resolution: timedelta | None
    update_every: timedelta
    warn_share: float
    """The share of a promise's time after which it is at risk."""
    renewals: int
    """How many promises of a next update follow one another by themselves."""

    def warn_at(self, made_at: datetime, due_at: datetime) -> datetime:
        """When a promise is at risk; the due time itself when it is not after the time of making."""
        span = due_at - made_at
        return made_at + span * self.warn_share if span > timedelta() else due_at


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


class Updated(_Known):
    """A person wrote an update, which may name the date of the next one. It counts once its message has left."""

    type: Literal["updated"] = "updated"
    next_by: datetime | None = None


class Sent(_Known):
    """Words of a person really left. `cause` is the event that they tell about."""

    type: Literal["sent"] = "sent"
    words: Literal[MessageKind.UPDATE, MessageKind.RESOLUTION]
    cause: str


class Resolved(_Known):
    """It works again."""

    type: Literal["resolved"] = "resolved"


class Reopened(_Known):
    """It does not work after all."""

    type: Literal["reopened"] = "reopened"


class Closed(_Known):
    """The incident is finished."""

    type: Literal["closed"] = "closed"


class Missed(_Known):
    """The scheduler found out that a promise was missed. It counts for a date that lies before it."""

    type: Literal["missed"] = "missed"
    promise_id: str


HistoryFact = Annotated[
    Opened | Updated | Sent | Resolved | Reopened | Closed | Missed, Field(discriminator="type")
]

TYPES = ("opened", "updated", "sent", "resolved", "reopened", "closed", "missed")
_FACT: TypeAdapter[HistoryFact] = TypeAdapter(HistoryFact)


def recalled(written: dict[str, Any]) -> HistoryFact:
    """A fact from its fields, as they are kept."""
    return _FACT.validate_python(written)
