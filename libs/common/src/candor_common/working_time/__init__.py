"""Working time: how much of it has passed, and when a target of it is used up. Pure; knows no clock.

A `Calendar` says when a team works, a `Target` how much time is meant and in which unit. All instants that come
in are aware, all that go out are in UTC. Pauses are half-open `(start, end)` pairs in any order; where they
overlap they count once, and one whose end is not after its start is no pause. A pause that still lasts has no
end yet, and a due time neither: leave it to the caller what to show meanwhile.

The rules at the edges: what arrives at the closing instant belongs to the next window; what is due at the
closing instant stays there; a target of nothing is due at the next opening.
"""

from candor_common.working_time.calendar import ALWAYS_OPEN, WEEKDAYS, Calendar
from candor_common.working_time.counting import add, changed, due, elapsed, next_opening, part, spans
from candor_common.working_time.intervals import Interval, Pause
from candor_common.working_time.opening import HORIZON
from candor_common.working_time.target import Target, Unit
from candor_common.working_time.window import Window, Windows

__all__ = [
    "ALWAYS_OPEN",
    "HORIZON",
    "WEEKDAYS",
    "Calendar",
    "Interval",
    "Pause",
    "Target",
    "Unit",
    "Window",
    "Windows",
    "add",
    "changed",
    "due",
    "elapsed",
    "next_opening",
    "part",
    "spans",
]
