"""A process: some services, and the mode that they run in.

Embedded: all five, one SQLite file, the outbox table as the log. Distributed: one service, PostgreSQL and Kafka.
Everything opens in order and closes in reverse; a background task that dies ends the process.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from candor_common import errors, limits, openapi, periodic, telemetry, web
from candor_common.charter import load_charter
from candor_common.charter_reload import charter_calls, charter_router
from candor_common.clock import Clock, SystemClock
from candor_common.consumer import Consumer
from candor_common.database import Database
from candor_common.feed import Feed
from candor_common.health import MoreChecks, checks
from candor_common.housekeeping import housekeeping
from candor_common.keys import KeyRing, keys_path
from candor_common.links import Signer, signing_key
from candor_common.log_levels import log_level_router, log_levels
from candor_common.migrate import migrate
from candor_common.parked import parked_router
from candor_common.security import Security, is_loopback
from candor_common.service import Context, Periodic, Runtime, Service
from candor_common.settings import Settings, SettingsError
from candor_common.watchdog import Watchdog

log = structlog.get_logger()

# Our own traces run through events, from process to process.
_UNTRACED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
DRAIN = 4.0
"""Seconds that background tasks get to finish what they are doing."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What differs between the modes."""

    database: Database
    feed: Callable[[Service], Feed]
    rest_factor: float = 0.0
    tasks: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """Further loops to run, such as the relay."""
    check: MoreChecks | None = None


Mode = Callable[[Settings, Clock, Sequence[Service]], AbstractAsyncContextManager[Wiring]]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Services wired to a mode, with everything open and nothing running yet."""

    services: Sequence[Service]
    runtime: Runtime
    wiring: Wiring
    consumers: Sequence[Consumer]
    levels: Periodic
    charters: Periodic

    @property
    def periodics(self) -> list[Periodic]:
        own = [one for service in self.services for one in service.periodics]
        return [*own, housekeeping(self.services), self.levels, self.charters]

    async def health(self) -> list[telemetry.Check]:
        """What `/readyz` answers from."""
        return await checks(self.runtime, self.consumers, self.wiring.check)


@asynccontextmanager
async def assemble(
    services: Sequence[Service], settings: Settings, mode: Mode, clock: Clock
) -> AsyncIterator[Assembly]:
    """Open database, resources and feeds of some services; close them in reverse."""
    async with AsyncExitStack() as stack:
        context = Context(load_charter(settings.charter), settings, Signer(signing_key(settings), clock))
        wiring = await stack.enter_async_context(mode(settings, clock, services))
        await migrate(wiring.database, ["candor_common", *(service.package for service in services)])
        watchdog = Watchdog(clock)
        runtime = Runtime(wiring.database, clock, context, watchdog, wiring.rest_factor, clock.now())
        for service in services:
            if service.open is not None:
                runtime.resources[service.name] = await stack.enter_async_context(service.open(runtime))
        consumers = [Consumer(one, runtime, wiring.feed(one)) for one in services if one.subscriptions]
        for consumer in consumers:
            stack.push_async_callback(consumer.feed.stop)
            runtime.readers[consumer.name] = consumer.caught_up
            await consumer.start()
        names: list[str] = [one.name for one in services]
        yield Assembly(services, runtime, wiring, consumers, log_levels(names), charter_calls(names))


def end_the_process(name: str, error: BaseException | None) -> NoReturn:
    """A background task is gone: rather no process, which is seen and restarted, than half a one."""
    telemetry.task_deaths.labels(name).inc()
    if isinstance(error, SettingsError):
        log.critical("wrong_setting", what=str(error))
    else:
        log.critical("task_died", task=name, exc_info=error)
    os._exit(70)


@asynccontextmanager
async def running(
    assembly: Assembly, on_death: Callable[[str, BaseException | None], object] = end_the_process
) -> AsyncIterator[None]:
    """Run consumers, periodics and the mode's own loops until left; then let them finish what they do."""
    loops: dict[str, Callable[[], Awaitable[None]]] = dict(assembly.wiring.tasks)
    for consumer in assembly.consumers:
        loops[f"{consumer.name}.consumer"] = consumer.run
    for one in assembly.periodics:
        loops[one.name] = partial(periodic.run, one, assembly.runtime)
    tasks = [_start(name, loop, on_death) for name, loop in loops.items()]
    try:
        yield
    finally:
        await _stop(tasks)
        await periodic.give_back(assembly.runtime)


def _start(
    name: str,
    loop: Callable[[], Awaitable[None]],
    on_death: Callable[[str, BaseException | None], object],
) -> asyncio.Task[None]:
    async def body() -> None:
        await loop()

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            on_death(name, task.exception())

    task = asyncio.create_task(body(), name=name)
    task.add_done_callback(ended)
    return task


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=DRAIN)


def create_app(
    services: Sequence[Service],
    settings: Settings,
    mode: Mode,
    *,
    clock: Clock | None = None,
    background: bool = True,
) -> FastAPI:
    """The web application of some services. Paths are the same in both modes.

    Without `background` nothing runs by itself: a test moves consumers and periodics by hand through
    `app.state.assembly`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            assembly = await stack.enter_async_context(
                assemble(services, settings, mode, clock or SystemClock())
            )
            app.state.assembly = assembly
            app.state.runtime = assembly.runtime
            if background:
                await stack.enter_async_context(running(assembly))
            yield

    async def health() -> list[telemetry.Check]:
        opened: Assembly = app.state.assembly
        return await opened.health()

    app = FastAPI(
        title="Candor", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, telemetry=_UNTRACED
    )
    app.state.security = Security(KeyRing(keys_path(settings)), is_loopback(settings.host))
    errors.install(app)
    openapi.install(app)
    large = [path for service in services for path in service.large_bodies]
    app.add_middleware(limits.LimitBody, max_bytes=settings.max_body_bytes, large=large)
    app.add_middleware(web.SecureHeaders, https=settings.public_url.startswith("https:"))
    app.add_middleware(telemetry.CountRequests)
    for router in _routers(services, telemetry.health_router(health)):
        # As `include_router` does, without the second look for the route that it needs on every request.
        app.router.routes.extend(router.routes)
    return app


def _routers(services: Sequence[Service], health: APIRouter) -> Iterator[APIRouter]:
    """Those of the services first, in the order in which they are asked most."""
    yield from (service.router for service in services)
    for service in services:
        yield from operating_routers(service.name)
    yield from (health, web.router)


def operating_routers(name: str) -> Iterator[APIRouter]:
    """What every service offers to those who operate it, under its name."""
    yield from (parked_router(name), log_level_router(name), charter_router(name))
