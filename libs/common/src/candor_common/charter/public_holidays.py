"""The public holidays of countries and regions, and the weekend days that are worked for them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

YEARS = range(2025, 2041)
"""For which holidays are known to calendars. A fixed range, so that a charter means the same next year."""
_REMEMBERED = 5
"""Years after which a country counts as one that moves no more working days."""


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Of one region, in all `YEARS`."""

    closed: frozenset[date]
    """Dates on which nobody works."""
    working: frozenset[date]
    """Days of a weekend that are worked instead: make-up days. Some countries name them a year ahead only."""


@lru_cache(maxsize=64)
def public_holidays(region: str) -> PublicHolidays:
    """The holidays of a country (`CN`) or a region of one (`DE-BY`) that `is_known_region`.

    Takes a few tenths of a second the first time.
    """
    # A large package that few commands need.
    from holidays import country_holidays  # noqa: PLC0415

    country, _, subdivision = region.partition("-")
    found = country_holidays(country, subdiv=subdivision or None, years=YEARS)
    working = frozenset(day for day in found.weekend_workdays if day.year in YEARS)
    return PublicHolidays(frozenset(found) - working, working)


def is_known_region(region: str) -> bool:
    """Whether there are holidays of a country or a region of one."""
    country, dash, subdivision = region.partition("-")
    regions = _supported().get(country)
    return regions is not None and (not dash or subdivision in regions)


def known_regions(country: str) -> list[str]:
    """The regions of a known country, as they are written in a charter."""
    return [f"{country}-{one}" for one in _supported()[country]]


def is_unannounced(region: str, year: int) -> bool:
    """True when a region has moved working days to weekends of late, and those of a year aren't known yet."""
    announced = {day.year for day in public_holidays(region).working}
    return bool(announced) and max(announced) < year <= max(announced) + _REMEMBERED


@lru_cache(maxsize=1)
def _supported() -> dict[str, list[str]]:
    from holidays import list_supported_countries  # noqa: PLC0415

    return {country: regions for country, regions in list_supported_countries().items() if len(country) == 2}
