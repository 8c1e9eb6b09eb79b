"""What can't be taken is refused with the reason and the place, and leaves nothing behind."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_intake import service, store
from tests.plugins.served import Served, served
from tests.service.intake.posting import GOOD, body, post, post_alerts, post_mail

pytestmark = pytest.mark.packages("candor_intake")

JSON_DOORS = ("/v1/requests", "/v1/requests/batch", "/v1/hooks/alertmanager")
DOORS = (*JSON_DOORS, "/v1/hooks/email/raw")


@pytest.fixture
async def small(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """An intake that takes 2,000 bytes."""
    async with served(service, database, clock, tmp_path, max_body_bytes=2_000) as running:
        yield running


async def test_a_body_that_does_not_fit_is_refused_with_the_place(intake: Served) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"subject": ""}, "#/subject"),
        ({"text": 7}, "#/text"),
        ({"from": {"address": "nobody"}}, "#/from/address"),
        ({"labels": {"a/b": 1}}, "#/labels/a~1b"),
        ({"urgent": "yes"}, "#/urgent"),
    ]
    for change, pointer in bad:
        answer = await post(intake, json.dumps(GOOD | change).encode())
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
        problem = answer.json()
        assert (problem["status"], problem["title"]) == (422, "Understood but not valid")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await intake.count(store.inbound) == 0


async def test_what_is_not_even_json_is_a_bad_request(intake: Served) -> None:
    for door in JSON_DOORS:
        for content in (b"", b"{", b"\xff{}", b"nonsense"):
            answer = await intake.client.post(
                door, content=content, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
            assert answer.json()["errors"][0]["pointer"] == "#"


async def test_another_content_type_is_refused_with_the_right_one(intake: Served) -> None:
    for door in DOORS:
        for given in ("text/html", "", "application/jsonp", "multipart/form-data"):
            answer = await intake.client.post(door, content=body(), headers={"Content-Type": given})
            assert answer.status_code == 415
            assert ("message/rfc822" if door == DOORS[-1] else "application/json") in answer.json()["detail"]


async def test_parameters_and_case_of_a_content_type_do_not_matter(intake: Served) -> None:
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert (await intake.client.post("/v1/requests", content=body(), headers=headers)).status_code == 202


async def test_a_body_that_is_too_large_is_refused_before_and_while_it_comes(small: Served) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * 1_000

    large: tuple[Callable[[], Any], ...] = (lambda: b" " * 3_000, in_pieces)
    for door in DOORS:
        kind = "message/rfc822" if door == DOORS[-1] else "application/json"
        for content in large:
            answer = await small.client.post(door, content=content(), headers={"Content-Type": kind})
            assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")


async def test_an_empty_mail_is_refused(intake: Served) -> None:
    answer = await post_mail(intake, b"\r\n \r\n")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (422, "The mail is empty.")


async def test_every_refusal_is_counted(intake: Served) -> None:
    async def refused(channel: str) -> float:
        return await intake.metric("candor_requests_refused_total", channel=channel)

    before = [await refused(channel) for channel in ("rest", "mail", "alert")]
    await post(intake, b"{}")
    await post(intake, b"{")
    await post(intake, body(), key="")
    await post_mail(intake, b"")
    await post_alerts(intake, b"[]")
    after = [await refused(channel) for channel in ("rest", "mail", "alert")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [3, 1, 1]
