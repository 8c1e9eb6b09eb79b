"""The topics: names, partitions and how long they keep what. The broker is set up from this table and the AsyncAPI
document is written from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from candor_common.events import Topic

PREFIX = "candor."
PARTITIONS = 4
LARGEST_BATCH = 1_048_588
"""Bytes that one append may have. Kafka's own default, said aloud because a larger event is parked by the relay."""


def topic_name(topic: str, prefix: str = PREFIX) -> str:
    """The full name on the broker, for example `candor.incidents.v1`."""
    return f"{prefix}{topic}.v1"


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """How a topic is kept."""

    description: str
    partitions: int = PARTITIONS
    retention: timedelta | None = timedelta(days=7)
    """None keeps the last event of each key for ever: the topic is compacted."""

    @property
    def compacted(self) -> bool:
        return self.retention is None

    @property
    def configuration(self) -> Mapping[str, str]:
        """What the broker is told, under Kafka's names."""
        return {"max.message.bytes": str(LARGEST_BATCH)} | self._cleanup()

    def _cleanup(self) -> dict[str, str]:
        if self.retention is not None:
            return {"cleanup.policy": "delete", "retention.ms": _milliseconds(self.retention)}
        return {
            "cleanup.policy": "compact",
            "min.compaction.lag.ms": _milliseconds(timedelta(days=1)),
            "max.compaction.lag.ms": _milliseconds(timedelta(days=7)),
            "delete.retention.ms": _milliseconds(timedelta(days=7)),
        }


def _milliseconds(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))


TOPICS: Mapping[Topic, TopicSettings] = {
    "requests": TopicSettings("What came in, keyed by conversation."),
    "incidents": TopicSettings("What happened to incidents, keyed by incident."),
    "incident-states": TopicSettings("Each incident as it stands, keyed by incident.", retention=None),
    "promises": TopicSettings("What was promised, kept and missed, keyed by incident."),
    "messages": TopicSettings("What was said to customers, keyed by incident."),
    "feedback": TopicSettings("How it went, keyed by incident."),
}
