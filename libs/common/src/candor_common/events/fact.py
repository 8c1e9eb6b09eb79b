"""What an event carries, and what CloudEvents says about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeVar

from candor_common.events.snapshots import Value

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
