"""Every door answers what the registry says of it, so that its sender stops or comes again as it should.

The doors are taken from the registry: one that is added is tried here without anybody thinking of it.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_intake import accept, service, store
from candor_intake.sources.door import FORM, Door, Proof
from candor_intake.sources.registry import DOORS
from tests.plugins.served import Served, served
from tests.service.intake.senders import let_in
from tests.service.intake.test_sources import WANTED

pytestmark = pytest.mark.packages("candor_intake")

MOST = 2_000
FIELDS = {"address": "zhang@example.com", "name": "Zhang", "text": "It is broken.", "submission": "s1"}
each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


@pytest.fixture
async def small(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """An intake that takes 2,000 bytes."""
    async with served(service, database, clock, tmp_path, max_body_bytes=MOST) as running:
        yield running


async def in_pieces() -> AsyncIterator[bytes]:
    for _ in range(5):
        yield b" " * 1_000


async def post(
    intake: Served, door: Door, content: bytes | AsyncIterator[bytes], **wanted: str
) -> httpx.Response:
    """Post to a door as somebody who may, where it asks for a key."""
    path, headers = door.path, {"Content-Type": door.content_types[0]} | wanted
    if door.has_sources:
        path = door.path.format(source=(await let_in(intake, door.name, **WANTED[door.name])).id)
    if door.proof in (Proof.API_KEY, Proof.SIGNED_IN):
        headers |= intake.key("sender", "post", "work")
    return await intake.client.post(path, content=content, headers=headers)


def asks_to_stop(answer: httpx.Response, door: Door) -> bool:
    return door.refusal_headers.items() <= {name.title(): one for name, one in answer.headers.items()}.items()


@each_door
async def test_what_is_too_large_when_announced_is_refused_for_good(small: Served, door: Door) -> None:
    answer = await post(small, door, b" " * (MOST + 1))
    assert answer.status_code == door.statuses.too_large
    assert answer.headers["Connection"] == "close"
    assert asks_to_stop(answer, door)
    assert await small.count(store.inbound) == 0


@each_door
async def test_what_turns_out_too_large_while_it_comes_is_refused_for_good(small: Served, door: Door) -> None:
    answer = await post(small, door, in_pieces())
    assert answer.status_code == door.statuses.too_large
    assert answer.headers["Connection"] == "close"
    assert asks_to_stop(answer, door)


@each_door
async def test_what_is_compressed_is_refused_for_good(small: Served, door: Door) -> None:
    answer = await post(small, door, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert answer.status_code == (400 if door.path.startswith("/v2/") else 415)
    assert answer.headers["Accept-Encoding"] == "identity"
    assert asks_to_stop(answer, door)
    assert await small.count(store.inbound) == 0


@each_door
async def test_while_too_much_waits_the_sender_is_to_come_again(
    intake: Served, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accept, "MOST_WAITING", 0)
    content = urlencode(FIELDS).encode() if FORM in door.content_types else b"{}"
    answer = await post(intake, door, content)
    assert answer.status_code == door.statuses.busy
    assert int(answer.headers["Retry-After"]) > 0
    assert not door.refusal_headers or not asks_to_stop(answer, door)


async def test_a_refusal_of_pagerdutys_is_in_its_own_words_at_both_addresses(small: Served) -> None:
    for path in ("/v2/enqueue", "/v2/change/enqueue"):
        answer = await small.client.post(path, content=b" " * (MOST + 1))
        assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
        assert "longer than 2000 bytes" in answer.json()["errors"][0]


async def test_too_many_files_for_one_post_are_told_on_the_page(small: Served) -> None:
    files = {"attachments": ("a.png", b"\x89PNG\r\n\x1a\n" * 1_000, "image/png")}
    page = await small.client.post("/request?lang=zh-Hant", data=FIELDS, files=files)
    assert page.status_code == 413
    assert "20 MB" in page.text
    assert 'id="attachments-fault"' in page.text
