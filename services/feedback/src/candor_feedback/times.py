"""How dates are told on the page: to the minute, with the zone's name, in the order of the reader's language."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_name

from candor_feedback.domain.words import WORDS, Language


def written(moment: datetime, language: Language, *zones: str | None) -> str:
    """A moment as "Tue 24 Nov, 15:10 (China Standard Time)", in the first of the zones that there is, or in UTC."""
    locale, zone = Locale.parse(WORDS[language].locale), _first(zones)
    local = moment.replace(second=0, microsecond=0).astimezone(zone)
    day = format_skeleton("MMMEd", local, tzinfo=zone, locale=locale)
    hour = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
    together = str(locale.datetime_formats["medium"]).replace("'", "")
    time = together.replace("{1}", day).replace("{0}", hour)
    # Readers don't know the long name of UTC.
    name = "UTC" if local.tzname() == "UTC" else get_timezone_name(local, width="long", locale=locale)
    return WORDS[language].moment.format(time=time, zone=name)


def _first(zones: tuple[str | None, ...]) -> ZoneInfo:
    for name in filter(None, zones):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    return ZoneInfo("UTC")
