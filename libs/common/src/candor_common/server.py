"""Listening: one uvicorn server with limits, an orderly stop within 10 s, and an immediate one on the second signal.

SIGHUP makes the process read its charter anew.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from candor_common.charter import CharterError
from candor_common.charter_reload import reload_whenever
from candor_common.keys import KeyRing, keys_path
from candor_common.protocol import Protocol
from candor_common.security import check_bind
from candor_common.settings import Settings, SettingsError, load_settings
from candor_common.telemetry import configure_logging

log = structlog.get_logger()
_NEW_THINGS = 20_000
"""How many more things than were freed have been made when the collector looks at those; Python's own is 700."""

Ready = Callable[[], object]


class _Server(uvicorn.Server):
    """Says when it listens, stops in order on the first signal and at once on the second."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own way raises the signal again before the services are closed."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self._stop, one)
        yield

    def _stop(self, received: signal.Signals) -> None:
        if self.should_exit:
            os._exit(128 + received)
        self.should_exit = True


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=4,
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
    """Serve until a signal; `ready` is called once the server listens.

    Ends the process with one line, and 1, when settings or charter don't let it start.
    """
    server = _Server(server_config(app, settings), ready)
    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_serve(app, server, settings))
    except (SettingsError, CharterError) as error:
        sys.exit(f"candor: {error}")


async def _serve(app: FastAPI, server: _Server, settings: Settings) -> None:
    """Listen first, so that a port that is taken is told before anything is opened; answer once all is open."""
    hangup = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _on_hangup(server, hangup))
    with _listening(settings) as listener:
        async with app.router.lifespan_context(app):
            spare_the_collector()
            reloading = asyncio.create_task(reload_whenever(hangup, app.state.runtime))
            try:
                await server.serve([listener])
            finally:
                reloading.cancel()


def spare_the_collector() -> None:
    """Let the cyclic garbage collector look at new things only, and less often. What a process has loaded stays for good,
    and nearly all that a request or a round makes is freed by itself; looking at it again takes a seventh of the CPU."""
    gc.freeze()
    gc.set_threshold(_NEW_THINGS)


def _on_hangup(server: _Server, asked: asyncio.Event) -> Callable[[], None]:
    """What SIGHUP means: the terminal that we were started in is gone, or else the charter is to be read anew."""
    terminal = _has_terminal()

    def heed() -> None:
        if terminal and not _has_terminal():
            server.should_exit = True
        else:
            asked.set()

    return heed


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _listening(settings: Settings) -> socket.socket:
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"CANDOR_PORT: can't listen on {host} port {settings.port} ({error.strerror}); set another one"
        ) from error
    return listener
