"""What a set of processes costs, read from /proc: CPU, memory, idle CPU, time to start."""

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.load import Target

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """CPU seconds so far: of each named process tree, of the bench itself, of the whole machine."""

    at: float
    trees: Mapping[str, float]
    tools: float
    machine: float


@dataclass(frozen=True)
class Cost:
    """What happened between two readings, in CPU seconds; foreign is given in cores."""

    seconds: float
    trees: Mapping[str, float]
    total: float
    foreign: float

    def per_request_ms(self, requests: int) -> float:
        """CPU of all trees per request."""
        return 1000 * self.total / max(1, requests)


def read(pids: Mapping[str, int], tools: Iterable[int] = ()) -> Reading:
    """Read the counters; `tools` are further roots of ours (sink) beside this process."""
    trees = {name: cpu_seconds([pid]) for name, pid in pids.items()}
    # This process is counted alone: its children may be the very trees that are measured.
    own = _times(os.getpid())
    alone = (own[0] + own[1]) / TICK if own else 0.0
    return Reading(time.monotonic(), trees, alone + cpu_seconds(list(tools)), _machine_seconds())


def between(before: Reading, after: Reading) -> Cost:
    """The cost from one reading to the next."""
    trees = {name: after.trees[name] - before.trees[name] for name in before.trees}
    seconds, total = after.at - before.at, sum(trees.values())
    foreign = (after.machine - before.machine - total - (after.tools - before.tools)) / seconds
    return Cost(seconds, trees, total, max(0.0, foreign))


def idle(target: Target, seconds: float = 10.0) -> Cost:
    """What the target uses while nobody asks anything of it."""
    before = read(target.pids)
    time.sleep(seconds)
    return between(before, read(target.pids))


def quiet(target: Target, most: float = 0.15, patience: float = 60.0) -> bool:
    """Wait until others use at most this many cores; False when patience ends first."""
    give_up = time.monotonic() + patience
    while idle(target, 2.0).foreign > most:
        if time.monotonic() > give_up:
            return False
    return True


def at_rest(
    pids: Mapping[str, int], most: float = 0.25, window: float = 0.4, patience: float = 20.0
) -> float | None:
    """Wait until these trees use at most `most` cores: every queue is empty then. Gives the moment at which the
    rest began (CLOCK_MONOTONIC), or None when patience ends first."""
    give_up = time.monotonic() + patience
    before = read(pids)
    while before.at < give_up:
        time.sleep(window)
        after = read(pids)
        if sum(between(before, after).trees.values()) <= most * (after.at - before.at):
            return before.at
        before = after
    return None


def cpu_seconds(roots: Sequence[int]) -> float:
    """User and system time of these trees, children that ended included."""
    ticks = 0
    for pid in tree(roots):
        if times := _times(pid):
            ticks += sum(times)
    return ticks / TICK


def memory_mib(roots: Sequence[int]) -> float:
    """Proportional memory of these trees (shared pages are divided), or resident where Pss is closed."""
    return sum(_memory_kib(pid) for pid in tree(roots)) / 1024


def tree(roots: Sequence[int]) -> set[int]:
    """The roots and all that descend from them."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def resident_mib(root: int) -> float:
    """Resident memory of a tree, as an operator's tools show it: shared pages count in full."""
    return sum(_status_kib(pid, "VmRSS:") for pid in tree([root])) / 1024


def start_until(
    command: Sequence[str],
    ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
    limit: float = 60.0,
    log: Path | None = None,
) -> tuple["subprocess.Popen[bytes]", float]:
    """Start a process; return it with the seconds until the condition held first. It writes to `log`, if given."""
    began = time.monotonic()
    process = start(command, env, log)
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended with {process.returncode} before it was ready")
        if time.monotonic() - began > limit:
            process.kill()
            raise TimeoutError(f"{command[0]} was not ready within {limit} s")
        time.sleep(0.005)
    return process, time.monotonic() - began


def start(
    command: Sequence[str], env: Mapping[str, str] | None = None, log: Path | None = None
) -> "subprocess.Popen[bytes]":
    """Start a process whose output goes to `log`, or to ours."""
    environment = dict(env) if env is not None else None
    if log is None:
        return subprocess.Popen(command, env=environment)
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)


def accepts(target: Target, token: str = "tok-0") -> bool:
    """Whether the target answers one request with 2xx now: the condition of a first 202."""
    where = urlsplit(target.url)
    connection = HTTPConnection(where.hostname or "127.0.0.1", where.port or 80, timeout=5)
    headers = {"content-type": "application/json", **target.headers}
    try:
        connection.request("POST", where.path, target.body(token), headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _times(pid: int) -> tuple[int, int, int, int] | None:
    fields = _stat(pid)
    return (int(fields[11]), int(fields[12]), int(fields[13]), int(fields[14])) if fields else None


def _stat(pid: int) -> list[str]:
    """The fields after the command, which may itself hold blanks and brackets; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _memory_kib(pid: int) -> int:
    return _status_kib(pid, "Pss:", "smaps_rollup") or _status_kib(pid, "VmRSS:")


def _status_kib(pid: int, key: str, name: str = "status") -> int:
    try:
        lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)


def _machine_seconds() -> float:
    """All CPU time that is neither idle nor waiting for the disk, guests counted once."""
    user, nice, system, _, _, *more = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, *more[:3]))) / TICK
