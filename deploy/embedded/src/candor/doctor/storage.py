"""The checks of where things are kept: one file, or PostgreSQL and Kafka."""

import asyncio
from collections.abc import Sequence

from candor.calling import administrator_url
from candor.doctor import sqlite
from candor.doctor.finding import Check, Finding
from candor_common.settings import Settings


def checks(known: Settings, administrator: str | None) -> list[Check]:
    """Those of the mode that is set."""
    return _servers(known, administrator) if known.distributed else [_file(known)]


def _file(known: Settings) -> Check:
    async def look() -> Sequence[Finding]:
        return await asyncio.to_thread(sqlite.look, known)

    return Check(
        "database", look, "look at the disk under CANDOR_DATA_DIR; restore a backup: `candor restore FILE`"
    )


def _servers(known: Settings, administrator: str | None) -> list[Check]:
    # Their clients are large, and the embedded mode needs none of them.
    from candor.doctor import brokers, postgres  # noqa: PLC0415
    from candor_common.distributed import kafka_settings  # noqa: PLC0415

    url = administrator_url(known, administrator)
    seeing = asyncio.ensure_future(postgres.look(url))
    kafka = kafka_settings(known)

    async def database() -> Sequence[Finding]:
        return (await asyncio.shield(seeing)).findings

    async def broker() -> Sequence[Finding]:
        return await brokers.look(known, kafka)

    async def lag() -> Sequence[Finding]:
        return await brokers.lags(kafka, await asyncio.shield(seeing))

    return [
        Check("database", database, postgres.START),
        Check("broker", broker, brokers.START),
        Check("lag", lag, "mend the database and the broker first"),
    ]
