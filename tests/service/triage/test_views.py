"""Saved views of the board: a choice under a name, for one key or for everybody."""

import pytest

from candor_triage import board_store, pages_tables, saved_views
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser, Form, Page
from tests.unit.triage.builders import a_request, after

pytestmark = pytest.mark.packages("candor_triage")
P1 = "/board?show=nobody&kind=fault"


def saving(page: Page) -> Form:
    return page.form("/board/views")


async def signed_in(desk: Desk, name: str, *scopes: str) -> Browser:
    """A browser of somebody with a key of their own."""
    key = desk.key(name, *scopes)["Authorization"].removeprefix("Bearer ")  # type: ignore[arg-type]
    desk.client.cookies.clear()
    browser = Browser(desk)
    page = await browser.open("/sign-in")
    [form] = [one for one in page.forms if one.action.startswith("/sign-in")]
    await browser.send(form, key=key, name=name)
    return browser


async def test_a_view_leads_back_to_what_was_chosen(desk: Desk, browser: Browser) -> None:
    page = await browser.send(saving(await browser.open(P1)), name="  Nobody\u2019s   faults ")
    assert "Nobody\u2019s faults" in page.text
    assert P1 in (await browser.open("/board")).links
    assert [one.name for one in await kept(desk)] == ["Nobody\u2019s faults"]


async def test_a_view_of_the_same_name_is_replaced_and_one_can_be_forgotten(
    desk: Desk, browser: Browser
) -> None:
    await browser.send(saving(await browser.open(P1)), name="mine")
    page = await browser.send(saving(await browser.open("/board?show=vip")), name="mine")
    assert [one.query for one in await kept(desk)] == ["show=vip"]
    page = await browser.send(page.form("/board/views/forget"))
    assert await kept(desk) == []
    assert "/board/views/forget" not in [one.action for one in page.forms]


async def test_a_view_is_its_owners_alone_unless_it_is_for_everybody(desk: Desk) -> None:
    ana = await signed_in(desk, "ana", "read", "work")
    await ana.send(saving(await ana.open("/board?show=vip")), name="of ana")
    await ana.send(saving(await ana.open("/board?show=mine")), name="of all", shared="true")
    bo = await signed_in(desk, "bo", "read")
    page = await bo.open("/board")
    assert "of all" in page.text
    assert "of ana" not in page.text
    assert "/board/views/forget" not in [one.action for one in page.forms]


@ON_SQLITE
async def test_for_everybody_only_those_save_and_forget_who_may_work(desk: Desk) -> None:
    bo = await signed_in(desk, "bo", "read")
    form = saving(await bo.open("/board"))
    data = form.values | {"name": "x", "shared": "true"}
    assert (await bo.post("/board/views", data)).status_code == 403
    assert (await bo.post("/board/views/forget", data)).status_code == 403
    assert (await bo.post("/board/views", data | {"shared": "false"})).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "status"), [({"name": " "}, 422), ({"name": "x" * 61}, 422), ({"name": "x", "csrf": "y"}, 403)]
)
async def test_what_is_no_view_is_refused(
    desk: Desk, browser: Browser, words: dict[str, str], status: int
) -> None:
    form = saving(await browser.open("/board"))
    assert (await browser.post("/board/views", form.values | words)).status_code == status
    assert await desk.count(pages_tables.view) == 0


@ON_SQLITE
async def test_there_are_only_so_many(desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    form = saving(await browser.open("/board"))
    assert (await browser.post("/board/views", form.values | {"name": "one"})).status_code == 303
    assert (await browser.post("/board/views", form.values | {"name": "two"})).status_code == 409
    assert (await browser.post("/board/views", form.values | {"name": "one"})).status_code == 303


async def test_a_search_says_how_far_back_it_looked_and_goes_on_from_there(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        desk.clock.set(after(minutes=number))
        request = a_request(f"INC-{number:06}", received_at=desk.clock.now(), subject_line="Shop is down")
        await desk.receive(request)
    monkeypatch.setattr(board_store, "SEARCHED_AT_ONCE", 2)
    page = await browser.open("/board?q=shop")
    assert found_on(page) == ["INC-000003", "INC-000004"]
    assert "Incidents opened before Tue 3 Mar, 12:03 (UTC) were not searched." in page.text
    [older] = [one for one in page.links if "behind=" in one]
    page = await browser.open(older)
    assert found_on(page) == ["INC-000001", "INC-000002"]
    assert "All incidents were searched." in page.text


@ON_SQLITE
async def test_a_place_to_search_from_that_is_not_ours_is_a_bad_request(browser: Browser) -> None:
    assert (await browser.get("/board?q=shop&behind=nonsense")).status_code == 400


def found_on(page: Page) -> list[str]:
    return sorted(one.rpartition("/")[2] for one in page.links if one.startswith("/incidents/"))


async def kept(desk: Desk) -> list[saved_views.SavedView]:
    return await desk.database.read(lambda connection: saved_views.views(connection, ""))
