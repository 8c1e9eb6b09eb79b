"""Who is let in: a route that says that it needs a key asks for one, however it is called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from candor.services import SERVICES
from candor_common.embedded import embedded
from candor_common.keys import KeyRing, keys_path
from candor_common.runtime import create_app
from candor_common.settings import Settings

IDENTIFIER = "0192f0c1-2345-7000-8000-000000000000"


async def test_every_operation_that_declares_a_key_refuses_callers_without_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, keys_file=tmp_path / "keys.json")
    KeyRing(keys_path(settings)).add("somebody", ["post"])
    app = create_app(SERVICES, settings, embedded, background=False)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://c") as client,
    ):
        answers = {
            f"{method} {path}": (await client.request(method, path)).status_code
            for method, path in _guarded(app.openapi())
        }
    assert "POST /v1/requests" in answers
    assert {name: status for name, status in answers.items() if status != 401} == {}


def _guarded(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                yield method.upper(), _filled(path, operation)


def _filled(path: str, operation: dict[str, Any]) -> str:
    for one in operation.get("parameters", ()):
        path = path.replace("{" + one["name"] + "}", IDENTIFIER)
    return path
