"""Customers at the console: found, shown, changed and merged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection
from uuid_utils import uuid7

from candor_common.console import Visitor
from candor_common.database import Transaction
from candor_common.errors import Conflict, NotFound
from candor_common.service import runtime_of
from candor_intake import customer_api, customer_store, unverified_store
from candor_intake.customer_form import Filled, fields_of, filled_of
from candor_intake.customer_frame import Operator, filled_in, page, to
from candor_intake.customer_shapes import Customer
from candor_intake.domain.customer import UnverifiedContact

MOST_SHOWN = 100
CHANGED = (
    "Somebody else has changed this customer since you opened the page. Look at it again, then change it."
)

router = APIRouter(prefix="/customers", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows."""

    customers: Sequence[Customer]
    number: int
    """How many customers there are in all."""
    unverified: Sequence[UnverifiedContact]
    """The newest of those who wrote and belong to nobody."""
    waiting: int
    """How many of them there are in all."""


@router.get("")
async def listed(
    request: Request, visitor: Operator, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Customers by name, or those that a search finds; and who wrote and is not known."""

    shown = await runtime_of(request).database.read(lambda connection: _listed(connection, q.strip()))
    return page(request, visitor, "customers.html", q=q, shown=shown)


@router.get("/new")
async def new(request: Request, visitor: Operator) -> Response:
    """The empty form."""
    return _form(request, visitor, None, Filled({}, None))


@router.post("/new")
async def make(request: Request, visitor: Operator) -> Response:
    """Take a customer in."""
    return await _save(request, visitor, filled_of(await filled_in(request, visitor)), None)


@router.get("/{identifier}")
async def shown(request: Request, visitor: Operator, identifier: str, saved: bool = False) -> Response:
    """One customer, as a form."""
    return await _shown(request, visitor, identifier, _Told(saved=saved))


@router.post("/{identifier}")
async def change(request: Request, visitor: Operator, identifier: str) -> Response:
    """Keep a customer as it was filled in."""
    fields, (known, _) = await filled_in(request, visitor), await _known(request, identifier)
    return await _save(request, visitor, filled_of(fields, known), known)


@router.post("/{identifier}/merge")
async def merge(request: Request, visitor: Operator, identifier: str) -> Response:
    """Take over the contacts of another customer, and forget that one."""
    fields, (into, _) = await filled_in(request, visitor), await _known(request, identifier)
    name = fields.get("other", "").strip()
    found = await runtime_of(request).database.read(lambda connection: customer_store.named(connection, name))
    others = [one for one in found if one.id != into.id]
    if len(others) != 1:
        several = (
            "Several other customers have this name; give an id." if others else "There is none like that."
        )
        return await _shown(request, visitor, identifier, _Told(problem=several, other=name))
    try:
        together = {"contacts": (*into.contacts, *others[0].contacts)}
        merged = Customer.model_validate({**into.model_dump(), **together})
    except ValidationError:
        problem = "Together they have more contacts than one customer may have."
        return await _shown(request, visitor, identifier, _Told(problem=problem, other=name))
    await customer_api.save(
        runtime_of(request),
        merged,
        before=lambda transaction: customer_store.remove(transaction.connection, others[0].id),
    )
    return to(f"/customers/{into.id}?saved=true")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page of a customer says besides the customer."""

    saved: bool = False
    problem: str = ""
    """Why the other customer can't be merged."""
    other: str = ""


def _listed(connection: Connection, text: str) -> Listed:
    return Listed(
        customers=customer_store.search(connection, text, MOST_SHOWN),
        number=customer_store.count(connection),
        unverified=unverified_store.newest(connection, MOST_SHOWN),
        waiting=unverified_store.count(connection),
    )


async def _known(request: Request, identifier: str) -> tuple[Customer, str]:
    """A customer, and a stamp that changes with it."""

    def work(connection: Connection) -> tuple[Customer | None, str]:
        stamp = _stamp(customer_store.changed_at(connection, identifier))
        return customer_store.by_id(connection, identifier), stamp

    found, stamp = await runtime_of(request).database.read(work)
    if found is None:
        raise NotFound("There is no such customer; it may have been merged into another one.")
    return found, stamp


async def _shown(request: Request, visitor: Visitor, identifier: str, told: _Told) -> Response:
    customer, stamp = await _known(request, identifier)
    faults = {"other": told.problem} if told.problem else {}
    filled = Filled({**fields_of(customer), "seen": stamp, "other": told.other}, customer, faults)
    return _form(request, visitor, customer, filled, saved=told.saved)


async def _save(request: Request, visitor: Visitor, filled: Filled, known: Customer | None) -> Response:
    if filled.customer is None:
        return _form(request, visitor, known, filled)
    customer = Customer(id=known.id if known else str(uuid7()), **dict(filled.customer))

    def check(transaction: Transaction) -> None:
        stamp = _stamp(customer_store.changed_at(transaction.connection, customer.id))
        if known and stamp != filled.fields.get("seen"):
            raise Conflict(CHANGED)

    try:
        await customer_api.save(runtime_of(request), customer, before=check)
    except Conflict as fault:
        return _form(request, visitor, known, replace(filled, faults={"form": fault.detail}))
    return to(f"/customers/{customer.id}?saved=true")


def _form(
    request: Request, visitor: Visitor, customer: Customer | None, filled: Filled, *, saved: bool = False
) -> Response:
    status = 422 if filled.faults else 200
    return page(request, visitor, "customer.html", status, customer=customer, filled=filled, saved=saved)


def _stamp(changed_at: datetime | None) -> str:
    return changed_at.isoformat() if changed_at else ""
