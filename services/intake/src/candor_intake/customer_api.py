"""Customers: who writes for whom, and what they have been promised by contract."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from candor_common.database import Transaction
from candor_common.errors import Conflict, NotFound, Unprocessable, responses
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_intake import customer_store
from candor_intake.customer_shapes import Customer, Customers, NewCustomer
from candor_intake.reception import desk_of

Served = Annotated[Runtime, Depends(runtime_of)]
Identifier = Annotated[str, Path(max_length=36)]
router = APIRouter(prefix="/v1/customers", tags=["customers"], dependencies=[Depends(require("operate"))])


@router.post("", status_code=201, responses=responses(Conflict, Unprocessable), summary="Add a customer")
async def make(runtime: Served, given: NewCustomer) -> Customer:
    """Add a customer. From now on what comes from its addresses has its name, lane, language and zone."""
    return await save(runtime, Customer(id=str(uuid7()), **dict(given)))


@router.get("", summary="List customers")
async def listed(
    runtime: Served,
    after: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Customers:
    """Customers with their contacts, page by page."""
    found = await runtime.database.read(lambda connection: customer_store.page(connection, after, limit))
    return Customers(customers=found, next=found[-1].id if len(found) == limit else None)


@router.get("/{identifier}", responses=responses(NotFound), summary="Show a customer")
async def shown(runtime: Served, identifier: Identifier) -> Customer:
    """One customer with its contacts."""
    found = await runtime.database.read(lambda connection: customer_store.by_id(connection, identifier))
    if found is None:
        raise NotFound(f"There is no customer {identifier}.")
    return found


@router.put(
    "/{identifier}", responses=responses(NotFound, Conflict, Unprocessable), summary="Change a customer"
)
async def change(runtime: Served, identifier: Identifier, given: NewCustomer) -> Customer:
    """Replace a customer and its contacts by what is given. What was told before stays as it was told."""
    await shown(runtime, identifier)
    return await save(runtime, Customer(id=identifier, **dict(given)))


async def save(
    runtime: Runtime, customer: Customer, before: Callable[[Transaction], None] | None = None
) -> Customer:
    """Keep it, after something else in the same transaction. Raises Conflict when one of its addresses belongs to
    another customer."""

    def work(transaction: Transaction) -> None:
        if before is not None:
            before(transaction)
        taken = customer_store.taken(transaction.connection, customer.id, customer.contacts)
        if taken is not None:
            raise Conflict(f"The address {taken} belongs to another customer.")
        customer_store.save(transaction.connection, customer, transaction.now)

    try:
        await runtime.database.transact(work)
    except IntegrityError as error:
        raise Conflict("One of the addresses was given to another customer at the same time.") from error
    desk_of(runtime).directory.look_again()
    return customer
