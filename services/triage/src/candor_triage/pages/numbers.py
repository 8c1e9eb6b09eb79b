"""The numbers above the board: how promises fared today, and how many incidents each tab has; live where rows are live."""

import json
from collections.abc import Mapping
from time import monotonic

from fastapi import Request
from sqlalchemy import Connection

from candor_common.events import PromiseState
from candor_common.service import runtime_of
from candor_triage import board_view, promise_view
from candor_triage.domain.board import Choice
from candor_triage.pages.frame import Clock, clock
from candor_triage.words import TEXT

COUNT_EVERY = 2.0
"""Seconds between two counts of one connection, however much changes."""
_SENTENCES = {"kept": "kept_today", "at_risk": "now_at_risk", "missed": "missed_today"}


def today(connection: Connection, here: Clock) -> dict[str, int]:
    """How many promises were kept and missed since midnight, how many are at risk now, and how many follow-ups are open."""
    ended = promise_view.counts(connection, here.midnight)
    at_risk, follow_ups = promise_view.at_risk(connection, here.now)
    return {
        "kept": sum(one.number for one in ended if one.state is PromiseState.KEPT),
        "missed": sum(one.number for one in ended if one.state is PromiseState.BREACHED),
        "at_risk": at_risk,
        "follow_ups": follow_ups,
    }


def counted(found: Mapping[str, int], tabs: Mapping[str, int]) -> dict[str, str]:
    """The texts of what is counted on the board, by the names that its elements have."""
    said = {name: str(TEXT[form]).format(number=found[name]) for name, form in _SENTENCES.items()}
    return said | {f"tab-{name}": str(number) for name, number in tabs.items()}


class Numbers:
    """The numbers as one connection is told of them."""

    def __init__(self, request: Request, choice: Choice, owner: str) -> None:
        self._request = request
        self._choice, self._owner = choice, owner
        self._due, self._counted_at, self._told = False, -COUNT_EVERY, ""

    async def told(self, *, changed: bool) -> tuple[str, ...]:
        """An event with the numbers, a moment after rows have changed; nothing where they are as before."""
        self._due = self._due or changed
        if not self._due or monotonic() - self._counted_at < COUNT_EVERY:
            return ()
        self._due, self._counted_at = False, monotonic()
        found = await runtime_of(self._request).database.read(self._count)
        if found == self._told:
            return ()
        self._told = found
        return (f"event: numbers\ndata: {found}\n\n",)

    def _count(self, connection: Connection) -> str:
        tabs = board_view.tabs(connection, self._choice, self._owner)
        return json.dumps(counted(today(connection, clock(self._request)), tabs))
