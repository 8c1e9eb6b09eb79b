"""The last signal of each trouble that said it is there, and the last that said it is over."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among, upsert
from candor_intake.domain.inbound import Signal
from candor_intake.domain.turns import Side, side_of
from candor_intake.placed import Placed
from candor_intake.tables import signal

_LAST = sa.select(signal.c.signal_key, signal.c.cleared, signal.c.reference).where(
    signal.c.source == sa.bindparam("source"), among(signal.c.signal_key, "keys")
)


def last(connection: Connection, source: str, signals: Collection[Signal]) -> dict[Side, str]:
    """The references of the last signals of a source about the same troubles."""
    keys = sorted({side_of(one)[0] for one in signals})
    rows = connection.execute(_LAST, {"source": source, "keys": keys})
    return {(row.signal_key, row.cleared): row.reference for row in rows}


def note(connection: Connection, placed: Sequence[Placed]) -> None:
    """Keep what signals said, in their order."""
    told = {
        (one.posted.source, *side_of(one.posted.inbound)): one.reference
        for one in placed
        if isinstance(one.posted.inbound, Signal)
    }
    rows = [
        {"source": source, "signal_key": key, "cleared": cleared, "reference": reference}
        for (source, key, cleared), reference in told.items()
    ]
    upsert(connection, signal, rows, key=("source", "signal_key", "cleared"))
