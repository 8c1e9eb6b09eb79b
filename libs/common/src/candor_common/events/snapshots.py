"""What facts are about, as it stands after a change."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from candor_common.events.kinds import (
    BreachCause,
    Category,
    Channel,
    Grade,
    IncidentStatus,
    Kind,
    Lane,
    Level,
    LinkKind,
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
    zone: str | None = None
    """The IANA zone in which times are told; the house's own when it is not known."""


class Attachment(Value):
    """A file that came with a request. It is fetched from intake by its digest."""

    name: Text
    content_type: str
    """What the content is, by its first bytes; not what the sender called it."""
    size: int
    """In bytes."""
    sha256: str


class Update(Value):
    """Words for the customer, in three parts."""

    doing: Text
    expect: Text
    next_by: datetime | None = None
    by_phone: bool = False
    """The customer has heard them on the phone, so that nothing is sent."""


class Question(Value):
    """What the customer was asked, and since when the incident waits for the answer."""

    text: Text
    asked_at: datetime


class Plan(Value):
    """How it is to be solved: the steps, who takes them, and when."""

    what: Text
    who: Text
    timetable: Text


class Estimate(Value):
    """When a person thinks that it will work again, and why then. It replaces the charter's target."""

    fixed_by: datetime
    reason: Text
    given_at: datetime


class Link(Value):
    """Another incident that belongs to this one."""

    incident_id: str
    kind: LinkKind


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
    second: str | None = None
    """Who was asked to help; the owner stays the owner."""
    touched: bool = False
    """True once a person did something about it: from then on no signal ends it."""
    reason: str = ""
    """Which charter rule classified it, and on which words."""
    unsure: bool = False
    """True when the rules did not speak clearly and a person should look at the classification."""
    customer: Text | None = None
    """The organisation of the requester, where it is known."""
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
    verified_at: datetime | None = None
    """When the fix was confirmed by the customer or a person, or its watch was over."""
    closed_at: datetime | None = None
    last_update: Update | None = None
    question: Question | None = None
    plan: Plan | None = None
    estimate: Estimate | None = None
    workaround: Text | None = None
    resolution: Resolution | None = None
    merged_into: str | None = None
    links: tuple[Link, ...] = ()
    reopened: int = 0
    """How often it was opened again."""
    charter_version: str


class Promise(Value):
    """What somebody was told that we will do, and by when, as it stands after a change."""

    id: str
    incident_id: str
    version: int
    kind: PromiseKind
    state: PromiseState
    running: bool = True
    """False while its clock is paused: then `due_at` is what it would be if it ran on now."""
    made_at: datetime
    due_at: datetime
    warn_at: datetime
    target: timedelta | None = None
    """The charter's target; nothing when a person gave the date."""
    calendar: str | None = None
    """The calendar whose working time counts; nothing for time on the clock."""
    owner: str | None = None
    """Who keeps it, where that is not the incident's owner."""
    warned_at: datetime | None = None
    warned_share: float | None = None
    """Of the charter's warning points, the last that was told: which share of its time had passed."""
    kept_at: datetime | None = None
    breached_at: datetime | None = None
    """When the breach was found out; it is dated `due_at`."""
    breach_cause: BreachCause | None = None
    escalated_to: Level | None = None
    """The last level whose turn came, because it was missed and still not kept."""
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
    """Why it waits, was refused or did not arrive, in the words of the other side; or why it was withdrawn, in ours."""


class Survey(Value):
    """A question to a customer about how it went, and the answer. Scores run from 1 (poor) to 5 (very good)."""

    id: str
    incident_id: str
    recipient: Contact
    language: str = "en"
    invited_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    speed: int | None = Field(default=None, ge=1, le=5)
    solution: int | None = Field(default=None, ge=1, le=5)
    manner: int | None = Field(default=None, ge=1, le=5)
    """How professional it was."""
    overall: int | None = Field(default=None, ge=1, le=5)
    solved: bool | None = None
    """False when the customer says that it is not solved."""
    comment: Text | None = None


class FollowUp(Value):
    """What a survey's answer leads to, as it stands after a change."""

    id: str
    incident_id: str
    version: int
    kind: PromiseKind
    """`follow_up` for a low score, `improvement_reply` for a suggestion."""
    owner: str
    """Who does it: a person, or the team as long as nobody took it."""
    about: Text
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    answer: Text | None = None
    """To a suggestion: what the customer is written. Else: what was done, in words for the team."""
    reply: Text | None = None
    """What the customer is written after a low score, where somebody wrote to them."""
