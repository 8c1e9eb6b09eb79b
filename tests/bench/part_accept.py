"""Accepting: what intake alone takes at most, against the bare forms of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.bench import product
from tests.bench.bare_runs import Place, bare
from tests.bench.closed import Saturation, saturate
from tests.bench.load import Target
from tests.bench.report import Aim, Measured, Row
from tests.bench.session import Session
from tests.servers.process import free_port

FORMS = {
    "accept": ("the same rows in asyncpg", Aim("at least", 0.7)),
    "relayed": ("the same, and a relay", None),
    "fastapi": ("FastAPI, nothing stored", Aim("above", 1.0)),
}
"""What the product is held against, and the aim."""


def run(session: Session) -> Measured:
    """Requests per second that were durable before their 202."""
    rows: list[Row] = []
    for number, order in session.rounds():
        forms = [form for who in order for form in (("product",) if who == "product" else FORMS)]
        rows += _rows(number, {form: _quietest(session, number, form) for form in forms})
    return Measured(rows)


def _quietest(session: Session, number: int, form: str) -> Saturation:
    taken = session.quietest(lambda: _measure(session, form), lambda one: one.foreign)
    cost = f"{taken.per_s:.0f}/s, {taken.cpu_ms_per_request:.2f} ms of CPU each"
    session.say(f"accept, round {number + 1}, {form}: {cost}")
    return taken


def _rows(number: int, taken: Mapping[str, Saturation]) -> Iterator[Row]:
    ours = taken["product"]
    for form, (what, aim) in FORMS.items():
        bare_one = taken[form]
        yield Row(
            f"accept_durable, against {what}",
            "requests/s",
            number,
            ours.per_s,
            bare_one.per_s,
            ours.cpu_ms_per_request,
            bare_one.cpu_ms_per_request,
            max(ours.foreign, bare_one.foreign),
            aim,
        )


def _measure(session: Session, form: str) -> Saturation:
    session.clear_kafka()
    with _running(session, form) as target:
        saturate(target, session.length.saturation / 4)
        taken = saturate(target, session.length.saturation)
    if taken.refused:
        session.say(f"accept, {form}: {taken.refused} requests were refused")
    return taken


@contextmanager
def _running(session: Session, form: str) -> Iterator[Target]:
    if form == "product":
        with product.intake(session) as target:
            yield target
        return
    place = Place(session.database("bare"), session.kafka, session.pids, free_port(), free_port())
    with bare(form, place) as running:
        yield running.target
