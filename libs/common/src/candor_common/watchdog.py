"""Whether the loops of a process still turn."""

from datetime import datetime, timedelta

from candor_common.clock import Clock


class Watchdog:
    """Notices tasks that no longer turn, by their beats."""

    def __init__(self, clock: Clock, limit: timedelta = timedelta(seconds=60)) -> None:
        self._clock, self._limit = clock, limit
        self._due: dict[str, datetime | None] = {}

    def beat(self, name: str, pause: timedelta = timedelta(0)) -> None:
        """The task turns, and may rest for `pause` before it turns again."""
        self._due[name] = self._clock.now() + pause + self._limit

    def rest(self, name: str) -> None:
        """The task waits for something that may take any time; it is not missed before its next beat."""
        self._due[name] = None

    def stale(self) -> list[str]:
        """The tasks that should have turned by now."""
        now = self._clock.now()
        return sorted(name for name, due in self._due.items() if due is not None and due < now)
