"""Clocks that differ: promises are told and kept by them."""

from datetime import datetime, timedelta

from candor.doctor.finding import Finding, ok, problem, warning

SOME, MUCH = timedelta(seconds=2), timedelta(seconds=30)


def apart(name: str, theirs: datetime, sent: datetime, answered: datetime, grain: float = 0.0) -> Finding:
    """How far another clock is from ours. It was read between two moments of ours, and tells time in steps of `grain`
    seconds."""
    early, late = sent - timedelta(seconds=grain), answered
    difference = max(early - theirs, theirs - late, timedelta())
    detail = f"{difference.total_seconds():.1f} s from this machine's"
    do = "let both machines set their clocks by NTP"
    if difference > MUCH:
        return problem(name, detail, do)
    return warning(name, detail, do) if difference > SOME else ok(name, detail)
