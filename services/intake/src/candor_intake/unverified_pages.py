"""People who wrote and belong to nobody yet: whose they are is said at the console, by whom runs the installation."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection
from uuid_utils import uuid7

from candor_common.console import Visitor
from candor_common.database import Transaction
from candor_common.errors import Conflict, NotFound
from candor_common.service import Runtime, runtime_of
from candor_intake import customer_api, customer_store, unverified_store
from candor_intake.customer_frame import Operator, filled_in, page, to
from candor_intake.customer_shapes import Address, Customer, Person
from candor_intake.domain.customer import UnverifiedContact

MOST_OFFERED = 200
NONE = "No customer has this name or id. Choose one of the list, or make a new one of this name."
SEVERAL = "Several customers have this name; give the id, which stands in the address of the customer's page."
TAKEN = "There is a customer of this name already; add them there."

Key = Annotated[str, Query(max_length=320)]
router = APIRouter(prefix="/customers/unverified", include_in_schema=False)


class Unfit(Exception):
    """What was asked for can't be done; the message is for the form."""


@router.get("")
async def asked(request: Request, visitor: Operator, key: Key) -> Response:
    """Whose is somebody who wrote?"""
    return await _question(request, visitor, await _contact(runtime_of(request), key))


@router.post("")
async def answered(request: Request, visitor: Operator, key: Key) -> Response:
    """They belong to a customer, to a new one, or to nobody."""
    fields, runtime = await filled_in(request, visitor), runtime_of(request)
    contact, name, do = await _contact(runtime, key), fields.get("customer", "").strip(), fields.get("do")
    if do == "forget":
        await _forget(runtime, contact)
        return to("/customers")
    try:
        customer = _with(await _chosen(runtime, name, new=do == "new"), contact)
        await customer_api.save(runtime, customer)
    except (Unfit, Conflict) as fault:
        return await _question(request, visitor, contact, name, str(fault))
    return to(f"/customers/{customer.id}?saved=true")


async def _contact(runtime: Runtime, key: str) -> UnverifiedContact:
    found = await runtime.database.read(lambda connection: unverified_store.by_key(connection, key))
    if found is None:
        raise NotFound("Nobody with this address waits; somebody has said already whose they are.")
    return found


async def _chosen(runtime: Runtime, name: str, *, new: bool) -> Customer:
    """The customer that was meant, or one that is to be made. Raises Unfit."""
    found = await runtime.database.read(lambda connection: customer_store.named(connection, name))
    if new and found:
        raise Unfit(TAKEN)
    if new:
        try:
            return Customer(id=str(uuid7()), name=name)
        except ValidationError as error:
            raise Unfit("A customer needs a name of at most 200 characters.") from error
    if len(found) != 1:
        raise Unfit(SEVERAL if found else NONE)
    return found[0]


def _with(customer: Customer, contact: UnverifiedContact) -> Customer:
    """The customer with one contact more. Raises Unfit."""
    try:
        address = Address(channel=contact.channel, address=contact.address)
        person = Person(name=contact.name or None, addresses=(address,))
        return Customer.model_validate({**customer.model_dump(), "contacts": (*customer.contacts, person)})
    except ValidationError as error:
        reason = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise Unfit(f"They can't be a contact of this customer: {reason}.") from error


async def _forget(runtime: Runtime, contact: UnverifiedContact) -> None:
    def work(transaction: Transaction) -> None:
        unverified_store.forget(transaction.connection, [contact.key])

    await runtime.database.transact(work)


async def _question(
    request: Request, visitor: Visitor, contact: UnverifiedContact, name: str = "", problem: str = ""
) -> Response:
    def work(connection: Connection) -> list[str]:
        return [one.name for one in customer_store.search(connection, "", MOST_OFFERED)]

    offered = await runtime_of(request).database.read(work)
    status = 422 if problem else 200
    values = {"contact": contact, "offered": offered, "name": name, "problem": problem}
    return page(request, visitor, "unverified.html", status, **values)
