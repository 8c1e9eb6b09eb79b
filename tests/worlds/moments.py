"""When something in a story happens: minutes since its beginning."""

from dataclasses import dataclass

SECOND = 1 / 60


@dataclass(frozen=True, slots=True)
class Window:
    """From one minute to another; both are the same for a moment."""

    start: float
    end: float

    def holds(self, minute: float, early: float = SECOND, late: float = SECOND) -> bool:
        return self.start - early <= minute <= self.end + late

    def __str__(self) -> str:
        return f"{self.start:g}" if self.start == self.end else f"{self.start:g} to {self.end:g}"


def at(minute: float, until: float | None = None) -> Window:
    """A moment, or from then on until another."""
    return Window(minute, minute if until is None else until)


def between(start: float, end: float) -> Window:
    return Window(start, end)


def hours(count: float) -> float:
    """So many hours in minutes."""
    return count * 60


def days(count: float) -> float:
    return count * 24 * 60
