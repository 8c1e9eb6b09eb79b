"""The vocabulary of Candor: every fact that crosses a service boundary.

A fact says what has happened, in the past tense, with the full snapshot of what it is about, so that a
subscriber never has to ask back. Times are aware and in UTC. Readers ignore fields, enum values and types
that they do not know; writers only ever add optional fields. See `docs/events.md` for the generated catalogue.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Value(BaseModel):
    """A frozen part of a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Open(StrEnum):
    """An enumeration whose readers map values of a later version to `unknown` instead of stopping."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls("unknown") if isinstance(value, str) and value != "unknown" else None


class Channel(_Open):
    """The way on which words came in or go out."""

    REST = "rest"
    MAIL = "mail"
    ALERT = "alert"
    UNKNOWN = "unknown"


class Origin(_Open):
    """Who or what wrote an inbound message. Only a human restarts clocks and earns an acknowledgement."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    BOUNCE = "bounce"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Kind(_Open):
    """What an incident is."""

    FAULT = "fault"
    QUESTION = "question"
    CHANGE = "change"
    COMPLAINT = "complaint"
    SECURITY = "security"
    TRAINING = "training"
    COMMERCIAL = "commercial"
    UNKNOWN = "unknown"


class Category(_Open):
    """What is broken, when the incident is a fault."""

    HARDWARE = "system.hardware"
    SOFTWARE = "system.software"
    NETWORK = "system.network"
    APPLICATION = "application"
    DATA = "data"
    OUTAGE = "outage"
    UNKNOWN = "unknown"


class Grade(_Open):
    """A degree of impact or urgency."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


class Priority(_Open):
    """The product of impact and urgency; P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    UNKNOWN = "unknown"


class Lane(_Open):
    """The queue that decides how fast people look."""

    EMERGENCY = "emergency"
    VIP = "vip"
    STANDARD = "standard"
    UNKNOWN = "unknown"


class Level(_Open):
    """The support level that has the incident."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    UNKNOWN = "unknown"


class IncidentStatus(_Open):
    """Where an incident stands in its life."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class PromiseKind(_Open):
    """What was promised. `resolution` is spoken of as a target."""

    FIRST_RESPONSE = "first_response"
    NEXT_UPDATE = "next_update"
    RESOLUTION = "resolution"
    UNKNOWN = "unknown"


class PromiseState(_Open):
    """Whether a promise is still open, and how it ended."""

    OPEN = "open"
    KEPT = "kept"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class MessageKind(_Open):
    """What a message to a customer is for. Only `update` and `resolution` are words of a human."""

    ACKNOWLEDGEMENT = "acknowledgement"
    UPDATE = "update"
    BREACH_NOTICE = "breach_notice"
    RESOLUTION = "resolution"
    SURVEY = "survey"
    UNKNOWN = "unknown"


class MessageState(_Open):
    """Where a message stands: it waits, left, waits for a channel that is away, or was refused for good."""

    PLANNED = "planned"
    SENT = "sent"
    DELAYED = "delayed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class SignalStatus(_Open):
    """Whether a machine reports trouble or its end."""

    FIRING = "firing"
    RESOLVED = "resolved"
    UNKNOWN = "unknown"


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


Topic = Literal["requests", "incidents", "incident-states", "promises", "messages", "feedback"]
Emitter = Literal["intake", "triage", "sla-timer", "notifier", "feedback"]


class Fact(Value):
    """What every event carries: something that has happened. Subclasses are the catalogue."""

    type: ClassVar[str]
    topic: ClassVar[Topic]
    emitter: ClassVar[Emitter]
    public: ClassVar[bool] = False
    """True when it is meant for subscribers outside, so that no service of ours need read it."""

    @property
    def key(self) -> str:
        """What the event is partitioned by: events of one key stay in order."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """The incident that it is about."""
        raise NotImplementedError

    @property
    def sequence(self) -> int:
        """The version of the aggregate after the change; 1 where an aggregate never changes."""
        return 1


class _Inbound(Fact):
    topic: ClassVar[Topic] = "requests"
    emitter: ClassVar[Emitter] = "intake"

    request_id: str
    reference: str
    """The reference that the sender was given for this request."""
    conversation_id: str
    channel: Channel
    origin: Origin
    received_at: datetime
    subject_line: Text
    text: Text
    labels: dict[str, Text] = Field(default_factory=dict)
    message_id: Text | None = None
    """The mail's own id, so that our answers stand in its thread."""

    @property
    def key(self) -> str:
        return self.conversation_id

    @property
    def subject(self) -> str:
        return self.reference


class RequestReceived(_Inbound):
    """Somebody asks for something that belongs to no known incident. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.received.v1"

    sender: Contact
    language: str = "en"
    urgent: bool = False
    """True when the sender says that a service is down or data are at risk."""


class ReplyReceived(_Inbound):
    """A known participant of an incident wrote again. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.replied.v1"

    sender: Contact
    incident_id: str

    @property
    def subject(self) -> str:
        return self.incident_id


class SignalReceived(_Inbound):
    """A machine reports trouble or its end. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.signalled.v1"

    signal_key: str
    """Equal for all signals about the same trouble."""
    status: SignalStatus
    severity: str = ""


class _OfIncident(Fact):
    topic: ClassVar[Topic] = "incidents"
    emitter: ClassVar[Emitter] = "triage"

    incident: Incident

    @property
    def key(self) -> str:
        return self.incident.id

    @property
    def subject(self) -> str:
        return self.incident.id

    @property
    def sequence(self) -> int:
        return self.incident.version


class IncidentOpened(_OfIncident):
    """A request became an incident. Emitted when it was classified and routed."""

    type: ClassVar[str] = "candor.incident.opened.v1"

    request_id: str


class RequestJoined(_OfIncident):
    """A reply, a signal or another request was added to an incident. Its own reference leads there from now on."""

    type: ClassVar[str] = "candor.incident.joined.v1"

    request_id: str
    reference: str


class IncidentAcknowledged(_OfIncident):
    """A person took the incident."""

    type: ClassVar[str] = "candor.incident.acknowledged.v1"

    by: str


class IncidentUpdated(_OfIncident):
    """A person wrote an update for the customer: `incident.last_update`."""

    type: ClassVar[str] = "candor.incident.updated.v1"

    by: str
    update: Update


class IncidentResolved(_OfIncident):
    """A person says that it works again, or the signal that opened the incident was cleared."""

    type: ClassVar[str] = "candor.incident.resolved.v1"

    by: str
    resolution: Resolution


class IncidentReopened(_OfIncident):
    """It does not work after all: the customer wrote again, or the signal came back, after the resolution."""

    type: ClassVar[str] = "candor.incident.reopened.v1"

    by: str


class IncidentClosed(_OfIncident):
    """The incident is finished; what comes after it opens a new one."""

    type: ClassVar[str] = "candor.incident.closed.v1"

    by: str


class IncidentState(_OfIncident):
    """The newest snapshot of an incident, on a compacted topic: a newcomer reads it and has today's board."""

    type: ClassVar[str] = "candor.incident.state.v1"
    topic: ClassVar[Topic] = "incident-states"
    public: ClassVar[bool] = True


class _OfPromise(Fact):
    topic: ClassVar[Topic] = "promises"
    emitter: ClassVar[Emitter] = "sla-timer"

    promise: Promise

    @property
    def key(self) -> str:
        return self.promise.incident_id

    @property
    def subject(self) -> str:
        return self.promise.incident_id

    @property
    def sequence(self) -> int:
        return self.promise.version


class PromiseMade(_OfPromise):
    """A promise was made to the customer. Emitted when the charter or a person sets it."""

    type: ClassVar[str] = "candor.promise.made.v1"


class PromiseAtRisk(_OfPromise):
    """A promise nears its due time. Emitted once, at the charter's warning point."""

    type: ClassVar[str] = "candor.promise.at-risk.v1"
    public: ClassVar[bool] = True

    fired_at: datetime


class PromiseKept(_OfPromise):
    """What was promised was done in time."""

    type: ClassVar[str] = "candor.promise.kept.v1"
    public: ClassVar[bool] = True


class PromiseBreached(_OfPromise):
    """A promise was missed: the SLA breach. Emitted once, dated due, with the time at which it was found out."""

    type: ClassVar[str] = "candor.promise.breached.v1"

    fired_at: datetime


class PromiseWithdrawn(_OfPromise):
    """A promise no longer applies, because what it was about has ended."""

    type: ClassVar[str] = "candor.promise.withdrawn.v1"
    public: ClassVar[bool] = True


class _OfMessage(Fact):
    topic: ClassVar[Topic] = "messages"
    emitter: ClassVar[Emitter] = "notifier"

    message: Message

    @property
    def key(self) -> str:
        return self.message.incident_id

    @property
    def subject(self) -> str:
        return self.message.incident_id


class MessageSent(_OfMessage):
    """A message left: the other side took it."""

    type: ClassVar[str] = "candor.message.sent.v1"


class MessageDelayed(_OfMessage):
    """A message could not leave and is tried again. Emitted at the first failure only."""

    type: ClassVar[str] = "candor.message.delayed.v1"


class MessageRefused(_OfMessage):
    """A message was refused for good, or could not leave for days. It needs another way."""

    type: ClassVar[str] = "candor.message.refused.v1"


class _OfSurvey(Fact):
    topic: ClassVar[Topic] = "feedback"
    emitter: ClassVar[Emitter] = "feedback"

    survey: Survey

    @property
    def key(self) -> str:
        return self.survey.incident_id

    @property
    def subject(self) -> str:
        return self.survey.incident_id


class SurveyInvited(_OfSurvey):
    """A customer shall be asked how it went. Emitted once per resolution."""

    type: ClassVar[str] = "candor.survey.invited.v1"


class SurveyAnswered(_OfSurvey):
    """A customer said how it went."""

    type: ClassVar[str] = "candor.survey.answered.v1"


CATALOGUE: tuple[type[Fact], ...] = (
    RequestReceived,
    ReplyReceived,
    SignalReceived,
    IncidentOpened,
    RequestJoined,
    IncidentAcknowledged,
    IncidentUpdated,
    IncidentResolved,
    IncidentReopened,
    IncidentClosed,
    IncidentState,
    PromiseMade,
    PromiseAtRisk,
    PromiseKept,
    PromiseBreached,
    PromiseWithdrawn,
    MessageSent,
    MessageDelayed,
    MessageRefused,
    SurveyInvited,
    SurveyAnswered,
)
"""Every event type, in the order in which the documents list them."""

BY_TYPE: dict[str, type[Fact]] = {fact.type: fact for fact in CATALOGUE}


FactT = TypeVar("FactT", bound=Fact)
FactT_co = TypeVar("FactT_co", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True)
class Envelope(Generic[FactT_co]):
    """A fact together with what CloudEvents 1.0 says about it: the same on Kafka and in the embedded log."""

    id: str
    """Made once, when the event is written; equal on every redelivery."""
    source: str
    time: datetime
    traceparent: str
    fact: FactT_co

    @property
    def type(self) -> str:
        return self.fact.type

    @property
    def key(self) -> str:
        return self.fact.key

    @property
    def subject(self) -> str:
        return self.fact.subject
