"""Customers as the operator gives them and gets them back."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from candor_common.events import Channel, Lane
from candor_common.settings_values import Zone
from candor_intake.domain.addresses import is_address
from candor_intake.domain.conversations import member_key
from candor_intake.domain.language import Language
from candor_intake.domain.words import one_line
from candor_intake.sources.phone_number import phone_number

MOST_CONTACTS = 500
MOST_ADDRESSES = 20
_BY_NUMBER = (Channel.PHONE, Channel.SMS)
_BY_MAIL = (Channel.MAIL, Channel.REST, Channel.FORM)


def _on_one_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _known_lane(lane: Lane) -> Lane:
    if lane is Lane.UNKNOWN:
        raise ValueError("there is no such lane")
    return lane


Line = Annotated[str, BeforeValidator(_on_one_line), Field(min_length=1, max_length=200)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(_Given):
    """Where somebody writes from: an e-mail address, a telephone number, or what a chat door makes, like
    `slack:T1/U1`."""

    channel: Channel
    address: Annotated[str, BeforeValidator(_on_one_line), Field(min_length=1, max_length=320)]

    @model_validator(mode="before")
    @classmethod
    def _as_doors_have_it(cls, given: object) -> object:
        if (
            isinstance(given, dict)
            and given.get("channel") in _BY_NUMBER
            and isinstance(given.get("address"), str)
        ):
            return given | {"address": phone_number(given["address"]) or given["address"]}
        return given

    @model_validator(mode="after")
    def _fits_the_channel(self) -> Self:
        if self.channel in _BY_MAIL and not is_address(self.address):
            raise ValueError("an e-mail address is needed here")
        if self.channel in _BY_NUMBER and phone_number(self.address) is None:
            raise ValueError("a telephone number is needed here")
        if self.channel in (Channel.UNKNOWN, Channel.ALERT):
            raise ValueError("nobody writes on that channel")
        return self


class Person(_Given):
    """Somebody who writes for a customer. What is not given is that of the customer."""

    name: Line | None = None
    language: Language | None = None
    """In which they are written to, whatever they write in."""
    zone: Zone | None = None
    addresses: Annotated[tuple[Address, ...], Field(max_length=MOST_ADDRESSES)] = ()


class NewCustomer(_Given):
    """An organisation that has a contract with us, with the people who write for it."""

    name: Line
    lane: Annotated[Lane, AfterValidator(_known_lane)] | None = None
    language: Language | None = None
    zone: Zone | None = None
    contacts: Annotated[tuple[Person, ...], Field(max_length=MOST_CONTACTS)] = ()

    @model_validator(mode="after")
    def _each_address_once(self) -> Self:
        keys = [member_key(one.address) for person in self.contacts for one in person.addresses]
        if len(keys) != len(set(keys)):
            raise ValueError("an address stands there twice")
        return self


class Customer(NewCustomer):
    """A customer as it is kept."""

    id: str


class Customers(BaseModel):
    """In the order in which they were made. `next` is the `after` of the next page, if there is one."""

    customers: list[Customer]
    next: str | None = None
