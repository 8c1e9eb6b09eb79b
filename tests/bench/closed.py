"""Closed-loop load: so many connections that each send the next request once they have the answer to the last.

It finds out how much a server can take; what its latency is then says nothing.
"""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop

from tests.bench import measure
from tests.bench.load import Target, head_of
from tests.bench.pool import Pool, Shot

CONNECTIONS = 32


@dataclass(frozen=True)
class Saturation:
    """What a target takes at most, and what that costs until the last queue behind it is empty."""

    per_s: float
    refused: int
    cpu_ms_per_request: float
    foreign: float


class _Treadmill(Pool):
    """A pool that sends the next request as soon as one was answered."""

    def __init__(self, target: Target, until: float) -> None:
        where = urlsplit(target.url)
        super().__init__(where.hostname or "127.0.0.1", where.port or 80, CONNECTIONS)
        self._head = head_of(target)
        self._target = target
        self._until = until
        self.shots: list[Shot] = []

    def step(self) -> None:
        """Send one more."""
        now = time.monotonic()
        if now >= self._until:
            return
        shot = Shot(f"tok-{len(self.shots):016x}", now)
        self.shots.append(shot)
        body = self._target.body(shot.token)
        self.send(shot, b"%scontent-length: %d\r\n\r\n%s" % (self._head, len(body), body))

    def answered(self) -> None:
        super().answered()
        self.step()


def saturate(target: Target, seconds: float) -> Saturation:
    """Load the target as much as it takes."""
    before = measure.read(target.pids)
    shots, took = uvloop.run(_drive(target, seconds))
    during = measure.between(before, measure.read(target.pids))
    # What was accepted may still be on its way behind the answer, as a relay's copy is.
    measure.at_rest(target.pids)
    cost = measure.between(before, measure.read(target.pids))
    accepted = sum(200 <= shot.status < 300 for shot in shots)
    return Saturation(
        accepted / took, len(shots) - accepted, cost.per_request_ms(accepted), round(during.foreign, 3)
    )


async def _drive(target: Target, seconds: float) -> tuple[list[Shot], float]:
    began = time.monotonic()
    pool = _Treadmill(target, began + seconds)
    await pool.warm(CONNECTIONS)
    for _ in range(CONNECTIONS):
        pool.step()
    await pool.drain(seconds + 30)
    took = time.monotonic() - began
    await pool.close()
    return pool.shots, took
