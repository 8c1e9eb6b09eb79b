"""Promises for tests of the pages."""

from datetime import timedelta
from typing import Any

from candor_common.events import Priority, Promise, PromiseKind, PromiseState
from candor_triage import promise_view
from candor_triage.domain.board import Pledge
from tests.unit.triage.builders import NOON


def a_promise(id: str = "p1", incident_id: str = "INC-000001", **given: Any) -> Promise:
    """The promise of a first answer, made at noon and due an hour later."""
    usual: dict[str, Any] = {
        "version": 1,
        "kind": PromiseKind.FIRST_RESPONSE,
        "state": PromiseState.OPEN,
        "made_at": NOON,
        "due_at": NOON + timedelta(hours=1),
        "warn_at": NOON + timedelta(minutes=45),
        "priority": Priority.P1,
        "charter_version": "0123456789ab",
    }
    return Promise(id=id, incident_id=incident_id, **usual | given)


def a_pledge(id: str = "p1", incident_id: str = "INC-000001", **given: Any) -> Pledge:
    return promise_view.short(a_promise(id, incident_id, **given))
