"""Commands that are sent again because their answer got lost: each is given once.

A sender names a command with an `Idempotency-Key`. Commands that change an incident are safe without one, as a second
one comes on an old version; with one, it gets the answer that it missed instead of a refusal.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

import sqlalchemy as sa
from fastapi import Header, Request
from sqlalchemy import Connection

from candor_common.columns import Moment, insert_new
from candor_common.database import Transaction
from candor_common.errors import BadRequest, Unprocessable
from candor_common.events import Incident
from candor_triage.tables import command

KEPT = timedelta(days=7)
"""How long a key is remembered at least."""
LONGEST_KEY = 255
USED_BEFORE = "This Idempotency-Key was used before with another command; use a new key."
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Names the command; sent again, it is not given again."),
]


@dataclass(frozen=True, slots=True)
class Once:
    """A command as its sender named it, and what distinguishes it from others under the same name."""

    key: str
    fingerprint: str


async def once_of(request: Request, idempotency_key: Key = None) -> Once | None:
    """The name of the command in a request, if it has one. Raises BadRequest for what can be none."""
    if idempotency_key is None:
        return None
    content = request.url.path.encode() + b"\0" + await request.body()
    return Once(_bare(idempotency_key), sha256(content).hexdigest())


def once_of_form(command: str, given: Mapping[str, str]) -> Once | None:
    """The name of the command in a form: whatever the same page sends a second time with the same words is given once."""
    if not given.get("once"):
        return None
    content = sha256(json.dumps([command, sorted(given.items())]).encode()).hexdigest()
    return Once(f"form-{content}", content)


def given_once(
    transaction: Transaction, incident_id: str, once: Once, give: Callable[[Transaction], Incident]
) -> Incident | None:
    """What a command makes of its incident; nothing when it was given before.

    Raises Unprocessable when another command was given under the same name.
    """
    row = {
        "incident_id": incident_id,
        "key": once.key,
        "fingerprint": once.fingerprint,
        "at": transaction.now,
    }
    # The row comes first: of two that come at the same time, one waits here until the other is done.
    if insert_new(transaction.connection, command, [row]):
        return give(transaction)
    known = transaction.connection.scalar(_FINGERPRINT, {"of": incident_id, "under": once.key})
    if known != once.fingerprint:
        raise Unprocessable(USED_BEFORE)
    return None


_FINGERPRINT = sa.select(command.c.fingerprint).where(
    command.c.incident_id == sa.bindparam("of"), command.c.key == sa.bindparam("under")
)
_FORGET = sa.delete(command).where(command.c.at < sa.bindparam("until", type_=Moment))


def forget(connection: Connection, now: datetime) -> None:
    """Let go of the keys that nobody will send again."""
    connection.execute(_FORGET, {"until": now - KEPT})


def _bare(header: str) -> str:
    """The key: a quoted string by the draft, a bare token from most clients."""
    given = header.strip()
    quoted = _QUOTED.fullmatch(given)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else given
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise BadRequest(f"The Idempotency-Key has to be 1 to {LONGEST_KEY} printable ASCII characters.")
    return key
