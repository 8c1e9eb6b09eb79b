"""How times are told: to the minute, with the zone's name, in the order of the reader's language."""

from datetime import datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_timedelta, get_timezone_name

from candor_notifier.domain.words import Words

Unit: TypeAlias = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[Unit, int, bool], ...] = (
    ("day", 86_400, True),
    ("hour", 3600, True),
    ("minute", 60, False),
    ("second", 1, False),
)
"""Their lengths in seconds, and whether only whole ones count."""
UTC = "UTC"
"""Both the abbreviation that all names of this zone share, and what people call it in every language."""


def written(moment: datetime, text: Words, time_zone: str) -> str:
    """A moment in a zone, as "Tue 24 Nov, 15:10 (China Standard Time)"."""
    return _written(moment.replace(second=0, microsecond=0), text.locale, text.moment, time_zone)


def lasting(span: timedelta, text: Words) -> str:
    """A span as "30 minutes", in hours or days where it is whole ones. It is never told longer than it is."""
    seconds = int(span.total_seconds())
    unit, length = next(one for one in _UNITS if seconds >= one[1] and not (one[2] and seconds % one[1]))[:2]
    whole = timedelta(seconds=seconds // length * length)
    # Without a threshold Babel rounds 90 minutes to 2 hours.
    return format_timedelta(whole, unit, inf, locale=_locale(text.locale))


@lru_cache(maxsize=256)
def zone_of(name: str | None, house: str) -> str:
    """The reader's zone where it is one; else that of the house."""
    try:
        return ZoneInfo(name).key if name else house
    except (ValueError, OSError, KeyError):
        return house


@lru_cache(maxsize=4096)
def _written(moment: datetime, locale_name: str, form: str, time_zone: str) -> str:
    locale, zone = _locale(locale_name), ZoneInfo(time_zone)
    local = moment.astimezone(zone)
    day = format_skeleton("MMMEd", local, tzinfo=zone, locale=locale)
    hour = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
    together = str(locale.datetime_formats["medium"]).replace("'", "")
    time = together.replace("{1}", day).replace("{0}", hour)
    return form.format(time=time, zone=_name(local, locale))


def _name(local: datetime, locale: Locale) -> str:
    """What readers call the zone. Its long name, but the one of UTC is known to nobody."""
    if local.tzname() == UTC:
        return UTC
    return str(get_timezone_name(local, width="long", locale=locale))


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)
