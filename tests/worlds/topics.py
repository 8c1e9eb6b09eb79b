"""What stands on the topics, read with another client than Candor's own."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from candor_common.topics import PREFIX
from candor_common.wire import Undecodable, decode
from tests.worlds.seen import SeenEvent

PAGE = 1000


class TopicReader:
    """Reads all topics from their beginning on, each call from where the last one ended."""

    passes_over_nonsense = False
    """Whether it is to read on behind what is no event of Candor."""

    def __init__(self, bootstrap: str) -> None:
        settings = {
            "bootstrap.servers": bootstrap,
            "group.id": "tests",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
        }
        self._consumer = Consumer(settings, logger=_silence())
        self._events: list[SeenEvent] = []
        self._topics: set[str] = set()

    def events(self) -> Sequence[SeenEvent]:
        """Everything that has come in so far, in order within each partition."""
        if not self._topics:
            self._assign()
        while found := self._consumer.consume(PAGE, 0.01):
            for one in found:
                if one.error() is None and (event := self._event(one)):
                    self._events.append(event)
        return self._events

    def all_events(self, within: float = 20.0) -> Sequence[SeenEvent]:
        """Everything up to what is the end of each partition now."""
        self.events()
        places = self._consumer.assignment()
        deadline = time.monotonic() + within
        ends = {(one.topic, one.partition): self._end(one, deadline) for one in places}
        while any(at < ends[place] for place, at in self._reached().items()):
            before = len(self._events)
            if len(self.events()) == before:
                self._consumer.poll(0)
        return self._events

    def _event(self, read: Any) -> SeenEvent | None:
        headers = {name: value.decode() for name, value in read.headers() or []}
        try:
            envelope = decode(headers, read.value())
        except Undecodable:
            envelope = None
        assert envelope is not None or self.passes_over_nonsense, headers
        return SeenEvent(f"{read.topic()}/{read.partition()}", read.offset(), envelope) if envelope else None

    def _end(self, place: TopicPartition, deadline: float) -> int:
        """Where a partition ends. A broker that has just come back leads none of them for a moment."""
        while True:
            try:
                end: int = self._consumer.get_watermark_offsets(place, 5)[1]
                return end
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _reached(self) -> dict[tuple[str, int], int]:
        positions = self._consumer.position(self._consumer.assignment())
        return {(one.topic, one.partition): max(one.offset, 0) for one in positions}

    def _assign(self) -> None:
        known = self._consumer.list_topics(timeout=20).topics
        self._topics = {name for name in known if name.startswith(PREFIX)}
        places = [
            TopicPartition(name, number, 0) for name in self._topics for number in known[name].partitions
        ]
        self._consumer.assign(places)

    def close(self) -> None:
        self._consumer.close()


def _silence() -> logging.Logger:
    """Brokers are killed on purpose, and the client would say so many times a second."""
    logger = logging.getLogger("tests.topics")
    logger.propagate, logger.handlers = False, [logging.NullHandler()]
    return logger
