"""What a service is: a value that says what it serves, what it reacts to and what it does by the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request

from candor_common.charter import Charter
from candor_common.clock import Clock
from candor_common.database import Database, Transaction
from candor_common.events import Emitter, Envelope, Fact
from candor_common.links import Signer
from candor_common.settings import Settings
from candor_common.watchdog import Watchdog

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What decisions may look at besides the event: the operator's policy and settings."""

    charter: Charter
    settings: Settings
    signer: Signer


@dataclass(slots=True, eq=False)
class Runtime:
    """What a process gives to the services that run in it. Only `go_by` changes anything about it."""

    database: Database
    clock: Clock
    context: Context
    """Another one, as a whole, once another charter counts: take it once for what belongs together."""
    watchdog: Watchdog
    rest_factor: float
    started_at: datetime = LONG_AGO
    resources: dict[str, Any] = field(default_factory=dict)
    """What the services opened for themselves at the start, by service name."""
    readers: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """By service name, whether its consumer has caught up."""
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while another charter is read, so that the one that was read last counts."""

    def go_by(self, charter: Charter) -> None:
        """Let another charter count from now on."""
        self.context = replace(self.context, charter=charter)

    def caught_up(self, service: str) -> bool:
        """Whether a service has applied, since the process started, all that was waiting then.

        What was missed by the clock is known only after that: the fact that kept a promise may be among it.
        """
        return service not in self.readers or self.readers[service]()


def runtime_of(request: Request) -> Runtime:
    """The dependency through which endpoints reach the database, the clock and the charter."""
    runtime: Runtime = request.app.state.runtime
    return runtime


Handler = Callable[[Transaction, Sequence[Envelope[Any]], Context], None]
"""Takes a whole batch of events; those of one incident are in order."""

Subscriptions = Mapping[type[Fact], Handler]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something done by the clock or after a commit, never in a request."""

    name: str
    run: Callable[[Runtime], Awaitable[datetime | None]]
    """Does what is due and returns when it wants to be called again; None leaves that to bells and `every`."""
    every: timedelta
    """The slow poll that finds what a lost wake-up left behind."""
    bells: tuple[str, ...] = ()
    leased: bool = False
    """True when only one of several replicas may do it at a time."""


@dataclass(frozen=True, slots=True)
class Service:
    """One of the five."""

    name: Emitter
    router: APIRouter
    subscriptions: Subscriptions
    periodics: tuple[Periodic, ...] = ()
    open: Callable[[Runtime], AbstractAsyncContextManager[Any]] | None = None
    """Opens what requests and periodics share, such as a pool of connections; kept in `Runtime.resources`."""
    large_bodies: tuple[str, ...] = ()
    """How the paths begin that take a body of up to `max_body_bytes`; elsewhere 1 MiB is enough."""

    @property
    def package(self) -> str:
        """The import package, which holds the migrations."""
        return f"candor_{self.name.replace('-', '_')}"

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({fact.topic for fact in self.subscriptions}))
