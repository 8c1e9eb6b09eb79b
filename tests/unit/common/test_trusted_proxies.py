"""Who has sent a request that came through a proxy."""

from typing import Any

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from candor_common.server import server_config
from candor_common.settings import Settings

GATEWAY, STRANGER, CUSTOMER = "172.20.0.9", "203.0.113.7", "198.51.100.23"


def application(settings: Settings) -> Any:
    app = FastAPI()

    @app.get("/")
    async def who(request: Request) -> dict[str, str]:
        assert request.client is not None
        return {"client": request.client.host, "scheme": request.url.scheme}

    config = server_config(app, settings)
    config.load()
    return config.loaded_app


async def seen(settings: Settings, peer: str) -> dict[str, str]:
    headers = {"X-Forwarded-For": CUSTOMER, "X-Forwarded-Proto": "https"}
    transport = ASGITransport(application(settings), client=(peer, 4711))
    async with AsyncClient(transport=transport, base_url="http://candor.test") as client:
        answer: dict[str, str] = (await client.get("/", headers=headers)).json()
        return answer


async def test_a_trusted_proxy_says_for_whom_it_asks() -> None:
    behind = Settings(trusted_proxies="172.16.0.0/12")
    assert await seen(behind, GATEWAY) == {"client": CUSTOMER, "scheme": "https"}


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8"])
async def test_nobody_else_is_believed(trusted: str) -> None:
    assert await seen(Settings(trusted_proxies=trusted), STRANGER) == {"client": STRANGER, "scheme": "http"}
