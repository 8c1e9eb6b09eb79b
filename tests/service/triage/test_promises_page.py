"""The wall of promises and the charter in words."""

from pathlib import Path

import pytest

from candor_common.charter import load_charter
from candor_common.events import (
    Level,
    Priority,
    PromiseBreached,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseState,
)
from candor_common.working_time import Calendar, Target, Window
from candor_triage import pages_tables, wall
from candor_triage.charter_words import WORDS as CHARTER_WORDS
from candor_triage.pages import charter
from candor_triage.promise_view import Count
from candor_triage.wall import Group, Tally
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser
from tests.unit.triage.builders import CHARTER, NOON, a_request, after
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
WORDS = {"cause": "Nobody was on shift.", "measure": "A second person at night.", "by": "lea"}


def missed(id: str = "p1") -> PromiseBreached:
    promise = a_promise(id, state=PromiseState.BREACHED, breached_at=after(hours=1))
    return PromiseBreached(promise=promise, fired_at=after(hours=1))


async def test_the_wall_counts_and_shows_what_comes_next(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), missed())
    kept = a_promise("p2", state=PromiseState.KEPT, kept_at=after(minutes=5))
    await desk.receive(PromiseKept(promise=kept), PromiseMade(promise=a_promise("p3", due_at=after(hours=3))))
    desk.clock.set(after(hours=2))
    text = (await browser.open("/promises")).text.replace("\n", " ")
    assert "Now 1 ▲ at risk" in text
    assert "Today 1 ✓ kept 1 ◆ missed" in text
    assert "7 days 1 ✓ kept 1 ◆ missed" in text
    assert "in 1 h first answer INC-000001 The shop is broken" in text


async def test_yesterday_is_not_today(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), missed())
    desk.clock.set(after(hours=13))
    text = (await browser.open("/promises")).text.replace("\n", " ")
    assert "Today 0 ✓ kept 0 ◆ missed 7 days 0 ✓ kept 1 ◆ missed" in text


async def test_every_miss_asks_for_its_cause_until_it_is_said(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), missed())
    page = await browser.open("/promises")
    assert "Service desk: what was the cause" in page.text
    page = await browser.send(page.form("/promises/p1/miss"), **WORDS)
    assert all(text in page.text for text in WORDS.values())
    assert "what was the cause" not in page.text
    page = await browser.send(page.form("/promises/p1/miss"), **WORDS | {"cause": "A wrong rota."})
    assert "A wrong rota." in page.text
    assert await desk.count(pages_tables.miss) == 1


@pytest.mark.parametrize(
    ("promise", "words", "status"),
    [
        ("p2", WORDS, 404),
        ("p9", WORDS, 404),
        ("p1", WORDS | {"cause": " "}, 422),
        ("p1", WORDS | {"csrf": "x"}, 403),
    ],
)
async def test_only_a_miss_is_explained_and_only_in_words(
    desk: Desk, browser: Browser, promise: str, words: dict[str, str], status: int
) -> None:
    await desk.receive(a_request("INC-000001"), missed(), PromiseMade(promise=a_promise("p2")))
    page = await browser.open("/promises")
    values = page.form("/promises/p1/miss").values | words
    assert (await browser.post(f"/promises/{promise}/miss", values)).status_code == status
    assert await desk.count(pages_tables.miss) == 0


@ON_SQLITE
async def test_without_promises_the_wall_says_so(browser: Browser) -> None:
    text = (await browser.open("/promises")).text
    assert "Nothing is promised at the moment." in text
    assert "No promise was missed in the last 30 days." in text


async def test_the_charter_says_what_is_promised_and_how_well_it_was_kept(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(missed(), missed("p2"))
    await desk.receive(PromiseKept(promise=a_promise("p3", state=PromiseState.KEPT, kept_at=NOON)))
    desk.clock.set(after(hours=2))
    text = (await browser.open("/charter")).text
    assert "P1\nL1\n1 hour\n30 minutes\n1 hour\n4 hours" in text
    assert "P1\n1 of 3 (33 %)" in text
    assert CHARTER.version in text


def test_the_levels_whose_turn_comes_after_a_miss_are_named() -> None:
    assert charter.turns(CHARTER) == []
    hosting = load_charter(Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml")
    assert charter.turns(hosting) == [(Level.L2, "30 business minutes"), (Level.L3, "2 business hours")]


def test_a_level_that_promises_the_same_is_not_repeated() -> None:
    found = [(one.priority, one.level) for one in charter.lines(CHARTER)]
    assert (Priority.P1, Level.L2) in found
    assert (Priority.P1, Level.L3) not in found


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("1h", "1 hour"),
        ("30m", "30 minutes"),
        ("90s", "90 seconds"),
        ("288s", "4 min 48 s"),
        ("3bd", "3 business days"),
        ("1bh", "1 business hour"),
    ],
)
def test_targets_are_told_as_people_say_them(target: str, said: str) -> None:
    assert CHARTER_WORDS.en.target(Target.parse(target)) == said


def test_a_week_is_told_in_one_line() -> None:
    days = {day: [Window(540, 720), Window(780, 1080)] for day in ("mon", "tue", "wed")}
    calendar = Calendar.of("Asia/Shanghai", days | {"sat": [Window(600, 720)]})
    assert charter.week(calendar) == "Mon–Wed 09:00-12:00, 13:00-18:00; Sat 10:00-12:00 (Asia/Shanghai)"


def test_a_share_says_a_hundred_only_when_all_were_kept() -> None:
    kind, states = PromiseKind.FIRST_RESPONSE, (PromiseState.KEPT, PromiseState.BREACHED)
    ended = [Count(kind, "P1", state, number) for state, number in zip(states, (999, 1), strict=True)]
    found = charter.share(ended, kind, Priority.P1)
    assert (found.kept, found.all, found.percent) == (999, 1000, 99)
    assert charter.share(ended, kind, Priority.P2).percent == 0


async def test_the_wall_tells_teams_kinds_and_lanes_apart(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), missed())
    kept = a_promise("p2", state=PromiseState.KEPT, kept_at=after(minutes=5))
    late = a_promise("p3", kind=PromiseKind.RESOLUTION, due_at=after(hours=3), warn_at=after(hours=1))
    await desk.receive(PromiseKept(promise=kept), PromiseMade(promise=late))
    desk.clock.set(after(hours=2))
    text = (await browser.open("/promises")).text.replace("\n", " ")
    assert "By team Team kept at risk missed Rate Service desk 1 1 1 50 %" in text
    assert "first answer 1 0 1 50 % fix (target) 0 1 0 none yet" in text
    assert "Lane kept at risk missed Rate Standard 1 1 1 50 %" in text


async def test_what_waits_for_a_cause_comes_first_and_is_counted(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), missed(), missed("p2"))
    page = await browser.open("/promises")
    assert "Waiting for a cause and a measure: 2" in page.text
    page = await browser.send(page.form("/promises/p1/miss"), **WORDS)
    assert "Waiting for a cause and a measure: 1" in page.text
    actions = [one.action for one in page.forms if one.action.endswith("/miss")]
    assert actions == ["/promises/p2/miss", "/promises/p1/miss"]


@pytest.mark.parametrize(
    ("tally", "percent"),
    [(Tally(), None), (Tally(at_risk=3), None), (Tally(kept=999, missed=1), 99), (Tally(kept=3), 100)],
)
def test_a_rate_says_a_hundred_only_when_all_were_kept(tally: Tally, percent: int | None) -> None:
    assert tally.percent == percent


def test_groups_are_counted_by_any_side_with_most_misses_first() -> None:
    found = [
        Group("a", "k", "l", "kept", 2),
        Group("b", "k", "l", "breached", 1),
        Group("b", "j", "l", "at_risk", 4),
    ]
    assert wall.by("team", found) == {"b": Tally(0, 4, 1), "a": Tally(2, 0, 0)}
    assert list(wall.by("team", found)) == ["b", "a"]
    assert wall.by("lane", found) == {"l": Tally(2, 4, 1)}
