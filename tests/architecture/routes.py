"""Every route of all services, with an address to call it by."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from candor.services import SERVICES
from candor_common.embedded import embedded
from candor_common.keys import KeyRing, Scope, keys_path
from candor_common.runtime import create_app
from candor_common.settings import Settings

IDENTIFIER = "0192f0c1-2345-7000-8000-000000000000"
LOCAL = "http://localhost"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    path: str

    @property
    def address(self) -> str:
        """The path with an id in each of its places."""
        return re.sub(r"\{.*?\}", IDENTIFIER, self.path.replace("{command}", "acknowledge"))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class House:
    """All five services, and who may come in."""

    def __init__(self, app: FastAPI, settings: Settings, client: httpx.AsyncClient) -> None:
        self.app, self.settings, self.client = app, settings, client

    @property
    def routes(self) -> Sequence[Route]:
        return sorted(_routes(self.app), key=str)

    def key(self, *scopes: Scope) -> dict[str, str]:
        """The headers of somebody with a new key."""
        return {"Authorization": f"Bearer {KeyRing(keys_path(self.settings)).add('somebody', scopes)}"}


@asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """All services in one process, with nothing that runs by itself."""
    settled = Settings(data_dir=folder, **settings)
    app = create_app(SERVICES, settled, embedded, background=False)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=LOCAL) as client,
    ):
        yield House(app, settled, client)


def _routes(app: FastAPI) -> Iterator[Route]:
    for one in iter_route_contexts(app.routes):
        for method in one.methods or ():
            yield Route(method, str(one.path))
