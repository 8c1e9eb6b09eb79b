"""The rows of the board, read in four statements however many incidents there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from candor_common.events import Incident
from candor_triage import board_store, promise_view
from candor_triage.domain.board import (
    ACTIVE_STATUSES,
    Choice,
    Entry,
    Standing,
    by_urgency,
    counts,
    place,
    standing,
)
from candor_triage.domain.rules import OVER
from candor_triage.paging import Place

MOST_KNOWN = 5000
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """An incident with what is owed for it."""

    incident: Incident
    standing: Standing

    @property
    def silent_since(self) -> datetime:
        """Since when the customer has not heard from a person."""
        return self.standing.last_word_at or self.incident.opened_at

    @property
    def place(self) -> str:
        """Where it stands on the board, to be sorted by."""
        return place(self.incident, self.standing)


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows: rows, how many there are behind them, and the numbers on the tabs."""

    rows: Sequence[Row]
    fitting: int
    tabs: dict[str, int]
    teams: Sequence[str]


def board(connection: Connection, choice: Choice, owner: str, now: datetime) -> Board:
    """The most urgent incidents that fit a choice."""
    known = _known(connection, choice)
    fitting = [one for one in known if choice.takes(one)]
    rows = _rows(connection, fitting, now)
    return Board(rows, len(fitting), counts(known, owner), sorted({one.team for one in known}))


def tabs(connection: Connection, choice: Choice, owner: str) -> dict[str, int]:
    """The numbers on the tabs alone."""
    return counts(_known(connection, choice), owner)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, the most urgent first, and how far back it looked."""

    rows: Sequence[Row]
    through: Place | None
    """Behind which incident older ones were not looked at; nothing when there are none."""

    @property
    def cut(self) -> bool:
        """True when it may have found more than is shown."""
        return len(self.rows) >= MOST_SHOWN


def searched(connection: Connection, text: str, now: datetime, behind: Place | None = None) -> Searched:
    """What a search finds, from behind a place on."""
    found = board_store.search(connection, text, MOST_SHOWN, behind)
    return Searched(_rows(connection, found.entries, now), found.through)


def rows_of(
    connection: Connection, ids: Collection[str], choice: Choice, now: datetime
) -> dict[str, Row | None]:
    """Some incidents as rows; nothing for those that do not fit the choice or are gone."""
    entries = [one for one in board_store.entries_of(connection, ids) if choice.takes(one)]
    found = {row.incident.id: row for row in _rows(connection, entries, now)}
    return {one: found.get(one) for one in ids}


def _known(connection: Connection, choice: Choice) -> list[Entry]:
    statuses = {choice.status} if choice.status else {one.value for one in ACTIVE_STATUSES}
    return board_store.entries(connection, statuses, MOST_KNOWN)


def _rows(connection: Connection, entries: Sequence[Entry], now: datetime) -> list[Row]:
    grouped = promise_view.by_incident(promise_view.pledges(connection, [one.id for one in entries]))
    standings = {
        one.id: standing(grouped.get(one.id, ()), now, works_again=one.status in OVER) for one in entries
    }
    first = by_urgency(entries, standings)[:MOST_SHOWN]
    incidents = board_store.snapshots(connection, [one.id for one in first])
    return [Row(incidents[one.id], standings[one.id]) for one in first if one.id in incidents]
