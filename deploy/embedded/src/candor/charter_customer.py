"""What a charter means for somebody who writes: what the running installation knows of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from candor.calling import NoAnswer, call, settings
from candor_common.events import Lane
from candor_common.settings import Settings
from candor_intake.domain.conversations import member_key
from candor_intake.sources.phone_number import phone_number

PAGE = 500
"""Customers that are asked for at once."""


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody who writes, in lines for the terminal, and the lane of their contract."""

    told: tuple[str, ...]
    lane: Lane | None = None


def served(address: str) -> Served:
    """What applies to whoever writes from an address."""
    known = settings()
    try:
        customer = _asked(known, address)
    except NoAnswer as error:
        return Served(_told(known, address, f"not looked up: {error}", {}))
    if customer is None:
        return Served(_told(known, address, "belongs to no customer that is known", {}))
    whom = " of ".join(filter(None, (customer["contact"].get("name"), customer["name"])))
    lane = customer.get("lane")
    return Served(_told(known, address, whom, customer), Lane(lane) if lane else None)


def _asked(known: Settings, address: str) -> dict[str, Any] | None:
    """The customer that an address belongs to, with what is said of the contact. Raises NoAnswer."""
    if known.key is None and not (known.data_dir / "local.key").exists():
        raise NoAnswer("no installation was started here; set CANDOR_PUBLIC_URL and CANDOR_KEY")
    wanted = member_key(phone_number(address) or address)
    for customer in _customers():
        for contact in customer["contacts"]:
            if wanted in (member_key(one["address"]) for one in contact["addresses"]):
                said = {key: contact[key] for key in ("language", "zone") if contact.get(key)}
                return customer | said | {"contact": contact}
    return None


def _customers() -> Iterator[dict[str, Any]]:
    after = ""
    while after is not None:
        page = call("GET", f"/v1/customers?limit={PAGE}&after={after}", must_answer=False)
        yield from page["customers"]
        after = page["next"]


def _told(known: Settings, address: str, whom: str, said: dict[str, Any]) -> tuple[str, ...]:
    lane = said.get("lane")
    return (
        f"{address}: {whom}",
        f"  lane      {lane + ' by contract, unless it is an emergency' if lane else 'as the rules say'}",
        f"  language  {said.get('language') or 'the one of their message'}",
        f"  zone      {said.get('zone') or f'{known.time_zone}, the zone of the house'}",
    )
