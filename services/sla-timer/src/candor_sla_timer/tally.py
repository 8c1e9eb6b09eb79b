"""What operators see of promises in the metrics."""

from collections.abc import Iterable

from candor_common import telemetry
from candor_common.events import PromiseBreached, PromiseKept, PromiseMade
from candor_sla_timer.domain.changes import PromiseFact


def count(facts: Iterable[PromiseFact]) -> None:
    """Count what was made, kept and missed, and how late a miss was found out."""
    for fact in facts:
        kind = fact.promise.kind.value
        match fact:
            case PromiseMade():
                telemetry.promises_made.labels(kind).inc()
            case PromiseKept():
                telemetry.promises_kept.labels(kind).inc()
            case PromiseBreached():
                telemetry.promises_breached.labels(kind).inc()
                late = fact.fired_at - fact.promise.due_at
                telemetry.promise_late_seconds.observe(late.total_seconds())
