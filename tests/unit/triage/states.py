"""Incidents at points of their life, and the commands that an open one takes."""

from datetime import datetime

from candor_common.events import (
    Incident,
    Update,
)
from candor_triage.domain.ending import resolve
from candor_triage.domain.work import (
    Estimation,
    acknowledge,
    ask,
    estimate,
)
from tests.unit.triage.builders import CHARTER, FIXED, NOON, after, an_incident

OPEN_COMMANDS = [
    "acknowledge",
    "assign",
    "escalate",
    "update",
    "ask",
    "plan",
    "estimate",
    "workaround",
    "resolve",
    "priority",
    "note",
    "decision",
    "link",
    "merge",
    "cancel",
]
INFRASTRUCTURE = CHARTER.team("infrastructure")


def saying(next_by: datetime | None = None) -> Update:
    return Update(doing="We look at the disk.", expect="It takes an hour.", next_by=next_by)


def in_progress() -> Incident:
    return acknowledge(an_incident(), "ana", after(minutes=5)).incident


def waiting() -> Incident:
    return ask(in_progress(), "ana", "Since when?", after(minutes=6)).incident


def resolved() -> Incident:
    return resolve(in_progress(), "ana", FIXED, after(hours=1)).incident


def estimated(hours: float) -> Incident:
    return estimate(
        in_progress(), "ana", Estimation(after(hours=hours), "A disk is on its way."), NOON
    ).incident
