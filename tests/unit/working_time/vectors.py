"""The published cases of `sla_vectors.json`, ready to be asked. The file explains its own fields."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from candor_common.working_time import Calendar, Pause, Window

_FILE = json.loads(Path(__file__).with_name("sla_vectors.json").read_text("utf-8"))

VECTORS: Mapping[str, Mapping[str, Any]] = {one["id"]: one for one in _FILE["vectors"]}


def calendar(name: str) -> Calendar:
    """One of the calendars of the file."""
    given = _FILE["calendars"][name]
    if given.get("always_open"):
        return Calendar(given["time_zone"], always_open=True)
    return Calendar.of(
        given["time_zone"],
        {day: _windows(spelled) for day, spelled in given["weekly"].items()},
        closed=map(date.fromisoformat, given.get("closed_dates", ())),
        extra={
            date.fromisoformat(day): _windows(spelled)
            for day, spelled in given.get("extra_dates", {}).items()
        },
    )


def pauses(vector: Mapping[str, Any]) -> list[Pause]:
    """The pauses of a case."""
    return [(instant(start), instant(end)) for start, end in vector["input"]["pauses"]]


def instant(spelled: str) -> datetime:
    """An instant, aware."""
    return datetime.fromisoformat(spelled)


def _windows(spelled: list[list[str]]) -> list[Window]:
    return [Window.parse("-".join(window)) for window in spelled]
