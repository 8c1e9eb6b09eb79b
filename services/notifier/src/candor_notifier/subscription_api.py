"""Subscriptions over HTTP: who outside hears of what, and what became of what they were to hear."""

from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from candor_common.errors import NotFound, Unprocessable, responses
from candor_common.languages import Language
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_notifier import subscribers
from candor_notifier.channels import Sent
from candor_notifier.channels.http import BadUrl, NotAllowed
from candor_notifier.channels.webhook import payload
from candor_notifier.domain.subscription import FILTERS
from candor_notifier.subscribers import Subscription, Wish
from candor_notifier.webhook_delivery import RESOURCE, WebhookDelivery

Served = Annotated[Runtime, Depends(runtime_of)]
Id = Annotated[str, Path(pattern="^[0-9a-f-]{36}$")]
State = Literal["waiting", "sent", "failed"]

router = APIRouter(
    prefix="/v1/subscriptions", tags=["subscriptions"], dependencies=[Depends(require("operate"))]
)


class Wanted(BaseModel):
    """What to subscribe."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=2_000, description="Where signed JSON is posted, over https.")
    name: str = Field("", max_length=100, description="Whose it is, for people.")
    types: tuple[str, ...] = Field(
        (), max_length=50, description="As `incident.resolved` or `promise.*`; none is all."
    )
    answers: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$",
        description="The chat source whose people are answered here.",
    )
    contact: str | None = Field(
        None,
        max_length=320,
        pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$",
        description="Whose it is, by mail: told when it is switched off.",
    )
    language: Language = Field("en", description="In which the contact is written to.")


class Shown(BaseModel):
    """A subscription as it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    url: str
    types: tuple[str, ...]
    answers: str | None
    state: str
    reason: str | None
    failures: int
    failing_since: datetime | None
    created_at: datetime
    contact: str | None
    language: Language
    disabled_at: datetime | None
    told_at: datetime | None


class Made(Shown):
    """A new subscription, with the secret that is shown this once."""

    secret: str


class All(BaseModel):
    """The oldest first."""

    subscriptions: list[Shown]


class Delivery(BaseModel):
    """Something that a subscription got or is to get. Its id is the `webhook-id`."""

    id: str
    incident_id: str
    type: str
    state: State
    attempts: int
    due_at: datetime | None
    planned_at: datetime
    ended_at: datetime | None
    reason: str | None


class Deliveries(BaseModel):
    """The newest first."""

    deliveries: list[Delivery]


class Tested(BaseModel):
    """What came of a test."""

    taken: bool
    reason: str | None = None


@router.post("", status_code=201, responses=responses(Unprocessable), summary="Subscribe")
async def subscribed(runtime: Served, wanted: Wanted) -> Made:
    """Begin to send events to a URL. The secret in the answer is shown this once; it signs what is sent."""
    await _check(runtime, wanted)
    wish = Wish(**wanted.model_dump())
    made = await runtime.database.transact(lambda transaction: subscribers.add(transaction, wish))
    return Made.model_validate(made)


@router.get("", summary="List subscriptions")
async def listed(runtime: Served) -> All:
    """All of them, with how they are."""
    found = await runtime.database.read(subscribers.every)
    return All(subscriptions=[Shown.model_validate(one) for one in found])


@router.get("/{identifier}", responses=responses(NotFound), summary="Show a subscription")
async def shown(runtime: Served, identifier: Id) -> Shown:
    """One of them."""
    return Shown.model_validate(await _found(runtime, identifier))


@router.delete("/{identifier}", status_code=204, responses=responses(NotFound), summary="Unsubscribe")
async def removed(runtime: Served, identifier: Id) -> None:
    """Send nothing more there, and forget what was sent."""
    if not await runtime.database.transact(lambda tx: subscribers.remove(tx.connection, identifier)):
        raise _missing(identifier)


@router.post("/{identifier}/enable", responses=responses(NotFound), summary="Enable a subscription again")
async def enabled(runtime: Served, identifier: Id) -> Shown:
    """Begin anew with one that was disabled. What it missed can be replayed."""
    if not await runtime.database.transact(lambda tx: subscribers.enable(tx, identifier)):
        raise _missing(identifier)
    return Shown.model_validate(await _found(runtime, identifier))


@router.post("/{identifier}/test", responses=responses(NotFound), summary="Test a subscription")
async def tested(runtime: Served, identifier: Id) -> Tested:
    """Post an event of the type `test` there now, and say what came of it."""
    to = await runtime.database.read(lambda connection: subscribers.destination(connection, identifier))
    if to is None:
        raise _missing(identifier)
    now = runtime.clock.now()
    body = payload("test", now, {"subscription": identifier})
    outcome = await _delivery(runtime).webhooks.deliver(to, f"test_{identifier}_{int(now.timestamp())}", body)
    return Tested(taken=True) if isinstance(outcome, Sent) else Tested(taken=False, reason=outcome.reason)


@router.get("/{identifier}/deliveries", responses=responses(NotFound), summary="List deliveries")
async def delivered(
    runtime: Served,
    identifier: Id,
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Deliveries:
    """What was sent there or is to be, the newest first. What ended is known for 30 days."""
    await _found(runtime, identifier)
    found = await runtime.database.read(
        lambda connection: subscribers.deliveries(connection, identifier, state, limit)
    )
    return Deliveries(deliveries=[Delivery.model_validate(dict(one)) for one in found])


@router.post(
    "/{identifier}/deliveries/{delivery}/replay",
    status_code=202,
    responses=responses(NotFound),
    summary="Replay a delivery",
)
async def replayed(runtime: Served, identifier: Id, delivery: Id) -> None:
    """Send something once more that was sent or has failed, under the same id."""
    if not await runtime.database.transact(lambda tx: subscribers.replay(tx, identifier, delivery)):
        raise NotFound(f"There is no delivery {delivery} that has ended.")


async def _check(runtime: Runtime, wanted: Wanted) -> None:
    for place, one in enumerate(wanted.types):
        if one not in FILTERS:
            near = get_close_matches(one, FILTERS, 1)
            detail = f"{one!r} is no type" + (f"; did you mean {near[0]!r}?" if near else ".")
            raise Unprocessable(
                "A type is not known.", errors=[{"detail": detail, "pointer": f"#/types/{place}"}]
            )
    try:
        await _delivery(runtime).http.check(wanted.url)
    except (BadUrl, NotAllowed) as error:
        problem = {"detail": str(error), "pointer": "#/url"}
        raise Unprocessable("The URL can't be used.", errors=[problem]) from error


async def _found(runtime: Runtime, identifier: str) -> Subscription:
    found = await runtime.database.read(lambda connection: subscribers.by_id(connection, identifier))
    if found is None:
        raise _missing(identifier)
    return found


def _missing(identifier: str) -> NotFound:
    return NotFound(f"There is no subscription {identifier}.")


def _delivery(runtime: Runtime) -> WebhookDelivery:
    delivery: WebhookDelivery = runtime.resources[RESOURCE]
    return delivery
