"""What facts are about, as it stands after a change."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from candor_common.events.kinds import (
    Category,
    Channel,
    Grade,
    IncidentStatus,
    Kind,
    Lane,
    Level,
    MessageKind,
    MessageState,
    Origin,
    Priority,
    PromiseKind,
    PromiseState,
)


class Value(BaseModel):
    """A frozen part of a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _text_without_nul(value: object) -> object:
    return value.replace("\x00", "�") if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text_without_nul)]
"""Words from outside. PostgreSQL can't store NUL, so it is replaced where the text enters."""


class Contact(Value):
    """A person and the address at which they are reached on the channel they used."""

    address: Text
    name: Text | None = None


class Update(Value):
    """Words for the customer, in three parts."""

    doing: Text
    expect: Text
    next_by: datetime | None = None


class Resolution(Value):
    """How an incident was ended, in words for the customer."""

    cause: Text
    done: Text
    checked: Text


class Incident(Value):
    """The unit of work, as it stands after a change. `id` is the one reference that customer and team use."""

    id: str
    version: int
    title: Text
    description: Text
    status: IncidentStatus
    kind: Kind
    category: Category | None = None
    impact: Grade
    urgency: Grade
    priority: Priority
    lane: Lane
    level: Level
    team: str
    owner: str | None = None
    reason: str = ""
    """Which charter rule classified it, and on which words."""
    requester: Contact | None = None
    """Nobody, when a machine reported it."""
    language: str = "en"
    channel: Channel
    origin: Origin = Origin.HUMAN
    """Who wrote first; only a human earns an acknowledgement."""
    signal_key: str | None = None
    opened_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    last_update: Update | None = None
    resolution: Resolution | None = None
    charter_version: str


class Promise(Value):
    """What somebody was told that we will do, and by when, as it stands after a change."""

    id: str
    incident_id: str
    version: int
    kind: PromiseKind
    state: PromiseState
    running: bool = True
    made_at: datetime
    due_at: datetime
    warn_at: datetime
    target: timedelta | None = None
    """The charter's target; nothing when a person gave the date."""
    warned_at: datetime | None = None
    kept_at: datetime | None = None
    breached_at: datetime | None = None
    """When the breach was found out; it is dated `due_at`."""
    priority: Priority
    charter_version: str


class Message(Value):
    """Words on their way to a customer, as they stand after a change."""

    id: str
    incident_id: str
    kind: MessageKind
    state: MessageState
    channel: Channel
    recipient: Text
    message_id: str
    cause_event_id: str
    attempts: int = 0
    planned_at: datetime
    sent_at: datetime | None = None
    retry_at: datetime | None = None
    reason: str | None = None
    """Why it waits or was refused, in the words of the other side."""


class Survey(Value):
    """A question to a customer about how it went, and the answer. Scores run from 1 (poor) to 5 (very good)."""

    id: str
    incident_id: str
    recipient: Contact
    language: str = "en"
    invited_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    overall: int | None = Field(default=None, ge=1, le=5)
    comment: Text | None = None
