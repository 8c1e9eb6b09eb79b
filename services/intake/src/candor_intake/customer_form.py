"""The form of a customer: its fields as a customer, with what is wrong beside each field, and back.

Fields of a contact have its place in them, like `contact-0-name`. Addresses are separated by commas.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from candor_common.events import Channel
from candor_intake.customer_shapes import Customer, NewCustomer, Person

ABOUT = ("name", "lane", "language", "zone")
ABOUT_PERSON = ("name", "language", "zone")
WAYS: Mapping[str, tuple[Channel, ...]] = {
    "mail": (Channel.MAIL, Channel.REST, Channel.FORM),
    "phone": (Channel.PHONE, Channel.SMS),
    "slack": (Channel.SLACK,),
    "chat": (Channel.CHAT,),
}
"""How somebody is reached, and the channels on which that address may be used; a new one is kept for the first."""
MOST_FIELDS = 4_000
_VALUE_ERROR = "Value error, "


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in."""

    fields: Mapping[str, str]
    customer: NewCustomer | None
    """Nothing when something is wrong."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Sentences by the names of fields."""

    @property
    def contacts(self) -> range:
        """The places that the form shows: one more than were filled in."""
        return range(len(_places(self.fields)) + 1)


def filled_of(fields: Mapping[str, str], known: Customer | None = None) -> Filled:
    """A customer out of a form. Addresses that are known stay on their channel."""
    channels = _channels(known)
    people = [_Filling(place, fields, channels) for place in _places(fields) if _told(place, fields)]
    about = {name: fields.get(name, "").strip() or None for name in ABOUT}
    given = about | {"name": about["name"] or "", "contacts": [one.person for one in people]}
    try:
        return Filled(fields, NewCustomer.model_validate(given))
    except ValidationError as error:
        faults: dict[str, str] = {}
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            faults.setdefault(_field(one["loc"], people), _sentence(one["msg"]))
        return Filled(fields, None, faults)


def fields_of(customer: NewCustomer) -> dict[str, str]:
    """The fields with which the form shows a customer."""
    shown = {name: str(getattr(customer, name) or "") for name in ABOUT}
    for place, person in enumerate(customer.contacts):
        shown |= {f"contact-{place}-{name}": getattr(person, name) or "" for name in ABOUT_PERSON}
        shown |= {f"contact-{place}-{way}": ", ".join(_addresses(person, way)) for way in WAYS}
    return shown


class _Filling:
    """One contact of a form."""

    def __init__(self, place: int, fields: Mapping[str, str], channels: Mapping[str, Channel]) -> None:
        self.place = place
        self.ways: list[str] = []
        """The field that each of its addresses stands in."""
        addresses = []
        for way, allowed in WAYS.items():
            for address in _separate(fields.get(f"contact-{place}-{way}", "")):
                channel = channels.get(address, allowed[0])
                addresses.append(
                    {"channel": channel if channel in allowed else allowed[0], "address": address}
                )
                self.ways.append(way)
        about = {name: fields.get(f"contact-{place}-{name}", "").strip() or None for name in ABOUT_PERSON}
        self.person = about | {"addresses": addresses}


def _field(location: tuple[int | str, ...], people: list[_Filling]) -> str:
    """The field that an error belongs to; `form` when it is about the whole."""
    match location:
        case ("contacts", int(number), "addresses", int(at), *_):
            return f"contact-{people[number].place}-{people[number].ways[at]}"
        case ("contacts", int(number), *rest):
            return f"contact-{people[number].place}-{rest[0] if rest else 'name'}"
        case (str(name), *_) if name in ABOUT:
            return name
    return "form"


def _sentence(message: str) -> str:
    plain = message.removeprefix(_VALUE_ERROR)
    return f"{plain[:1].upper()}{plain[1:]}."


def _places(fields: Mapping[str, str]) -> list[int]:
    """The places of contacts in a form, without the empty ones at the end."""
    last = max((place for place in range(_count(fields)) if _told(place, fields)), default=-1)
    return list(range(last + 1))


def _count(fields: Mapping[str, str]) -> int:
    numbers = (name.split("-")[1] for name in fields if name.startswith("contact-"))
    return max((int(one) + 1 for one in numbers if one.isdecimal() and len(one) < 4), default=0)


def _told(place: int, fields: Mapping[str, str]) -> bool:
    names = (*ABOUT_PERSON, *WAYS)
    return any(fields.get(f"contact-{place}-{name}", "").strip() for name in names)


def _separate(text: str) -> Iterator[str]:
    return (one for part in text.replace("\n", ",").split(",") if (one := part.strip()))


def _addresses(person: Person, way: str) -> list[str]:
    return [one.address for one in person.addresses if one.channel in WAYS[way]]


def _channels(known: Customer | None) -> dict[str, Channel]:
    people = known.contacts if known else ()
    return {one.address: one.channel for person in people for one in person.addresses}
