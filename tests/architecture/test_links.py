"""A signed link opens one thing of one kind, for a while: what it opens of others is nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from candor_common.console import COOKIE, CSRF, SESSION, SIGN_IN
from candor_common.keys import KeyRing
from candor_common.links import INCIDENT
from tests.contract.populated import Names, populate
from tests.worlds.embedded import World, opened

PAGES = {
    INCIDENT: "/c/{}",
    "survey": "/survey/{}",
    SIGN_IN: "/sign-in/{}",
    "form-received": "/request/received/{}",
    "call-noted": "/call/noted/{}",
}
"""Where a link of each purpose leads."""
PURPOSES = (*PAGES, SESSION, CSRF)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data", webhook_allow="127.0.0.0/8") as made:
        yield made


def signed(world: World, purpose: str, value: str) -> str:
    return world.assembly.runtime.context.signer.sign(purpose, value)


def values(names: Names, key_id: str) -> dict[str, str]:
    """For each purpose something that there is."""
    incident = names["/v1/incidents"]["reference"]
    return {
        **dict.fromkeys(PURPOSES, incident),
        "survey": names["/v1/surveys"]["identifier"],
        SIGN_IN: key_id,
    }


def opens(answer: httpx.Response, purpose: str) -> bool:
    """Whether a link has led to what it promises."""
    if purpose == SIGN_IN:
        return answer.status_code == 303 and COOKIE in answer.headers.get("set-cookie", "")
    return answer.status_code == 200


@pytest.mark.parametrize("purpose", PAGES)
async def test_a_link_for_one_purpose_opens_nothing_else(world: World, purpose: str) -> None:
    names = await populate(world)
    ring = KeyRing(world.assembly.runtime.context.settings.keys_file)
    headers = {"Authorization": f"Bearer {ring.add('ana', ['read', 'work'])}"}
    known = values(names, ring.keys()[0].id)
    opened_by = []
    for other in PURPOSES:
        for value in {known[purpose], known[other]}:
            path = PAGES[purpose].format(signed(world, other, value))
            if opens(await world.http.get(path, headers=headers), purpose):
                opened_by.append(other)
    assert set(opened_by) == {purpose}


@pytest.mark.parametrize("change", ["cut", "longer", "of another"])
async def test_a_link_that_was_changed_opens_nothing(world: World, change: str) -> None:
    names = await populate(world)
    known = values(names, "")
    for purpose in (INCIDENT, "survey"):
        token = signed(world, purpose, known[purpose])
        other = signed(world, purpose, "INC-000001")
        changed = {
            "cut": token[:-1],
            "longer": f"{token}A",
            "of another": f"{other.partition('.')[0]}.{token.partition('.')[2]}",
        }
        answer = await world.http.get(PAGES[purpose].format(changed[change]))
        assert answer.status_code == 404


async def test_a_link_of_a_customer_opens_their_incident_and_no_other(world: World) -> None:
    names = await populate(world)
    first, second = "INC-000001", names["/v1/incidents"]["reference"]
    assert first != second
    page = await world.http.get(f"/c/{signed(world, INCIDENT, first)}")
    assert first in page.text
    assert second not in page.text


async def test_links_end(world: World) -> None:
    names = await populate(world)
    links = {
        one: PAGES[one].format(signed(world, one, value))
        for one, value in values(names, "").items()
        if one in PAGES
    }
    world.clock.advance(timedelta(days=91))
    for purpose in (INCIDENT, "survey"):
        assert (await world.http.get(links[purpose])).status_code == 410
    assert (await world.http.get(links["form-received"])).status_code == 303
    assert not opens(await world.http.get(links[SIGN_IN]), SIGN_IN)


async def test_no_link_stands_in_the_log(world: World) -> None:
    names = await populate(world)
    tokens = [signed(world, one, value) for one, value in values(names, "").items()]
    await world.assembly.wiring.database.close()  # so that whatever is asked for fails
    with capture_logs() as lines:
        for page in PAGES.values():
            for token in tokens:
                await world.http.get(page.format(token))
    assert lines
    assert [one for one in lines if any(token in str(one) for token in tokens)] == []
