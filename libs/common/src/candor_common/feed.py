"""The one port between services: where a consumer reads events from.

Two adapters: `embedded.TableFeed` reads the outbox table, `kafka.KafkaFeed` reads the broker.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from candor_common.events import Envelope, Fact
from candor_common.wire import Headers, Undecodable, decode


@dataclass(frozen=True, slots=True)
class Partition:
    """A strand of a topic in which order is kept."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """One event at its place."""

    partition: Partition
    offset: int
    headers: Headers
    value: bytes | None
    """Headers and value are empty in a record that was handed over in memory as an envelope."""
    envelope: Envelope[Fact] | None = None
    """None when the type is unknown to this reader, or when `problem` says why it can't be read."""
    problem: str | None = None

    @property
    def next_offset(self) -> int:
        return self.offset + 1

    @property
    def event_id(self) -> str | None:
        return self.envelope.id if self.envelope else self.headers.get("ce_id")


def record_of(partition: Partition, offset: int, headers: Headers, value: bytes | None) -> Record:
    """Decode what was read; a record that can't be decoded says why instead of raising."""
    try:
        return Record(partition, offset, headers, value, decode(headers, value))
    except Undecodable as error:
        return Record(partition, offset, headers, value, problem=str(error))


Batch = Mapping[Partition, Sequence[Record]]
Positions = Callable[[Iterable[Partition]], Awaitable[Mapping[Partition, int]]]


class Feed(Protocol):
    """Events of some topics, for one subscription."""

    repeats: bool
    """True when an event can come twice under two offsets, as a relay that dies between sending and noting does."""
    rest_factor: float
    """How long to rest after a pass, as a multiple of the pass: events gather meanwhile and travel together."""

    async def start(self, positions: Positions) -> None:
        """Begin to read, each partition from its stored position."""
        ...

    async def read(self) -> Batch:
        """Everything read so far and not given out before; waits until there is something."""
        ...

    async def seek(self, positions: Mapping[Partition, int]) -> None:
        """Forget what was read of these partitions and go on from there."""
        ...

    def assigned(self) -> bool:
        """Whether it knows its share and where to read on, and so begins to read; its share may be nothing. It stays
        so: that shares move between replicas later on is part of normal running."""
        ...

    def lag(self) -> int:
        """About how many events wait to be read."""
        ...

    def idle(self) -> bool:
        """Whether everything that is known of has been given out; false before the first look."""
        ...

    def silence(self) -> float:
        """Seconds since the log was last heard of while it was asked for more; 0 where it can't fall silent."""
        ...

    async def stop(self) -> None: ...
