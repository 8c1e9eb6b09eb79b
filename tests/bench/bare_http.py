"""A route without a framework: ASGI by hand, one pydantic model, 202 after commit."""

import asyncio
import json
import os
import traceback
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from pydantic import ValidationError

from tests.bench.bare_model import InboundRequest

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Accept = Callable[[InboundRequest], Awaitable[str]]
Opened = Callable[[], AbstractAsyncContextManager[Accept]]


class BareApp:
    """POST /v1/requests, and nothing else."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._accept: Accept | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["method"] == "POST" and scope["path"] == "/v1/requests":
            await self._post(receive, send)
        else:
            await _answer(send, 404, {"error": "not found"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._opened() as self._accept:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _post(self, receive: Receive, send: Send) -> None:
        assert self._accept is not None
        try:
            request = InboundRequest.model_validate_json(await _body(receive))
        except ValidationError as error:
            await _answer(send, 422, {"errors": error.errors(include_url=False, include_context=False)})
            return
        await _answer(send, 202, {"id": await self._accept(request)})


def serve(app: Any, port: int) -> None:
    """One worker on uvloop and httptools, no access log."""
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False)


def must_live(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Start a long task whose death ends the process: a silent one would look like slowness."""
    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(_end_when_dead)
    return task


def _end_when_dead(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (failure := task.exception()):
        traceback.print_exception(failure)
        os._exit(1)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _answer(send: Send, status: int, content: object) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
