from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from candor_common.clock import ManualClock
from candor_common.embedded import embedded
from candor_common.runtime import create_app
from candor_common.settings import Settings
from candor_sla_timer import service
from tests.plugins.databases import START
from tests.service.sla_timer.conftest import Timer
from tests.service.sla_timer.test_events import opened, update_sent
from tests.unit.sla_timer.builders import heard


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Three incidents and a signal; the first got an answer after ten minutes."""
    clock = ManualClock(START)
    app = create_app([service], Settings(data_dir=tmp_path), embedded, clock=clock, background=False)
    async with app.router.lifespan_context(app):
        timer = Timer(app.state.runtime.database, clock, tmp_path)
        await timer.receive(
            *(heard(opened(number)) for number in (1, 2, 3)), heard(opened(4, requester=None))
        )
        await timer.receive(heard(update_sent(10)))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as made:
            yield made


async def listed(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/promises", params=wanted)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_promises_are_listed_with_the_earliest_due_first(client: httpx.AsyncClient) -> None:
    promises = await listed(client)
    assert len(promises) == 8
    due = [one["due_at"] for one in promises]
    assert due == sorted(due)
    assert due[0] == "2026-03-02T09:40:00Z"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"incident": "INC-1"}, 3),
        ({"state": "kept"}, 1),
        ({"state": "open", "kind": "first_response"}, 2),
        ({"kind": "resolution"}, 4),
        ({"kind": "estimate"}, 0),
        ({"due_before": "2026-03-02T10:00:00Z"}, 1),
        ({"due_before": "2026-03-02T18:00:01+08:00"}, 4),
        ({"incident": "INC-9"}, 0),
    ],
)
async def test_filters_must_all_hold(client: httpx.AsyncClient, wanted: dict[str, str], count: int) -> None:
    assert len(await listed(client, **wanted)) == count


async def test_pages_follow_each_other_without_gap_or_repetition(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    page: dict[str, Any] = {"next": None}
    for _ in range(3):
        wanted = {"limit": 3} | ({"after": page["next"]} if page["next"] else {})
        page = (await client.get("/v1/promises", params=wanted)).json()
        seen += [one["id"] for one in page["items"]]
    assert page["next"] is None
    assert seen == [one["id"] for one in await listed(client)]


@pytest.mark.parametrize(
    "wanted",
    [{"state": "late"}, {"kind": "x"}, {"due_before": "2026-03-02T10:00:00"}, {"limit": 0}, {"stat": "kept"}],
)
async def test_a_filter_that_means_nothing_is_refused(
    client: httpx.AsyncClient, wanted: dict[str, str]
) -> None:
    answer = await client.get("/v1/promises", params=wanted)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:candor:problem:unprocessable")


async def test_one_promise_is_shown_as_it_stands(client: httpx.AsyncClient) -> None:
    [kept] = await listed(client, state="kept")
    answer = await client.get(f"/v1/promises/{kept['id']}")
    assert (answer.status_code, answer.json()) == (200, kept)
    assert (kept["version"], kept["kept_at"], kept["target"]) == (2, "2026-03-02T09:10:00Z", "PT1H")


async def test_a_promise_that_nobody_made_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/promises/none")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:candor:problem:not-found")


async def test_a_promise_is_explained_in_words_and_as_a_strip(client: httpx.AsyncClient) -> None:
    [kept] = await listed(client, state="kept")
    answer = await client.get(f"/v1/promises/{kept['id']}/explain")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["promise"], told["target"], told["counted"]) == (kept, "1h", "PT10M")
    assert told["result"] == "Kept on Mon 2 Mar 2026 17:10, 50 min before it was used up."
    assert told["strip"] == [
        {"from": "2026-03-02T09:00:00Z", "to": "2026-03-02T09:10:00Z", "kind": "working"}
    ]


async def test_what_nobody_promised_is_not_explained(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/promises/none/explain")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:candor:problem:not-found")
