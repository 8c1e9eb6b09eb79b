"""The values of a charter that speak of time: targets, windows, dates, shares, zones."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StrictFloat, TypeAdapter

from candor_common.charter.problems import named, refusal, suggestion
from candor_common.charter.public_holidays import is_known_region, known_regions
from candor_common.charter.values import LONGEST, Name, Some
from candor_common.working_time import ALWAYS_OPEN, WEEKDAYS, Target, Window

T = TypeVar("T")

_KNOWN_UNITS = (
    "Write a whole number and a unit, as in `30m`, `4h`, `2d`, or `30bm`, `8bh`, `1bd` of working time"
)
_KNOWN_DAYS = "Write one of mon, tue, wed, thu, fri, sat, sun, or from one to another, as in `mon-fri`"
_KNOWN_TIMES = "Write it as in `09:00-18:00`, or `22:00-06:00` for a night"


def _target(value: object) -> Target:
    try:
        found = Target.parse(value if isinstance(value, str) else "")
    except ValueError:
        raise refusal(f"{named(value)} is not a duration", _KNOWN_UNITS) from None
    if not found.amount:
        raise refusal("nobody can keep a promise of no time at all", "Write a time longer than zero")
    if found.open_time(ALWAYS_OPEN) > LONGEST:
        raise refusal(f"`{value}` is longer than ten years", "Write a shorter time")
    return found


def _in_one_spelling(target: Target) -> str:
    """So that `60m` and `1h` are the same charter. A business day is no number of hours."""
    if target.on_clock:
        return f"{target.open_time(ALWAYS_OPEN) // timedelta(seconds=1)}s"
    return str(target)


def _window(value: object) -> Window:
    if isinstance(value, Window):
        return value
    try:
        return Window.parse(value if isinstance(value, str) else "")
    except ValueError:
        raise refusal(f"{named(value)} is not a time from opening to closing", _KNOWN_TIMES) from None


def _date(value: object) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refusal(f"{named(value)} is not a date", "Write year, month and day, as in `2026-10-01`")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise refusal(f"there is no time zone `{value[:60]}`", _like(value, available_timezones()))
    return value


def _like(value: str, zones: set[str]) -> str:
    found = suggestion(value, sorted(zones))
    return found if found.startswith("Did") else "Write a name such as `Asia/Shanghai` or `Europe/Berlin`"


def _region(value: str) -> str:
    if is_known_region(value):
        return value
    country = value.partition("-")[0]
    mend = "Write a country's two capital letters, as in `CN`, or with a region, as in `DE-BY`"
    if country != value and is_known_region(country):
        mend = suggestion(value, known_regions(country))
    elif is_known_region(value.upper()):
        mend = f"Did you mean `{value.upper()}`?"
    raise refusal(f"the public holidays of `{value[:60]}` are not known", mend)


def weekdays(spelled: str) -> list[str]:
    """The days that `mon` or `fri-mon` names; none when it is no such name."""
    first, _, last = spelled.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS or spelled.endswith("-"):
        return []
    start, length = WEEKDAYS.index(first), WEEKDAYS.index(last or first) - WEEKDAYS.index(first)
    return [WEEKDAYS[(start + day) % 7] for day in range(length % 7 + 1)]


def _days(value: str) -> str:
    if not weekdays(value):
        raise refusal(f"`{value}` names no day of the week", _KNOWN_DAYS)
    return value


def _some_quiet(value: Window) -> Window:
    if value.minutes >= ALWAYS_OPEN.usual_day // timedelta(minutes=1):
        raise refusal("no hour of the day is left", "Write a shorter time, as in `21:00-08:00`")
    return value


def _one_or_more(single: TypeAdapter[T]) -> Callable[[object], object]:
    """Takes a single value for a list of one; then its problems are told without a place in a list."""

    def check(value: object) -> object:
        return value if isinstance(value, list) else [single.validate_python(value)]

    return check


def _rising(value: tuple[float, ...]) -> tuple[float, ...]:
    if list(value) != sorted(set(value)):
        raise refusal("the shares are not in rising order", "Write the smallest first, as in `[0.5, 0.75]`")
    return value


_Window = Annotated[Window, BeforeValidator(_window)]
_Share = Annotated[StrictFloat, Field(gt=0, lt=1)]

LocalDate = Annotated[date, BeforeValidator(_date)]
Days = Annotated[Name, AfterValidator(_days)]
Hours = Annotated[tuple[_Window, ...], BeforeValidator(_one_or_more(TypeAdapter(_Window)))]
"""The windows of a day; none when it is closed."""
QuietHours = Annotated[_Window, AfterValidator(_some_quiet)]
Region = Annotated[str, AfterValidator(_region)]
Regions = Annotated[tuple[Region, ...], BeforeValidator(_one_or_more(TypeAdapter(Region)))]
Shares = Annotated[Some[_Share], AfterValidator(_rising), BeforeValidator(_one_or_more(TypeAdapter(_Share)))]
"""Parts of a whole, rising."""
TargetTime = Annotated[Target, BeforeValidator(_target), PlainSerializer(_in_one_spelling)]
"""Time that a promise is given: of a clock that never stops, or of a calendar."""
Zone = Annotated[Name, AfterValidator(_zone)]
