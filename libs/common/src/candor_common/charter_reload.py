"""Another charter for a running process: read and checked beside the one that counts, then put in its place at once.

A signal asks for it, or a call that all replicas of a service hear of. When something is wrong with the new one, that is
told and the old one goes on counting.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import Connection

from candor_common.charter import Charter, CharterError, Problem, load_charter
from candor_common.columns import counter, take_numbers
from candor_common.database import Transaction
from candor_common.errors import Unprocessable, responses
from candor_common.security import require
from candor_common.service import Periodic, Runtime, runtime_of

log = structlog.get_logger()

LOOK = timedelta(seconds=10)
"""After so long every replica has heard of a call."""
_CALLS = "charter"
"""The counter of calls to read the charter anew, and the bell that rings with it."""

Served = Annotated[Runtime, Depends(runtime_of)]


class InForce(BaseModel):
    """The charter that counts in a service; `file` is missing where it is the one that Candor ships with."""

    service: str
    version: str
    file: str | None = None


class Reloaded(InForce):
    """The charter that counts from now on, and the one that did before; they are equal when nothing had changed."""

    before: str
    notices: list[str]
    """What an operator should know although the charter is sound."""


def charter_router(service: str) -> APIRouter:
    """The endpoints that show which charter a service goes by, and make it read the charter anew."""
    router = APIRouter(
        prefix=f"/v1/charter/{service}", tags=["operate"], dependencies=[Depends(require("operate"))]
    )

    @router.get("", summary="Which charter counts")
    async def shown(runtime: Served) -> InForce:
        settings, charter = runtime.context.settings, runtime.context.charter
        return InForce(service=service, version=charter.version, file=_name(settings.charter))

    @router.post("/reload", responses=responses(Unprocessable), summary="Read the charter anew")
    async def reloaded(runtime: Served) -> Reloaded:
        before = runtime.context.charter
        try:
            charter = await reload_charter(runtime)
        except CharterError as error:
            raise _refused(before, error) from error
        await runtime.database.transact(_call)
        return Reloaded(
            service=service,
            version=charter.version,
            before=before.version,
            file=_name(runtime.context.settings.charter),
            notices=charter.notices(runtime.clock.now().date()),
        )

    return router


async def reload_charter(runtime: Runtime) -> Charter:
    """Let the charter count that the settings name, as it is now. Raises CharterError, and then nothing has changed.

    What has begun ends under the charter that it began with, and promises stay as they were made.
    """
    async with runtime.reloading:
        before = runtime.context.charter
        try:
            charter = await asyncio.to_thread(load_charter, runtime.context.settings.charter)
        except CharterError as error:
            log.error("charter_refused", stays=before.version, problems=[str(one) for one in error.problems])
            raise
        runtime.go_by(charter)
        log.info("charter_in_force", version=charter.version, before=before.version)
        return charter


async def reload_whenever(asked: asyncio.Event, runtime: Runtime) -> None:
    """Read the charter anew each time that an event is set, for ever."""
    while True:
        await asked.wait()
        asked.clear()
        try:
            await reload_charter(runtime)
        except CharterError:
            continue  # It is logged already.
        except Exception:
            # Whoever sent the signal finds an answer in the log, and can send it again.
            log.exception("charter_not_read")


def charter_calls(services: list[str]) -> Periodic:
    """The periodic by which all replicas hear that one of them was told to read the charter anew."""
    # A process reads the charter before it can ask how often there was a call: what was called in between looks to it
    # like what was called long ago. So the first look takes all calls for unheard, and reads it once more.
    heard = 0

    async def listen(runtime: Runtime) -> datetime | None:
        nonlocal heard
        asked = await runtime.database.read(_calls)
        if asked != heard:
            with suppress(CharterError):
                await reload_charter(runtime)
        heard = asked
        return None

    name = services[0] if len(services) == 1 else "embedded"
    return Periodic(f"{name}.charter", listen, LOOK, (_CALLS,))


def _call(transaction: Transaction) -> None:
    take_numbers(transaction.connection, _CALLS, 1)
    transaction.wake(_CALLS)


def _calls(connection: Connection) -> int:
    return connection.scalar(sa.select(counter.c.next).where(counter.c.name == _CALLS)) or 0


def _refused(stays: Charter, error: CharterError) -> Unprocessable:
    detail = f"The charter can't be used, so version {stays.version} goes on counting; `errors` says what is wrong."
    return Unprocessable(detail, errors=[_told(one) for one in error.problems])


def _told(problem: Problem) -> dict[str, str]:
    return {
        "detail": str(problem),
        "file": problem.file,
        "line": str(problem.line),
        "key": problem.key,
    }


def _name(file: object) -> str | None:
    return str(file) if file else None
