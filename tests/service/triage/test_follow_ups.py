"""What answers to surveys lead to, where people look: on the incident's page and on the wall, until it is done."""

from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import (
    FollowUp,
    FollowUpDone,
    FollowUpOpened,
    PromiseBreached,
    PromiseMade,
    PromiseState,
)
from candor_common.keys import KeyRing, keys_path
from tests.service.triage.conftest import Desk
from tests.service.triage.reading import Browser, Page
from tests.unit.triage.builders import NOON, a_request, after
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
HERE = "/incidents/INC-000001"
CALL = "7c1f7a52-5f6e-5c0b-9d5e-0a1b2c3d4e5f"
SUGGESTION = "8c1f7a52-5f6e-5c0b-9d5e-0a1b2c3d4e5f"
DUE = NOON + timedelta(hours=3)


def a_follow_up(id: str = CALL, **given: Any) -> FollowUp:
    usual: dict[str, Any] = {
        "incident_id": "INC-000001",
        "version": 1,
        "kind": "follow_up",
        "owner": "ana",
        "about": "overall 1 of 5: <b>too slow</b>",
        "opened_at": NOON,
        "due_at": DUE,
    }
    return FollowUp(id=id, **usual | given)


async def closed_with_follow_ups(desk: Desk) -> None:
    """An incident that is over, whose survey led to two promises."""
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.act("INC-000001", "close")
    later = after(hours=30)
    suggestion = a_follow_up(SUGGESTION, kind="improvement_reply", about="Write earlier.", due_at=later)
    await desk.receive(FollowUpOpened(follow_up=a_follow_up()), FollowUpOpened(follow_up=suggestion))
    await desk.receive(
        PromiseMade(promise=a_promise("p1", kind="follow_up", due_at=DUE)),
        PromiseMade(promise=a_promise("p2", kind="improvement_reply", due_at=later)),
    )


async def done(desk: Desk, id: str = CALL, **given: Any) -> None:
    ended = a_follow_up(id, version=2, done_at=NOON, answer="Called.", **given)
    await desk.receive(FollowUpDone(follow_up=ended))


def forms(page: Page) -> list[str]:
    return [one.action for one in page.forms if one.action.startswith("/follow-ups")]


async def test_the_page_of_the_incident_has_a_form_for_each_that_is_open(
    desk: Desk, browser: Browser
) -> None:
    await closed_with_follow_ups(desk)
    page = await browser.open(HERE)
    assert forms(page) == [f"/follow-ups/{CALL}", f"/follow-ups/{SUGGESTION}"]
    text = page.text.replace("\n", " ")
    assert "After the survey follow-up due 15:00 · ana in 3 h overall 1 of 5: <b>too slow</b>" in text
    assert page.form(f"/follow-ups/{CALL}").required == {"answer", "by"}
    await done(desk)
    assert forms(await browser.open(HERE)) == [f"/follow-ups/{SUGGESTION}"]


async def test_what_was_told_late_does_not_open_it_again(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), PromiseMade(promise=a_promise(kind="follow_up")))
    await done(desk)
    await desk.receive(FollowUpOpened(follow_up=a_follow_up()))
    assert forms(await browser.open(HERE)) == []


async def test_who_may_only_read_sees_it_without_a_form(desk: Desk, browser: Browser) -> None:
    await closed_with_follow_ups(desk)
    key = KeyRing(keys_path(desk.settings)).add("reader", ["read"])
    page = Page((await browser.get(HERE, headers={"Authorization": f"Bearer {key}"})).text)
    assert ("After the survey" in page.text, forms(page)) == (True, [])


async def test_on_the_wall_they_stand_among_what_is_due_next(desk: Desk, browser: Browser) -> None:
    await closed_with_follow_ups(desk)
    await desk.receive(a_request("INC-000002"))
    await desk.receive(PromiseMade(promise=a_promise("p3", "INC-000002", due_at=after(hours=4))))
    page = await browser.open("/promises")
    due = [one for one in page.links if one.startswith("/incidents/")]
    assert due == [f"{HERE}#follow-ups", "/incidents/INC-000002", f"{HERE}#follow-ups"]
    assert ("Open follow-ups: 2" in page.text, "/follow-ups" in page.links) == (True, True)
    assert "Open follow-ups: 2" in (await browser.open("/board")).text


async def test_one_that_was_missed_stays_on_the_wall_until_it_is_done(desk: Desk, browser: Browser) -> None:
    await closed_with_follow_ups(desk)
    missed = a_promise(
        "p1", kind="follow_up", due_at=DUE, version=2, state=PromiseState.BREACHED, breached_at=DUE
    )
    await desk.receive(PromiseBreached(promise=missed, fired_at=DUE))
    desk.clock.set(after(hours=4))
    first, *_ = (await browser.open("/promises")).text.partition("Next due\n")[2].split("INC-000001")
    assert "1 h late follow-up" in first.replace("\n", " ")
    await done(desk)
    text = (await browser.open("/promises")).text.partition("Next due\n")[2]
    assert "late" not in text.partition("How well")[0]
