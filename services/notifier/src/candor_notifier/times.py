"""How times and spans are told in the language of a message."""

from datetime import datetime, timedelta
from math import inf
from typing import Literal, TypeAlias

from babel.dates import format_timedelta

from candor_common import times
from candor_notifier.domain.words import Words

Unit: TypeAlias = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[Unit, int, bool], ...] = (
    ("day", 86_400, True),
    ("hour", 3600, True),
    ("minute", 60, False),
    ("second", 1, False),
)
"""Their lengths in seconds, and whether only whole ones count."""


def written(moment: datetime, text: Words, time_zone: str) -> str:
    """A moment in a zone, as "Tue 24 Nov, 15:10 (China Standard Time)"."""
    return times.written(moment, text.locale, text.moment, time_zone)


def lasting(span: timedelta, text: Words) -> str:
    """A span as "30 minutes", in hours or days where it is whole ones. It is never told longer than it is."""
    seconds = int(span.total_seconds())
    unit, length = next(one for one in _UNITS if seconds >= one[1] and not (one[2] and seconds % one[1]))[:2]
    whole = timedelta(seconds=seconds // length * length)
    # Without a threshold Babel rounds 90 minutes to 2 hours.
    return format_timedelta(whole, unit, inf, locale=times.locale_of(text.locale))


def zone_of(name: str | None, house: str) -> str:
    """The reader's zone where it is one; else that of the house."""
    return times.first_zone(name, house).key
