"""What was promised, said to customers, and answered by them."""

from datetime import datetime
from typing import ClassVar

from candor_common.events.fact import Emitter, Fact, Topic
from candor_common.events.kinds import BreachCause, Level
from candor_common.events.snapshots import FollowUp, Message, Promise, Survey


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
    """A promise nears its due time. Emitted once at each of the charter's warning points; after the last one it is at
    risk."""

    type: ClassVar[str] = "candor.promise.at-risk.v1"
    public: ClassVar[bool] = True

    fired_at: datetime
    share: float | None = None
    """Which warning point: the share of its time that has passed."""
    at: datetime | None = None
    """When it had passed."""


class PromiseKept(_OfPromise):
    """What was promised was done in time."""

    type: ClassVar[str] = "candor.promise.kept.v1"
    public: ClassVar[bool] = True


class PromiseBreached(_OfPromise):
    """A promise was missed: the SLA breach. Emitted once, dated due, with the time at which it was found out."""

    type: ClassVar[str] = "candor.promise.breached.v1"

    fired_at: datetime
    cause: BreachCause | None = None
    """Nothing when its time simply passed."""


class PromiseEscalated(_OfPromise):
    """A promise was missed and is still not kept, and a level's turn has come. Emitted once per level and promise."""

    type: ClassVar[str] = "candor.promise.escalated.v1"

    level: Level
    at: datetime
    """When its turn came."""
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


class MessageWithdrawn(_OfMessage):
    """A message was not sent, because what it would have said turned out not to be true."""

    type: ClassVar[str] = "candor.message.withdrawn.v1"


class MessageUndelivered(_OfMessage):
    """A message had left and did not arrive, as a bounce or the carrier says. It needs another way."""

    type: ClassVar[str] = "candor.message.undelivered.v1"


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


class SurveySkipped(Fact):
    """No survey was sent for a resolution, and why not."""

    type: ClassVar[str] = "candor.survey.skipped.v1"
    topic: ClassVar[Topic] = "feedback"
    emitter: ClassVar[Emitter] = "feedback"

    incident_id: str
    reason: str

    @property
    def key(self) -> str:
        return self.incident_id

    @property
    def subject(self) -> str:
        return self.incident_id


class _OfFollowUp(Fact):
    topic: ClassVar[Topic] = "feedback"
    emitter: ClassVar[Emitter] = "feedback"

    follow_up: FollowUp

    @property
    def key(self) -> str:
        return self.follow_up.incident_id

    @property
    def subject(self) -> str:
        return self.follow_up.incident_id

    @property
    def sequence(self) -> int:
        return self.follow_up.version


class FollowUpOpened(_OfFollowUp):
    """An answer to a survey leads somewhere: somebody will call about a low score, or answer a suggestion."""

    type: ClassVar[str] = "candor.follow-up.opened.v1"


class FollowUpDone(_OfFollowUp):
    """Somebody did what an answer to a survey asked for."""

    type: ClassVar[str] = "candor.follow-up.done.v1"
