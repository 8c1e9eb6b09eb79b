"""Listening: one uvicorn server with limits, an orderly stop within 10 s, and an immediate one on the second signal."""

import asyncio
import os
import sys
from collections.abc import Callable
from socket import socket
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from candor_common.security import KeyRing, check_bind, keys_path
from candor_common.settings import Settings, SettingsError, load_settings
from candor_common.telemetry import configure_logging

log = structlog.get_logger()

Ready = Callable[[], object]


class _Server(uvicorn.Server):
    """Says when it listens, stops in order on the first signal and at once on the second."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            os._exit(128 + sig)
        super().handle_exit(sig, frame)


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=4,
        h11_max_incomplete_event_size=65_536,
    )


def prepared_settings() -> Settings:
    """The settings of this process, with logging set up and the address checked.

    Ends the process with one line that says how to mend it when a setting is wrong.
    """
    try:
        settings = load_settings()
        check_bind(settings.host, KeyRing(keys_path(settings)))
    except SettingsError as error:
        sys.exit(f"candor: {error}")
    configure_logging(settings.log_format, settings.log_level)
    for slip in settings.unknown:
        log.warning("unknown_setting", what=slip)
    return settings


def serve(app: FastAPI, settings: Settings, ready: Ready = lambda: None) -> None:
    """Serve until a signal; `ready` is called once the server listens. Exits with 3 when the start fails."""
    server = _Server(_config(app, settings), ready)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve())
    if not server.started:
        sys.exit(3)
