"""The board in a browser without script, and its live rows."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import PromiseAtRisk, PromiseBreached, PromiseKept, PromiseMade, PromiseState
from candor_triage import service
from candor_triage.domain.board import Choice
from candor_triage.pages import numbers, stream
from candor_triage.pages.stream import Seen, looker, watcher
from tests.plugins.served import served_as
from tests.service.triage.conftest import Desk
from tests.service.triage.reading import Browser, Page
from tests.unit.triage.builders import NOON, a_request, a_signal, after
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def rows(page: Page) -> list[str]:
    """The incidents in their order."""
    return [link.removeprefix("/incidents/") for link in page.links if link.startswith("/incidents/")]


def promised(number: int, hours: float, **given: Any) -> PromiseMade:
    due = NOON + timedelta(hours=hours)
    return PromiseMade(promise=a_promise(f"p{number}", f"INC-{number:06}", due_at=due, warn_at=due, **given))


async def three(desk: Desk) -> None:
    """One that is due late, one that is missed, one that is due soon."""
    await desk.receive(*(a_request(f"INC-{number:06}") for number in (1, 2, 3)))
    missed = a_promise("p2", "INC-000002", version=2, state=PromiseState.BREACHED, breached_at=after(hours=1))
    await desk.receive(
        promised(1, 5), promised(2, 1), promised(3, 3), PromiseBreached(promise=missed, fired_at=NOON)
    )
    desk.clock.set(after(hours=2))


async def test_incidents_stand_by_the_urgency_of_their_next_promise(desk: Desk, browser: Browser) -> None:
    await three(desk)
    page = await browser.open("/board")
    assert rows(page) == ["INC-000002", "INC-000003", "INC-000001"]
    assert "Missed first answer 1 h late" in page.text.replace("\n", " ").replace("◆ ", "")
    assert "Running first answer in 1 h" in page.text.replace("\n", " ").replace("● ", "")


async def test_what_another_service_says_late_does_not_undo_what_is_known(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"))
    kept = a_promise(version=3, state=PromiseState.KEPT, kept_at=after(minutes=10))
    await desk.receive(PromiseKept(promise=kept))
    await desk.receive(PromiseAtRisk(promise=a_promise(version=2), fired_at=NOON))
    assert "Nothing promised" in (await browser.open("/board")).text


async def test_a_row_is_one_link_with_everything_in_it(desk: Desk, browser: Browser) -> None:
    await three(desk)
    page = await browser.open("/board")
    assert len(rows(page)) == len(set(rows(page))) == 3
    priority = (await desk.incident("INC-000002")).priority
    for part in (priority, "INC-000002", "The shop is broken", "Li Wei", "nobody", "silent 2 h"):
        assert part in page.text


async def test_the_board_takes_few_questions_however_full_it_is(desk: Desk, browser: Browser) -> None:
    await desk.receive(*(a_request(f"INC-{number:06}") for number in range(1, 31)))
    await desk.receive(*(promised(number, number) for number in range(1, 31)))
    with desk.statements() as sent:
        page = await browser.open("/board")
    assert len(rows(page)) == 30
    assert len([one for one in sent if one.lstrip().upper().startswith("SELECT")]) <= 7


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["INC-000001", "INC-000002"]),
        ("?show=mine", []),
        ("?show=nobody", ["INC-000002"]),
        ("?team=service-desk", ["INC-000001"]),
        ("?team=nowhere", []),
        ("?kind=fault&show=", ["INC-000001", "INC-000002"]),
        ("?status=in_progress", ["INC-000001"]),
        ("?status=resolved", ["INC-000003"]),
        ("?status=nonsense", ["INC-000001", "INC-000002"]),
        ("?show=nonsense", ["INC-000001", "INC-000002"]),
        ("?q=inc-000003", ["INC-000003"]),
        ("?q=DISK", ["INC-000002"]),
        ("?q=li@example.com broken", ["INC-000001", "INC-000003"]),
        ("?q=b_oken", []),
    ],
)
async def test_the_board_shows_what_is_asked_for(
    desk: Desk, browser: Browser, query: str, found: list[str]
) -> None:
    await desk.receive(a_request("INC-000001"), a_signal("INC-000002"), a_request("INC-000003"))
    await desk.act("INC-000001", "acknowledge")
    await desk.resolve("INC-000003")
    page = await browser.open("/board" + query)
    shown = rows(page) or [one.action.split("/")[2] for one in page.forms if "/close" in one.action]
    assert sorted(shown) == found


async def test_mine_are_those_that_i_own(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    page = await browser.open("/incidents/INC-000001")
    await browser.send(page.form("/incidents/INC-000001/acknowledge"), by="ana")
    assert rows(await browser.open("/board?show=mine")) == ["INC-000001"]


async def test_an_empty_board_says_how_to_fill_it(browser: Browser) -> None:
    page = await browser.open("/")
    assert "curl -sS http://candor.test/v1/requests" in page.text
    assert "/mailbox" in page.links
    assert "/docs" in page.links


async def test_what_strangers_wrote_is_shown_and_not_run(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", subject_line=HOSTILE, text=HOSTILE))
    for path in ("/board", "/incidents/INC-000001", "/board?q=alert"):
        answer = await browser.get(path)
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert HOSTILE in Page(answer.text).text


async def test_the_numbers_of_the_day_stand_above(desk: Desk, browser: Browser) -> None:
    await three(desk)
    kept = a_promise("p1", "INC-000001", version=2, state=PromiseState.KEPT, kept_at=after(hours=1))
    await desk.receive(PromiseKept(promise=kept))
    text = (await browser.open("/board")).text
    assert "1 kept today" in text
    assert "1 missed today" in text


async def test_today_began_at_midnight_by_the_clock_of_the_house(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    async with served_as(Desk, service, database, clock, tmp_path, time_zone="Asia/Shanghai") as desk:
        browser = Browser(desk)
        await three(desk)
        kept = a_promise("p1", "INC-000001", version=2, state=PromiseState.KEPT, kept_at=after(hours=1))
        await desk.receive(PromiseKept(promise=kept))
        for hours, number in ((3, 1), (5, 0)):  # 23:00 and 01:00 there
            clock.set(after(hours=hours))
            assert f"{number} kept today" in (await browser.open("/board")).text
            wall = (await browser.open("/promises")).text.replace("\n", " ")
            assert f"Today {number} ✓ kept" in wall


class Watching:
    """A board that is looked at again and again, as a connection does."""

    def __init__(self, desk: Desk, choice: Choice | None = None) -> None:
        request: Any = type("Request", (), {"app": type("App", (), {"state": _State(desk)})})()
        self._look = looker(request, choice or Choice())
        self.seen = Seen(0, frozenset())
        self.numbers: list[dict[str, str]] = []

    async def look(self) -> dict[str, str | None]:
        """The rows told now, by incident."""
        self.seen = await self._look(self.seen.last, self.seen.told)
        told = [(one.split("event: ")[1].split()[0], one.split("data: ")[1]) for one in self.seen.messages]
        self.numbers = [json.loads(data) for kind, data in told if kind == "numbers"]
        rows = [json.loads(data) for kind, data in told if kind == "row"]
        return {row["id"]: row["html"] for row in rows}


class _State:
    def __init__(self, desk: Desk) -> None:
        self.runtime = desk.runtime


async def test_a_row_is_told_when_its_incident_or_its_promise_changes_and_only_then(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    watching = Watching(desk)
    assert set(await watching.look()) == {"INC-000001", "INC-000002"}
    assert await watching.look() == {}
    await desk.receive(promised(2, 3))
    told = await watching.look()
    assert set(told) == {"INC-000002"}
    assert "in 3 h" in str(told["INC-000002"])
    await desk.act("INC-000001", "acknowledge")
    assert set(await watching.look()) == {"INC-000001"}
    assert await watching.look() == {}


def places(html: str) -> list[str]:
    """Where the rows stand, in the order of the page."""
    return [given["data-place"] for _, given in Page(html).tags if "data-place" in given]


async def test_rows_say_where_they_stand_so_that_a_changed_one_goes_there(
    desk: Desk, browser: Browser
) -> None:
    await three(desk)
    before = places((await browser.get("/board")).text)
    assert (len(before), before) == (3, sorted(before))
    watching = Watching(desk)
    await watching.look()
    last = before[-1].split()[-1]
    await desk.receive(promised(int(last[-1]), 0.5, version=9))
    told = await watching.look()
    [place] = places(str(told[last]))
    assert place < before[0]
    assert places((await browser.get("/board")).text)[0] == place


async def test_the_numbers_above_are_told_again_when_something_has_changed(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "COUNT_EVERY", 0.0)
    await three(desk)
    watching = Watching(desk, Choice(lane="emergency"))
    await watching.look()
    [first] = watching.numbers
    page = await browser.get("/board")
    for name, text in first.items():
        assert f'data-count="{name}">{text}<' in page.text
    await desk.resolve("INC-000001")
    await watching.look()
    [second] = watching.numbers
    assert int(second["tab-all"]) == int(first["tab-all"]) - 1
    await watching.look()
    assert watching.numbers == []


async def test_what_no_longer_fits_is_told_to_be_gone(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    watching = Watching(desk)
    await watching.look()
    await desk.resolve("INC-000001")
    assert await watching.look() == {"INC-000001": None}


async def test_a_lost_connection_is_taken_up_where_it_ended(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    first = Watching(desk)
    await first.look()
    await desk.receive(a_request("INC-000002"))
    again = Watching(desk)
    again.seen = Seen(first.seen.last, frozenset())
    assert "INC-000002" in await again.look()


async def test_a_number_that_is_committed_late_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    watching = Watching(desk)
    await watching.look()
    # As if the first had not been committed when the connection looked.
    early = min(watching.seen.told)
    watching.seen = Seen(watching.seen.last, watching.seen.told - {early})
    assert len(await watching.look()) == 1


async def test_who_is_too_far_behind_gets_the_page_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 2)
    await desk.receive(*(a_request(f"INC-{number:06}") for number in (1, 2, 3)))
    watching = Watching(desk)
    watching.seen = await watching._look(0, frozenset())
    assert watching.seen.messages == ("event: reload\ndata: {}\n\n",)


async def test_the_stream_begins_with_how_soon_to_come_back(desk: Desk) -> None:
    async def nothing(last: int, told: frozenset[int]) -> Seen:
        return Seen(last, told, (f"id: {last}\nevent: row\ndata: {{}}\n\n",))

    events = stream.events(nothing, 7)
    async with asyncio.timeout(5):
        assert await anext(events) == "retry: 2000\n\n"
        assert (await anext(events)).startswith("id: 7\n")


async def test_the_page_of_an_incident_is_told_when_something_has_come_to_it(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    page = await browser.get("/incidents/INC-000001")
    [shown] = re.findall(r"/v1/stream/board/INC-000001\?since=(\d+)", page.text)
    look = watcher(desk.runtime, "INC-000001")
    seen = await look(int(shown), frozenset())
    await desk.act("INC-000002", "acknowledge")
    assert (await look(seen.last, seen.told)).messages == seen.messages == ()
    await desk.act("INC-000001", "acknowledge")
    changed = await look(seen.last, seen.told)
    assert changed.messages == (f"id: {changed.last}\nevent: changed\ndata: {{}}\n\n",)
    assert (await look(changed.last, changed.told)).messages == ()


async def test_there_is_nothing_to_be_told_about_an_incident_that_is_not_there(browser: Browser) -> None:
    assert (await browser.get("/v1/stream/board/INC-000009")).status_code == 404
