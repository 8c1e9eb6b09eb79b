"""How times and lengths of time are told on the console."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from candor_common.times import locale_of

HOUSE_LOCALE = "en_GB"


def brief(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment for a row of the console: "15:10" today, "24 Nov, 15:10" on other days."""
    local, locale = moment.astimezone(zone), locale_of(HOUSE_LOCALE)
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
