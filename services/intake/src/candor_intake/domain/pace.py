"""How often somebody may come: so many times within a stretch of time, which begins with the first of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Visits:
    """How often somebody came since their stretch began, this time among them."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """So many visits within so long."""

    most: int
    within: timedelta

    def wait(self, visits: Visits, now: datetime) -> timedelta | None:
        """Nothing when this visit may happen, else how long to wait. Trying in vain makes nobody wait longer."""
        return None if visits.number <= self.most else visits.since + self.within - now


def network_of(peer: str, forwarded_for: str) -> str:
    """Whom to count. What a proxy on this machine reports is believed as far as it saw it itself: its last entry.

    Of an IPv6 address the network counts: everybody has as many addresses as they like.
    """
    named = forwarded_for.rpartition(",")[2].strip()
    try:
        address = ip_address(named if named and ip_address(peer).is_loopback else peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS))
    return str(address)
