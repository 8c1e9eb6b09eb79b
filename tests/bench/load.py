"""Open-loop load: requests leave at planned moments, and latency counts from the plan.

A generator that waits for answers hides the queue it makes; this one does not wait.
"""

import asyncio
import math
import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.pool import Pool, Shot
from tests.bench.sink import Mail, read_record


@dataclass(frozen=True)
class Target:
    """What is loaded and measured, product or bare: `pids` names the roots of its process trees."""

    name: str
    url: str
    pids: Mapping[str, int]
    body: Callable[[str], bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    sink: Path | None = None
    mails: int = 1


@dataclass(frozen=True)
class Delivery:
    """What became of the shots; latencies in ms from the planned moment (nan when there are none)."""

    accepted: int
    refused: int
    delivered: int
    lost: int
    doubled: int
    delivered_per_s: float
    drain_s: float
    """From the last planned moment to the last mail."""
    accept_ms: dict[str, float]
    mail_ms: dict[str, float]


def plan(rate: float, seconds: float, seed: int) -> list[float]:
    """The Poisson moments of a run, counted from its start; the same seed gives the same ones."""
    chance = random.Random(seed)
    moments, at = [], chance.expovariate(rate)
    while at < seconds:
        moments.append(at)
        at += chance.expovariate(rate)
    return moments


async def drive(target: Target, rate: float, seconds: float, seed: int, connections: int = 256) -> list[Shot]:
    """Fire the plan at the target and wait (at most 30 s) for the answers."""
    where = urlsplit(target.url)
    head = head_of(target)
    pool = Pool(where.hostname or "127.0.0.1", where.port or 80, connections)
    await pool.warm(8)
    shots = await _fire(pool, target, head, plan(rate, seconds, seed))
    await pool.drain(30)
    await pool.close()
    return shots


async def settled(
    record: Path, shots: Sequence[Shot], mails: int = 1, start: int = 0, patience: float = 10.0
) -> list[Mail]:
    """The mails of these shots, once all are there or none has come for `patience` seconds.

    `start` is the size of the record before the run: older mails need not be read again and again.
    """
    tokens = {shot.token for shot in shots if 200 <= shot.status < 300}
    found, changed = _mails(record, start, tokens), time.monotonic()
    while len(found) < len(tokens) * mails and time.monotonic() - changed < patience:
        await asyncio.sleep(0.2)
        before, found = len(found), _mails(record, start, tokens)
        changed = changed if len(found) == before else time.monotonic()
    # A second copy comes later than the first: give it the time to show itself.
    await asyncio.sleep(0.5)
    return _mails(record, start, tokens)


def judge(shots: Sequence[Shot], mails: Sequence[Mail], expected: int = 1) -> Delivery:
    """Join shots and mails; the latency of a request is that of its first mail."""
    accepted = [shot for shot in shots if 200 <= shot.status < 300]
    arrived: dict[str, list[float]] = {}
    for mail in mails:
        arrived.setdefault(mail.token, []).append(mail.received)
    reached = [(shot, min(arrived[shot.token])) for shot in accepted if shot.token in arrived]
    latencies = [at - shot.planned for shot, at in reached]
    planned, last = [shot.planned for shot in shots], max((at for _, at in reached), default=math.nan)
    return Delivery(
        accepted=len(accepted),
        refused=len(shots) - len(accepted),
        delivered=len(reached),
        lost=len(accepted) - len(reached) if expected else 0,
        doubled=sum(len(moments) > expected for moments in arrived.values()),
        delivered_per_s=len(reached) / (last - min(planned, default=0.0)),
        drain_s=last - max(planned, default=0.0),
        accept_ms=spread([shot.answered - shot.planned for shot in accepted]),
        mail_ms=spread(latencies),
    )


def spread(latencies: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99 in ms, and p50 of the first and second half, which shows whether a queue grows."""
    half = len(latencies) // 2
    figures = {f"p{p}": _percentile(latencies, p) for p in (50, 90, 99)}
    return figures | {
        "first_half": _percentile(latencies[:half], 50),
        "second_half": _percentile(latencies[half:], 50),
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    if not values:
        return math.nan
    return round(1000 * sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)], 3)


def _mails(record: Path, start: int, tokens: set[str]) -> list[Mail]:
    return [mail for mail in read_record(record, start) if mail.token in tokens]


async def _fire(pool: Pool, target: Target, head: bytes, moments: Sequence[float]) -> list[Shot]:
    begin = time.monotonic() + 0.05
    shots = [Shot(f"tok-{secrets.token_hex(8)}", begin + moment) for moment in moments]
    for shot in shots:
        body = target.body(shot.token)
        wait = shot.planned - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        pool.send(shot, b"%scontent-length: %d\r\n\r\n%s" % (head, len(body), body))
    return shots


def head_of(target: Target) -> bytes:
    """The head of a request, all but its length."""
    where = urlsplit(target.url)
    named = {"host": where.netloc, "content-type": "application/json"}
    named |= {name.lower(): value for name, value in target.headers.items()}
    lines = [f"POST {where.path or '/'} HTTP/1.1", *(f"{k}: {v}" for k, v in named.items()), ""]
    return "\r\n".join(lines).encode()
