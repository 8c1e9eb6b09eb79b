"""How times and lengths of time are told: to the minute, with the zone's name, in the order of the reader's language."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_name

HOUSE_LOCALE = "en_GB"


def written(moment: datetime, locale_name: str, form: str, *zones: str | None) -> str:
    """A moment as "Tue, 24 Nov, 15:10 (China Standard Time)", in the first of the zones that there is, or in UTC.

    `form` says how time and zone stand together, as "{time} ({zone})".
    """
    locale, zone = Locale.parse(locale_name), first_zone(*zones)
    local = moment.replace(second=0, microsecond=0).astimezone(zone)
    # Readers don't know the long name of UTC.
    name = "UTC" if local.tzname() == "UTC" else get_timezone_name(local, width="long", locale=locale)
    return form.format(time=_day_and_hour(local, locale), zone=name)


def brief(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment for a row of the console: "15:10" today, "24 Nov, 15:10" on other days."""
    local, locale = moment.astimezone(zone), Locale.parse(HOUSE_LOCALE)
    hour = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
    if local.date() == now.astimezone(zone).date():
        return hour
    return f"{format_skeleton('MMMd', local, tzinfo=zone, locale=locale)}, {hour}"


def length(span: timedelta) -> str:
    """A length of time in its two largest units: "2 d 3 h", "1 h 40 min", "7 min", "under 1 min"."""
    minutes = int(abs(span).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "under 1 min"


def first_zone(*names: str | None) -> ZoneInfo:
    """The first of the zones that there is; UTC when there is none."""
    for name in filter(None, names):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def _day_and_hour(local: datetime, locale: Locale) -> str:
    day = format_skeleton("MMMEd", local, tzinfo=local.tzinfo, locale=locale)
    hour = format_skeleton("Hm", local, tzinfo=local.tzinfo, locale=locale)
    together = _together(str(locale))
    return together.replace("{1}", day).replace("{0}", hour)


@lru_cache
def _together(locale_name: str) -> str:
    return str(Locale.parse(locale_name).datetime_formats["medium"]).replace("'", "")
