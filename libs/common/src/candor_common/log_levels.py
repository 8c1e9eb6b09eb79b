"""How much a service logs, changed while it runs: for a while, in all its replicas."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import sqlalchemy as sa
import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row

from candor_common import telemetry
from candor_common.columns import Moment, metadata, upsert
from candor_common.database import Transaction
from candor_common.security import require
from candor_common.service import Periodic, Runtime, runtime_of
from candor_common.settings_values import LogLevel

log = structlog.get_logger()

LOOK = timedelta(seconds=10)
"""After so long every replica has heard of a change."""
LONGEST = timedelta(days=1)
"""A level that is forgotten fills the disk, so each ends by itself."""

log_level = sa.Table(
    "log_level",
    metadata,
    sa.Column("service", sa.String(40), primary_key=True),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("until", Moment, nullable=False),
)


class Wanted(BaseModel):
    """A level, and for how long; `usual` is the one of the settings."""

    level: LogLevel | Literal["usual"]
    minutes: int = Field(60, ge=1, le=LONGEST // timedelta(minutes=1))


class Level(BaseModel):
    """How much is logged now; `until` is missing where it is the usual level."""

    service: str
    level: LogLevel
    until: datetime | None = None


def log_level_router(service: str) -> APIRouter:
    """The endpoint that shows and changes how much one service logs."""
    router = APIRouter(
        prefix=f"/v1/log-level/{service}", tags=["operate"], dependencies=[Depends(require("operate"))]
    )

    @router.get("", summary="How much is logged")
    async def shown(runtime: Annotated[Runtime, Depends(runtime_of)]) -> Level:
        return await _level(runtime, service)

    @router.put("", summary="Log more or less for a while")
    async def changed(wanted: Wanted, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Level:
        await runtime.database.transact(lambda transaction: _write(transaction, service, wanted))
        return await _level(runtime, service)

    return router


async def _level(runtime: Runtime, service: str) -> Level:
    row = await runtime.database.read(
        lambda connection: _in_force(connection, [service], runtime.clock.now())
    )
    if row is None:
        return Level(service=service, level=runtime.context.settings.log_level)
    return Level(service=service, level=row.level, until=row.until)


def _write(transaction: Transaction, service: str, wanted: Wanted) -> None:
    if wanted.level == "usual":
        transaction.connection.execute(sa.delete(log_level).where(log_level.c.service == service))
    else:
        until = transaction.now + timedelta(minutes=wanted.minutes)
        row = {"service": service, "level": wanted.level, "until": until}
        upsert(transaction.connection, log_level, [row], key=["service"])
    transaction.wake(_bell(service))


def _in_force(
    connection: Connection, services: list[str], now: datetime
) -> Row[tuple[str, str, datetime]] | None:
    """The level that was asked for last among some services of one process."""
    query = (
        sa.select(log_level)
        .where(log_level.c.service.in_(services), log_level.c.until > now)
        .order_by(log_level.c.until.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def _bell(service: str) -> str:
    return f"{service}.log-level"


def log_levels(services: list[str]) -> Periodic:
    """The periodic that gives a process the level that its services are to have; embedded, they share one."""
    name = services[0] if len(services) == 1 else "embedded"
    current: str | None = None

    async def apply(runtime: Runtime) -> datetime | None:
        nonlocal current
        now = runtime.clock.now()
        row = await runtime.database.read(lambda connection: _in_force(connection, services, now))
        wanted = None if row is None else row.level
        if wanted != current:
            telemetry.set_level(wanted or runtime.context.settings.log_level)
            log.warning("log_level_changed", service=name, to=wanted or "usual")
            current = wanted
        return None if row is None else row.until

    return Periodic(f"{name}.log-level", apply, LOOK, tuple(_bell(one) for one in services))
