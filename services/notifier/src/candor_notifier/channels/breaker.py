"""Stops trying for a while when the other side is away, and lets one go first when the while is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from candor_common.clock import Clock

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)


class Breaker:
    """After a failure nothing is tried for a pause of 1 s, twice as long after each further one, 60 s at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pause = FIRST_PAUSE
        self._until: datetime | None = None
        self._probing = False
        self.reason = ""
        """What went wrong last; empty when all is well."""

    def allows(self) -> bool:
        """Whether to try now: always while all is well, else only the first one after the pause."""
        return not self.reason or (self._over() and not self._probing)

    @contextmanager
    def probe(self) -> Iterator[None]:
        """While something is away, others wait for the outcome of this try."""
        first = bool(self.reason)
        self._probing = self._probing or first
        try:
            yield
        finally:
            if first:
                self._probing = False

    def failed(self, reason: str) -> None:
        """Tries that were under way together count as one failure."""
        self.reason = reason
        if self._over():
            self._until = self._clock.now() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def worked(self) -> None:
        self._pause, self._until, self.reason = FIRST_PAUSE, None, ""

    def _over(self) -> bool:
        # A clock that was set back must not make the pause longer.
        left = self._until - self._clock.now() if self._until else timedelta()
        return left <= timedelta() or left > LONGEST_PAUSE
