"""For how long the brokers have been silent while a consumer asked them for more."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from aiokafka import AIOKafkaConsumer


class Hearing:
    """A broker that takes what is asked and never answers looks to a consumer like one without news.

    The client notes of each partition when a broker last answered, whether there was anything new or not.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._answers: list[int | None] = []

    def silence(self) -> float:
        """Seconds without an answer; none while nothing is asked."""
        return 0.0 if self._since is None else monotonic() - self._since

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Nothing is asked of the brokers meanwhile, so that they are not missed."""
        before, self._since = self.silence(), None
        try:
            yield
        finally:
            self._since = monotonic() - before

    def listen(self, consumer: AIOKafkaConsumer) -> None:
        """Hear whether anybody has answered since the last time. Who has no partitions has nothing to hear."""
        answers = [consumer.last_poll_timestamp(place) for place in sorted(consumer.assignment())]
        if not answers or answers != self._answers:
            self._answers, self._since = answers, monotonic()
