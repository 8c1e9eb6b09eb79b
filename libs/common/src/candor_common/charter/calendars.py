"""The calendars of a charter: when teams work."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Self

from pydantic import AfterValidator, StrictBool, field_validator, model_validator

from candor_common.charter.problems import Complaint, refusal, refusals
from candor_common.charter.public_holidays import is_unannounced, public_holidays
from candor_common.charter.section import Section
from candor_common.charter.times import Days, Hours, LocalDate, Regions, Zone, weekdays
from candor_common.charter.values import Name
from candor_common.working_time import ALWAYS_OPEN, WEEKDAYS, Calendar, Window, Windows

ALWAYS = "always"
"""The calendar that every charter has: around the clock."""
_DAY = 1440
"""Minutes."""


def _not_always(value: str) -> str:
    if value == ALWAYS:
        wrong = f"`{ALWAYS}` is the calendar that every charter has: around the clock"
        raise refusal(wrong, "Give yours another name")
    return value


CalendarId = Annotated[Name, AfterValidator(_not_always)]


class CalendarEntry(Section):
    """A calendar; its name is its key. Dates under `extra` win over `closed`, and both over public holidays."""

    zone: Zone
    week: dict[Days, Hours] = {}
    holidays: Regions = ()
    closed: tuple[LocalDate, ...] = ()
    extra: dict[LocalDate, Hours] = {}
    always_open: StrictBool = False

    @field_validator("week")
    @classmethod
    def _each_day_once(cls, value: dict[str, Windows]) -> dict[str, Windows]:
        times = Counter(day for spelled in value for day in weekdays(spelled))
        last = {day: spelled for spelled in value for day in weekdays(spelled) if times[day] > 1}
        if last:
            raise refusals(
                Complaint(f"`{day}` has hours in more than one place", "Name each day once", (spelled,))
                for day, spelled in last.items()
            )
        return value

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.always_open and (self.week or self.holidays or self.closed or self.extra):
            raise refusal(
                "what is always open has no other hours",
                "Leave `zone` and `always_open` only, or take it out",
            )
        try:
            _ = self.calendar
        except ValueError:
            raise refusal("this calendar never opens", "Write `week: {mon-fri: 09:00-18:00}`") from None
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """What it means, with all public holidays."""
        if self.always_open:
            return Calendar(self.zone, always_open=True)
        week = {day: hours for spelled, hours in self.week.items() for day in weekdays(spelled)}
        plain = Calendar.of(self.zone, week, extra=self.extra)
        legal = [public_holidays(region) for region in self.holidays]
        closed = frozenset(self.closed).union(*(one.closed for one in legal))
        made_up = frozenset[date]().union(*(one.working for one in legal)) - closed
        extra = dict.fromkeys(made_up, plain.usual_windows) | self.extra
        return Calendar.of(self.zone, week, closed=closed, extra=extra)

    def unannounced(self, year: int) -> list[str]:
        """The regions whose working weekends of a year are neither known nor written under `extra`."""
        worked = {day for spelled in self.week for day in weekdays(spelled)}
        if any(day.year == year and WEEKDAYS[day.weekday()] not in worked for day in self.extra):
            return []
        return [region for region in self.holidays if is_unannounced(region, year)]


def calendars(entries: Mapping[str, CalendarEntry]) -> dict[str, Calendar]:
    """All calendars by name; `always` is there without being written."""
    return {name: entry.calendar for name, entry in entries.items()} | {ALWAYS: ALWAYS_OPEN}


def notices(entries: Mapping[str, CalendarEntry], today: date) -> list[str]:
    """What an operator should know of the calendars of this year and the next, one sentence each."""
    missed = defaultdict[tuple[int, str], list[str]](list)
    for year in (today.year, today.year + 1):
        for name, entry in entries.items():
            for region in entry.unannounced(year):
                missed[year, region].append(name)
    return [
        f"the working weekends of {year} in {region} are not known yet; once they are announced, write them "
        f"under `extra` (calendars: {', '.join(names)})"
        for (year, region), names in missed.items()
    ]


@lru_cache(maxsize=1024)
def waking_hours(quiet: Window | None, zone: str) -> Calendar:
    """All hours of every day but the quiet ones, in a time zone. Raises ValueError for an unknown zone."""
    if quiet is None:
        return Calendar(zone, always_open=True)
    edges = (
        (0, quiet.opens, quiet.closes, _DAY) if quiet.closes <= _DAY else (quiet.closes - _DAY, quiet.opens)
    )
    hours = [Window(*edge) for edge in zip(edges[::2], edges[1::2], strict=True) if edge[0] < edge[1]]
    return Calendar.of(zone, dict.fromkeys(WEEKDAYS, hours))
