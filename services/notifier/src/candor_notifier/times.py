"""How times are told: to the minute, with the zone's name, in the order of the reader's language."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_name

from candor_notifier.domain.words import Words


def written(moment: datetime, text: Words, time_zone: str) -> str:
    """A moment in a zone, as "Tue 24 Nov, 15:10 (China Standard Time)"."""
    return _written(moment.replace(second=0, microsecond=0), text.locale, text.moment, time_zone)


@lru_cache(maxsize=4096)
def _written(moment: datetime, locale_name: str, form: str, time_zone: str) -> str:
    locale, zone = _locale(locale_name), ZoneInfo(time_zone)
    local = moment.astimezone(zone)
    day = format_skeleton("MMMEd", local, tzinfo=zone, locale=locale)
    hour = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
    together = str(locale.datetime_formats["medium"]).replace("'", "")
    name = get_timezone_name(local, width="long", locale=locale)
    return form.format(time=together.replace("{1}", day).replace("{0}", hour), zone=name)


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)
