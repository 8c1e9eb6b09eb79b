"""Promises drawn as strips of their time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from candor_common.charter import Charter
from candor_common.events import Promise
from candor_common.working_time import Pause
from candor_triage.domain.strip import Strip, strip
from candor_triage.domain.timeline import Entry


@dataclass(frozen=True, slots=True)
class Drawn:
    """A promise with its strip."""

    promise: Promise
    strip: Strip


def drawn(
    promises: Sequence[Promise], entries: Sequence[Entry], charter: Charter, now: datetime
) -> list[Drawn]:
    """The promises with their strips, the next due first."""
    pauses = pauses_of(entries, now)
    return [
        Drawn(
            one,
            strip(one, now, charter.calendar(one.calendar) if one.calendar else None, _apply(one, pauses)),
        )
        for one in promises
    ]


def pauses_of(entries: Sequence[Entry], now: datetime) -> list[Pause]:
    """When the incident waited for its customer, as the timeline tells."""
    found: list[Pause] = []
    began: datetime | None = None
    for one in entries:
        if one.kind == "asked":
            began = began or one.at
        elif began and one.kind in ("resumed", "resolved", "cancelled", "merged"):
            found, began = [*found, (began, one.at)], None
    return [*found, (began, now)] if began and began < now else found


def _apply(promise: Promise, pauses: Sequence[Pause]) -> list[Pause]:
    """A first answer never waits for the customer."""
    return [] if promise.kind.value in ("first_response", "follow_up", "improvement_reply") else list(pauses)
