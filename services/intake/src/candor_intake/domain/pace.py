"""How often somebody may come: so many times within a stretch of time, counted per address."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

MOST_KNOWN = 10_000
_NETWORK_BITS = 64


class Pace:
    """Counts visits in memory, of the addresses that came last."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most, self._within = most, within
        self._visits: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """Count a visit; nothing when it may happen, else how long to wait. A visit that may not is not counted."""
        visits = self._visits.setdefault(address, deque())
        self._visits.move_to_end(address)
        if len(self._visits) > MOST_KNOWN:
            self._visits.popitem(last=False)
        while visits and now - visits[0] >= self._within:
            visits.popleft()
        if len(visits) >= self._most:
            return self._within - (now - visits[0])
        visits.append(now)
        return None


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
