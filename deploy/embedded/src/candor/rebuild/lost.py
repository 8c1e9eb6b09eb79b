"""What the topics tell and the databases do not know: it happened after the backup."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from candor_common.events import BY_TYPE, Envelope
from candor_common.feed import Record

_NUMBER = re.compile(r"INC-([0-9]{1,18})")
AFTER = "It was said after the time to which the database was restored, which knows nothing of it"
TAKEN = "Its reference belongs to another request in the restored database; ask the sender to write again"
UNREADABLE = "It can't be read"


@dataclass(slots=True)
class Lost:
    """Events after the backup. What customers wrote can be rescued; the others are parked with whoever had emitted
    them, since what they tell of is no longer so."""

    written: list[Record] = field(default_factory=list)
    parked: dict[str, list[tuple[Record, str]]] = field(default_factory=dict)
    highest: int = 0
    """The highest number of a reference that was handed out."""

    def add(self, record: Record) -> None:
        """Sort one in."""
        self.highest = max(self.highest, number_of(record))
        if record.envelope is None:
            self._park(record, record.problem or UNREADABLE)
        elif record.envelope.fact.topic == "requests":
            self.written.append(record)
        else:
            self._park(record, AFTER)

    @property
    def references(self) -> set[str]:
        """Those under which customers wrote."""
        return {reference_of(one) for one in self.written}

    def rescue(self, taken: Collection[str]) -> list[Envelope[Any]]:
        """What customers wrote, but for those whose reference is somebody else's: they are parked."""
        for record in self.written:
            if reference_of(record) in taken:
                self._park(record, TAKEN)
        self.written = [one for one in self.written if reference_of(one) not in taken]
        return [one.envelope for one in self.written if one.envelope]

    def _park(self, record: Record, reason: str) -> None:
        kind = BY_TYPE.get(record.headers.get("ce_type", ""))
        emitter = kind.emitter if kind else "triage"
        self.parked.setdefault(emitter, []).append((record, reason))


def reference_of(record: Record) -> str:
    """The reference that an event tells of; empty where there is none."""
    fact = record.envelope.fact if record.envelope else None
    return str(getattr(fact, "reference", record.headers.get("ce_subject", "")))


def number_of(record: Record) -> int:
    """The number of the reference that an event tells of; 0 where there is none."""
    found = _NUMBER.fullmatch(reference_of(record))
    return int(found[1]) if found else 0


def highest(records: Sequence[Record]) -> int:
    """The highest number among some events."""
    return max(map(number_of, records), default=0)
