"""How times are told to people: to the minute, with the zone's name, in the order of the reader's language."""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_name

UTC = "UTC"
"""Both the abbreviation that all names of this zone share, and what people call it in every language."""

_CHINA = ("北京时间", "北京時間")
_SPOKEN: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "PRC"), _CHINA),
    **dict.fromkeys(("Asia/Taipei", "ROC"), ("台北时间", "台北時間")),
    **dict.fromkeys(("Asia/Hong_Kong", "Hongkong"), ("香港时间", "香港時間")),
    **dict.fromkeys(("Asia/Macau", "Asia/Macao"), ("澳门时间", "澳門時間")),
    **dict.fromkeys(("Asia/Singapore", "Singapore"), ("新加坡时间", "新加坡時間")),
}
"""What Chinese people call zones whose names in the tables of Unicode nobody says, in simplified and traditional
characters; by IANA name, old ones too."""


def written(moment: datetime, locale: str, form: str, *zones: str | None) -> str:
    """A moment as "Tue 24 Nov, 15:10 (China Standard Time)", in the first of the zones that there is, or in UTC.

    `form` says how time and zone stand together, as "{time} ({zone})".
    """
    return _written(moment.replace(second=0, microsecond=0), locale, form, first_zone(*zones))


@lru_cache(maxsize=256)
def first_zone(*names: str | None) -> ZoneInfo:
    """The first of the zones that there is; UTC when there is none."""
    for name in filter(None, names):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    return ZoneInfo(UTC)


@lru_cache
def locale_of(name: str) -> Locale:
    """A language and country as Babel knows them, from a name like `zh_Hans_CN`."""
    return Locale.parse(name)


@lru_cache(maxsize=4096)
def _written(moment: datetime, locale_name: str, form: str, zone: ZoneInfo) -> str:
    locale, local = locale_of(locale_name), moment.astimezone(zone)
    day = format_skeleton("MMMEd", local, tzinfo=zone, locale=locale)
    hour = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
    together = str(locale.datetime_formats["medium"]).replace("'", "")
    time = together.replace("{1}", day).replace("{0}", hour)
    return form.format(time=time, zone=_name(local, locale, zone.key))


def _name(local: datetime, locale: Locale, key: str) -> str:
    """What readers call the zone: the name that people say where it is another than the long one of the tables."""
    if local.tzname() == UTC:
        return UTC
    if locale.language == "zh" and key in _SPOKEN:
        simplified, traditional = _SPOKEN[key]
        return traditional if locale.script == "Hant" else simplified
    return str(get_timezone_name(local, width="long", locale=locale))
