"""The oracle is content with an honest record, and notices each thing that could be wrong with one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from candor_common.events import IncidentOpened, IncidentUpdated, PromiseMade, RequestReceived
from tests.faults.evidence import TABLES, Evidence, of_sqlite
from tests.faults.ledger import Entry
from tests.faults.oracle import complaints
from tests.worlds.embedded import opened
from tests.worlds.seen import SeenEvent

TOKEN = "tok-0123456789ab"
BODY = {
    "subject": f"Shop is down {TOKEN}",
    "text": "502",
    "from": {"address": "ann@load.example"},
    "urgent": True,
}
UPDATE = {"by": "ben", "doing": "We look.", "expect": "News soon."}


@pytest.fixture
async def evidence(tmp_path: Path) -> Evidence:
    """One request, answered by a person."""
    async with opened(tmp_path) as world:
        accepted = (await world.http.post("/v1/requests", json=BODY)).json()
        await world.reach(1)
        where = f"/v1/incidents/{accepted['reference']}/update"
        updated = await world.http.post(where, json=UPDATE, headers={"If-Match": '"1"'})
        await world.settle()
        mails = list(world.mails())
    events, tables, health = of_sqlite(tmp_path / "candor.db")
    assert health == "ok"
    entries = [
        Entry(TOKEN, "keyed", 1, [(202, accepted)]),
        Entry("tok-ba9876543210", "update", 1, [(200, updated.json())]),
    ]
    return Evidence(entries, events, mails, tables)


def _first(evidence: Evidence, kind: type) -> SeenEvent:
    return next(one for one in evidence.events if isinstance(one.fact, kind))


def _without(evidence: Evidence, kind: type) -> Evidence:
    return replace(evidence, events=[one for one in evidence.events if not isinstance(one.fact, kind)])


def _again(evidence: Evidence, kind: type, **changes: Any) -> Evidence:
    """An event stands in the log a second time."""
    first = _first(evidence, kind)
    return replace(
        evidence, events=[*evidence.events, replace(first, envelope=replace(first.envelope, **changes))]
    )


def _no_rows(evidence: Evidence, service: str) -> Evidence:
    return replace(evidence, tables={**evidence.tables, TABLES[service]: []})


def _ignored(evidence: Evidence) -> Evidence:
    rows = [{**row, "fate": "ignored"} for row in evidence.tables[TABLES["triage"]]]
    return replace(evidence, tables={**evidence.tables, TABLES["triage"]: rows})


def _unknown(evidence: Evidence) -> Evidence:
    return replace(evidence, entries=[*evidence.entries, Entry("tok-aaaaaaaaaaaa", "keyed", 1, [(202, {})])])


TAMPERED: dict[str, Callable[[Evidence], Evidence]] = {
    "an accepted request is gone": _unknown,
    "a request comes from nowhere": lambda one: replace(one, entries=one.entries[1:]),
    "a request was never told": lambda one: _without(one, RequestReceived),
    "an incident was never told": lambda one: _without(one, IncidentOpened),
    "an incident was opened twice": lambda one: _again(one, IncidentOpened, id=str(uuid4())),
    "a command is gone": lambda one: _without(one, IncidentUpdated),
    "versions fall": lambda one: replace(one, events=list(reversed(one.events))),
    "a promise was made twice": lambda one: _again(one, PromiseMade, id=str(uuid4())),
    "triage has forgotten a request": lambda one: _no_rows(one, "triage"),
    "triage has ignored a request": _ignored,
    "the record of messages is gone": lambda one: _no_rows(one, "notifier"),
    "mails are lost": lambda one: replace(one, mails=one.mails[1:]),
    "mails come three times": lambda one: replace(one, mails=[*one.mails] * 3),
    "mails come in another order": lambda one: replace(one, mails=list(reversed(one.mails))),
    "an event was set aside": lambda one: replace(
        one, tables={**one.tables, "parked_event": [{"subscription": "triage", "reason": "poison"}]}
    ),
}


async def test_an_honest_record_leaves_nothing_to_complain_about(evidence: Evidence) -> None:
    assert complaints(evidence) == []


async def test_an_event_that_was_published_twice_is_no_fault(evidence: Evidence) -> None:
    assert complaints(_again(evidence, IncidentOpened)) == []


async def test_a_mail_may_come_once_more_for_each_time_that_its_sender_was_cut_off(
    evidence: Evidence,
) -> None:
    thrice = replace(evidence, mails=[mail for mail in evidence.mails for _ in range(3)])
    assert complaints(replace(thrice, cut_off=2)) == []
    assert complaints(replace(thrice, cut_off=1)) != []


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
async def test_the_oracle_notices(evidence: Evidence, tamper: Callable[[Evidence], Evidence]) -> None:
    assert complaints(tamper(evidence)) != []
