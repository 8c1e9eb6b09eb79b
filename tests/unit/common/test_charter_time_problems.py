"""What is wrong with calendars, working time, warnings and quiet hours of a charter is told with its remedy."""

from importlib.resources import files
from pathlib import Path

import pytest

from candor_common.charter import check

TEXT = files("candor_common").joinpath("default_charter/charter.yaml").read_text("utf-8")

WEEK = "    week: {mon-fri: 09:00-18:00}\n"
P3_L1 = "    P3: {first_response: 24h, resolution: 3d}\n"
P3_L2 = "    P3: {first_response: 8h, resolution: 2d}\n"
P3_P4 = "P3: 8h, P4: 24h}"
DAYS = "Write one of mon, tue, wed, thu, fri, sat, sun, or from one to another, as in `mon-fri`."
TIMES = "Write it as in `09:00-18:00`, or `22:00-06:00` for a night."
DATES = "Write year, month and day, as in `2026-10-01`."
COUNTRIES = "Write a country's two capital letters, as in `CN`, or with a region, as in `DE-BY`."
ONLY = "Leave `zone` and `always_open` only, or take it out."
ALWAYS = "`always` is the calendar that every charter has: around the clock"
NEVER = "of its calendar are not over in 20 years"

WRONG = {
    "an unknown zone": ("zone: Asia/Shanghai", "zone: Asia/Shangai",
        "calendars.office.zone: there is no time zone `Asia/Shangai`", "Did you mean `Asia/Shanghai`?"),
    "a zone that is an offset": ("zone: Asia/Shanghai", "zone: '+8'",
        "calendars.office.zone: there is no time zone `+8`",
        "Write a name such as `Asia/Shanghai` or `Europe/Berlin`."),
    "a misspelt day": ("{mon-fri:", "{mon-fry:",
        "calendars.office.week.mon-fry: `mon-fry` names no day of the week", DAYS),
    "a day written out": ("{mon-fri:", "{Friday:",
        "calendars.office.week.Friday: `Friday` names no day of the week", DAYS),
    "an open end": ("{mon-fri:", "{mon-:", "calendars.office.week.mon-: `mon-` names no day of the week", DAYS),
    "a day in two places": (WEEK, WEEK.replace("}", ", fri: 09:00-12:00}"),
        "calendars.office.week.fri: `fri` has hours in more than one place", "Name each day once."),
    "hours in words": (WEEK, WEEK.replace("09:00-18:00", "nine to six"),
        "calendars.office.week.mon-fri: `nine to six` is not a time from opening to closing", TIMES),
    "hours without an end": (WEEK, WEEK.replace("09:00-18:00", "[09:00-12:00, 13:00]"),
        "calendars.office.week.mon-fri[1]: `13:00` is not a time from opening to closing", TIMES),
    "hours left empty": (WEEK, WEEK.replace(" 09:00-18:00", ""),
        "calendars.office.week.mon-fri: nothing is not a time from opening to closing", TIMES),
    "an unknown key": ("    # closed:", "    close: []  #",
        "calendars.office.close: unknown key", "Did you mean `closed`?"),
    "an unknown country": ("    # holidays: CN", "    holidays: XY",
        "calendars.office.holidays: the public holidays of `XY` are not known", COUNTRIES),
    "a country in small letters": ("    # holidays: CN", "    holidays: cn",
        "calendars.office.holidays: the public holidays of `cn` are not known", "Did you mean `CN`?"),
    "an unknown region": ("    # holidays: CN", "    holidays: [CN, AU-NSX]",
        "calendars.office.holidays[1]: the public holidays of `AU-NSX` are not known",
        "Did you mean `AU-NSW`?"),
    "a date that does not exist": ("    # closed: [2026-12-31]", "    closed: [2026-02-30]",
        "calendars.office.closed[0]: `2026-02-30` is not a date", DATES),
    "a date in another order": ("    # extra: {2026-02-13:", "    extra: {13.2.2026:",
        "calendars.office.extra.13.2.2026: `13.2.2026` is not a date", DATES),
    "a calendar that never opens": (WEEK, "", "calendars.office: this calendar never opens",
        "Write `week: {mon-fri: 09:00-18:00}`."),
    "hours of what is always open": (WEEK, WEEK + "    always_open: true\n",
        "calendars.office: what is always open has no other hours", ONLY),
    "holidays of what is always open": (WEEK, "    always_open: true\n    holidays: CN\n",
        "calendars.office: what is always open has no other hours", ONLY),
    "a name that is taken": ("calendars:\n", "calendars:\n  always: {zone: UTC, always_open: true}\n",
        f"calendars.always: {ALWAYS}", "Give yours another name."),
    "an unknown calendar of the house": ("calendar: office\n\n", "calendar: ofice\n\n",
        "calendar: there is no calendar `ofice`", "Did you mean `office`?"),
    "an unknown calendar of a level": ("\n  L2:\n", "\n  L2:\n    calendar: night\n",
        "targets.L2.calendar: there is no calendar `night`", "Known here: always, office."),
    "a target that is never over": (P3_L1, P3_L1.replace("3d", "3650bd"),
        f"targets.L1.P3.resolution: `3650bd` {NEVER}", "Write a shorter time."),
    "an update that is never over": (P3_P4, "P3: 8h, P4: 3650bd}",
        f"update_every.P4: `3650bd` {NEVER}", "Write a shorter time."),
    "more than ten years": (P3_P4, "P3: 8h, P4: 3651bd}",
        "update_every.P4: `3651bd` is longer than ten years", "Write a shorter time."),
    "no time at all": (P3_P4, "P3: 8h, P4: 0bd}",
        "update_every.P4: nobody can keep a promise of no time at all", "Write a time longer than zero."),
    "an answer that is longer than the rest": (P3_L2, "    P3: {first_response: 9bh, resolution: 8bh}\n",
        "targets.L2.P3.first_response: the first response would come after the resolution",
        "Make `first_response` the shorter one."),
    "a higher level that is slower": (P3_L2, P3_L2.replace("2d", "4bd"),
        "targets.L2.P3.resolution: L2 is slower than L1 here", "Write at most the time of L1."),
    "shares that fall": ("warn_at: 0.75", "warn_at: [0.75, 0.5]",
        "warn_at: the shares are not in rising order", "Write the smallest first, as in `[0.5, 0.75]`."),
    "shares that stand twice": ("warn_at: 0.75", "warn_at: [0.5, 0.5]",
        "warn_at: the shares are not in rising order", "Write the smallest first, as in `[0.5, 0.75]`."),
    "no shares": ("warn_at: 0.75", "warn_at: []",
        "warn_at: the list is empty", "Write at least one, or take the key out."),
    "a share in words": ("warn_at: 0.75", "warn_at: [0.5, most]",
        "warn_at[1]: expected a number, found `most`", "Write it as in `0.75`, without quotes."),
    "a quiet moment": ("quiet_hours: 21:00-08:00", "quiet_hours: 21:00",
        "quiet_hours: `21:00` is not a time from opening to closing", TIMES),
    "a quiet day": ("quiet_hours: 21:00-08:00", "quiet_hours: 00:00-24:00",
        "quiet_hours: no hour of the day is left", "Write a shorter time, as in `21:00-08:00`."),
}  # fmt: skip
RARELY_OPEN = WEEK.replace("mon-fri", "mon")
NEEDS_TIME = {"a target that is never over", "an update that is never over"}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_key_and_remedy(tmp_path: Path, case: str) -> None:
    old, new, told, mend = WRONG[case]
    assert TEXT.count(old) == 1, old
    text = TEXT.replace(old, new).replace(WEEK, RARELY_OPEN if case in NEEDS_TIME else WEEK)
    path = tmp_path / "house.yaml"
    path.write_text(text, "utf-8")
    (problem,) = check(path)
    assert str(problem) == f"{path}:{problem.line}: {told}. {mend}"
    assert problem.key.split(".")[-1].split("[")[0] in text.splitlines()[problem.line - 1] or "13.2" in new


@pytest.mark.parametrize(
    ("resolution", "slower"),
    [("57h", False), ("58h", True), ("3bd", False), ("27bh", False), ("28bh", True), ("1621bm", True)],
)
def test_lengths_are_compared_at_their_shortest(tmp_path: Path, resolution: str, slower: bool) -> None:
    text = TEXT.replace(P3_L1, P3_L1.replace("3d", "3bd")).replace(P3_L2, P3_L2.replace("2d", resolution))
    path = tmp_path / "house.yaml"
    path.write_text(text, "utf-8")
    assert [problem.key for problem in check(path)] == ["targets.L2.P3.resolution"] * slower
