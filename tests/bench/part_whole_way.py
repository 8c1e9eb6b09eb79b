"""The whole way, from the request to the mail received, at rates that do not wait for answers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench import product, trial
from tests.bench.bare_runs import Place, Running, bare
from tests.bench.report import Aim, Measured, Row
from tests.bench.session import Session
from tests.bench.trial import Trial
from tests.servers.process import free_port

MODES = ("embedded", "distributed")
RATES = (50, 100, 300)
HELD = 300
HEAD = ("run", "accepted", "lost", "doubled", "last mail after", "at rest after", "held", "others")
TWICE = Aim("at most", 2.0)

Trials = dict[tuple[str, int], Trial]


@dataclass(frozen=True)
class Run:
    """One mode in one round."""

    mode: str
    number: int
    trials: Trials


def run(session: Session) -> Measured:
    """Latency, CPU, and what was lost, at each rate in both modes."""
    runs: list[Run] = []
    for mode in MODES:
        _heat(session, mode)
        for number, order in session.rounds():
            trials: Trials = {}
            for side in order:
                trials |= _side(session, mode, side, number)
            runs.append(Run(mode, number, trials))
    rows = [row for one in runs for row in _rows(one)]
    return Measured(rows, HEAD, [fact for one in runs for fact in _facts(one)])


def _side(session: Session, mode: str, side: str, number: int) -> Trials:
    found: Trials = {}
    with _running(session, mode, side) as running:
        product.warm(running)
        for rate in RATES:
            seconds = _seconds(session, rate, number)
            found[side, rate] = session.quietest(
                lambda: trial.run(running.target, rate, seconds, number + 1, [running.sink_pid]),  # noqa: B023
                lambda one: one.foreign_cores,
            )
            session.say(f"{mode}, round {number + 1}, {side}, {_shown(found[side, rate])}")
    return found


def _seconds(session: Session, rate: int, number: int) -> float:
    """The highest rate is held for long in the last round."""
    length = session.length
    return length.hold if rate == HELD and number == length.rounds - 1 else length.rate


def _shown(one: Trial) -> str:
    mail, what = one.delivery.mail_ms, one.delivery
    return (
        f"{one.rate:g}/s for {one.seconds:g} s: p50 {mail['p50']:.1f} ms, p99 {mail['p99']:.0f} ms, "
        f"{one.cpu_ms_per_request:.1f} ms of CPU, lost {what.lost}, doubled {what.doubled}"
    )


def _heat(session: Session, mode: str) -> None:
    """A broker that has just started is slower for seconds, whoever comes first."""
    if mode == "distributed":
        with _running(session, mode, "bare") as running:
            trial.run(running.target, 200, session.length.rate, 0, [running.sink_pid])


@contextmanager
def _running(session: Session, mode: str, side: str) -> Iterator[Running]:
    if side == "bare":
        pids = session.pids if mode == "distributed" else {}
        database = session.database("bare") if mode == "distributed" else ""
        with bare(mode, Place(database, session.kafka, pids, free_port(), free_port())) as running:
            yield running
    elif mode == "distributed":
        with product.distributed(session) as running:
            yield running
    else:
        with product.embedded() as (running, _):
            yield running


LATENCIES: Mapping[str, tuple[Callable[[Trial], float], Aim | None]] = {
    "median": (lambda one: one.delivery.mail_ms["p50"], TWICE),
    "p99": (lambda one: one.delivery.mail_ms["p99"], None),
}


def _rows(one: Run) -> Iterator[Row]:
    for rate in RATES:
        ours, theirs = one.trials["product", rate], one.trials["bare", rate]
        foreign = max(ours.foreign_cores, theirs.foreign_cores)
        for name, (latency, aim) in LATENCIES.items():
            yield Row(
                f"{one.mode}, {rate}/s, {name}",
                "ms",
                one.number,
                latency(ours),
                latency(theirs),
                ours.cpu_ms_per_request if aim else None,
                theirs.cpu_ms_per_request if aim else None,
                foreign,
                aim,
            )


def _facts(one: Run) -> Iterator[tuple[str, ...]]:
    for (side, rate), of in sorted(one.trials.items()):
        if rate != HELD:
            continue
        what = of.delivery
        yield (
            f"{one.mode}, {side}, {rate}/s for {of.seconds:g} s, round {one.number + 1}",
            str(what.accepted),
            str(what.lost),
            str(what.doubled),
            f"{what.drain_s:.2f} s",
            "never" if of.rest_s is None else f"{of.rest_s:.2f} s",
            "yes" if of.holds else "**no**",
            f"{of.foreign_cores:.2f}",
        )
