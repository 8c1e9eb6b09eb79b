"""Times and lengths in English words, for the explanation of a promise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from candor_common.events import PromiseKind
from candor_common.working_time import Interval

KINDS = {
    PromiseKind.FIRST_RESPONSE: "a first answer",
    PromiseKind.NEXT_UPDATE: "the next word",
    PromiseKind.NEXT_REPLY: "an answer to what the customer wrote",
    PromiseKind.RESOLUTION: "that it works again",
    PromiseKind.ESTIMATE: "that it works again",
    PromiseKind.FOLLOW_UP: "a call about a low score",
    PromiseKind.IMPROVEMENT_REPLY: "an answer to a suggestion",
}
NAMED = 8
"""How many stretches are named one by one."""
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def when(moment: datetime, zone: str) -> str:
    """As `Fri 6 Mar 2026 17:30` on a clock in a zone; with seconds where there are any."""
    local = moment.astimezone(ZoneInfo(zone))
    seconds = ":%S" if local.second or local.microsecond else ""
    return f"{local:%a} {local.day} {local:%b %Y %H:%M{seconds}}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """As `Fri 6 Mar 2026 17:30 to 18:00`; the day of the end is named when it is another."""
    first, last = when(start, zone), when(end, zone)
    same_day = first.rpartition(" ")[0] == last.rpartition(" ")[0]
    return f"{first} to {last.rpartition(' ')[2] if same_day else last}"


def length(of: timedelta) -> str:
    """As `7 h 30 min`, `45 min` or `20 s`; seconds only where there are no hours."""
    minutes, rest = divmod(abs(of), _MINUTE)
    hours, minutes = divmod(minutes, 60)
    seconds = rest // _SECOND if not hours else 0
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "no time"


def addition(runs: Sequence[Interval], zone: str) -> str:
    """The stretches with their lengths; when there are many, the first and how many more."""
    named = [f"{span(*run, zone)} ({length(run.end - run.start)})" for run in runs[:NAMED]]
    more = [f"and {len(runs) - NAMED} more"] if len(runs) > NAMED else []
    return ", ".join([*named, *more]) or "none"
