"""Letting senders in: sources are made, listed, tried and removed by who runs the installation."""

import re
import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy.exc import IntegrityError

from candor_common import standard_webhooks
from candor_common.database import Transaction
from candor_common.errors import Conflict, NotFound, Unprocessable, responses
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_intake import source_store
from candor_intake.domain.source import Material, Options, Source
from candor_intake.shapes import Trial
from candor_intake.sources.door import Proof
from candor_intake.sources.record_mapping import BadMapping
from candor_intake.sources.registry import BY_NAME, DOORS
from candor_intake.sources.signed import mapping_of
from candor_intake.trial import tried

KINDS = tuple(door.name for door in DOORS if door.has_sources)
_NAME = re.compile("[a-z][a-z0-9-]{0,22}[a-z0-9]|[a-z]")
_MADE_BY_PROVIDER = {
    Proof.SLACK: "the signing secret of the Slack app, under Basic Information",
    Proof.TWILIO: "the auth token of the Twilio account",
}
PROVIDER_MAKES = {
    door.name: _MADE_BY_PROVIDER[door.proof] for door in DOORS if door.proof in _MADE_BY_PROVIDER
}
"""By kind, which secret of the provider's a source needs."""
_SHORTEST_SECRET = 16

Served = Annotated[Runtime, Depends(runtime_of)]
Identifier = Annotated[str, Path(max_length=40)]
router = APIRouter(prefix="/v1/sources", tags=["sources"], dependencies=[Depends(require("operate"))])


class NewSource(BaseModel):
    """A sender to be let in. Without a `secret` one is made, unless the provider makes it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(max_length=24, description="Lower-case letters, digits and hyphens.")]
    kind: str
    secret: SecretStr | None = None
    shared_keys: Annotated[dict[str, SecretStr], Field(default_factory=dict, max_length=10)]
    options: Options = Options()


class Shown(BaseModel):
    """A source, without its secret."""

    id: str
    name: str
    kind: str
    url: str
    """What to paste at the provider."""
    options: Options
    created_at: datetime


class Made(Shown):
    """A source that was just made. A secret that was made for it is shown this once."""

    secret: str | None


class Sources(BaseModel):
    """Those in use, by name."""

    sources: list[Shown]


@router.post("", status_code=201, responses=responses(Conflict, Unprocessable), summary="Let a sender in")
async def make(runtime: Served, wanted: NewSource) -> Made:
    """Make a source. The database keeps its secret readable, because signatures can't be checked otherwise."""
    _check(wanted)
    secret = wanted.secret.get_secret_value() if wanted.secret else _new_secret(wanted.kind)
    shared = {name: one.get_secret_value() for name, one in wanted.shared_keys.items()}
    source = Source(
        id=f"{wanted.name}-{secrets.token_hex(3)}",
        name=wanted.name,
        kind=wanted.kind,
        options=wanted.options,
        created_at=runtime.clock.now(),
        material=Material(secret=secret, shared_keys=shared),
    )
    try:
        await runtime.database.transact(lambda transaction: source_store.add(transaction.connection, source))
    except IntegrityError as error:
        raise Conflict(f"There is a source {wanted.name!r} already; choose another name.") from error
    shown = None if wanted.secret else secret
    return Made(**_shown(runtime, source).model_dump(), secret=shown)


@router.get("", summary="List sources")
async def listed(runtime: Served) -> Sources:
    """Who is let in, and by which address. Secrets can't be shown again."""
    found = await runtime.database.read(source_store.in_use)
    return Sources(sources=[_shown(runtime, one) for one in found])


@router.delete("/{identifier}", status_code=204, responses=responses(NotFound), summary="Lock a sender out")
async def disable(runtime: Served, identifier: Identifier) -> None:
    """Refuse all that this source sends from now on, and forget its secret."""

    def work(transaction: Transaction) -> bool:
        return source_store.disable(transaction.connection, identifier, transaction.now)

    if not await runtime.database.transact(work):
        raise NotFound(f"There is no source {identifier}.")


@router.post("/{identifier}/test", responses=responses(NotFound), summary="Try a source")
async def test(runtime: Served, identifier: Identifier) -> Trial:
    """Pass a signed sample through the source's door. It is stored, and ignored because it is a test."""
    found = await runtime.database.read(lambda connection: source_store.by_id(connection, identifier))
    if found is None:
        raise NotFound(f"There is no source {identifier}.")
    return await tried(runtime, found)


def _shown(runtime: Runtime, source: Source) -> Shown:
    url = BY_NAME[source.kind].address(runtime.context.settings.public_url, source.id)
    return Shown(
        id=source.id,
        name=source.name,
        kind=source.kind,
        url=url,
        options=source.options,
        created_at=source.created_at,
    )


def _check(wanted: NewSource) -> None:
    """Raises Unprocessable when no sender could come in like that."""
    if wanted.kind not in KINDS:
        raise _unfit("kind", _no_kind(wanted.kind))
    if not _NAME.fullmatch(wanted.name):
        raise _unfit(
            "name", "A name is made of lower-case letters, digits and hyphens, and begins with a letter."
        )
    if wanted.kind == "call-record":
        try:
            mapping_of(wanted.options)
        except BadMapping as error:
            raise _unfit("options/mapping", *error.faults) from error
    _check_secret(wanted.kind, wanted.secret.get_secret_value() if wanted.secret else None)


def _no_kind(kind: str) -> str:
    door = BY_NAME.get(kind)
    if door and door.proof is Proof.API_KEY:
        return f"{kind!r} needs no source: post to {door.path} with an API key, which `candor key add` makes."
    return f"There is no kind {kind!r}; use one of {', '.join(KINDS)}."


def _check_secret(kind: str, secret: str | None) -> None:
    proof = BY_NAME[kind].proof
    if secret is None:
        if kind in PROVIDER_MAKES:
            raise _unfit("secret", f"The provider makes it: give {PROVIDER_MAKES[kind]}.")
        return
    if len(secret) < _SHORTEST_SECRET or not (secret.isascii() and secret.isprintable()):
        raise _unfit("secret", f"A secret has {_SHORTEST_SECRET} or more printable ASCII characters.")
    if proof is Proof.STANDARD_WEBHOOKS:
        try:
            standard_webhooks.key_of(secret)
        except ValueError as error:
            raise _unfit("secret", str(error)) from error


def _new_secret(kind: str) -> str:
    if BY_NAME[kind].proof is Proof.STANDARD_WEBHOOKS:
        return standard_webhooks.new_secret()
    # PagerDuty's own keys have 32 characters, and some clients want just that.
    return secrets.token_hex(16)


def _unfit(place: str, *details: str) -> Unprocessable:
    errors = [{"detail": detail, "pointer": f"#/{place}"} for detail in details]
    return Unprocessable("The source can't be used like that; `errors` says why.", errors=errors)
