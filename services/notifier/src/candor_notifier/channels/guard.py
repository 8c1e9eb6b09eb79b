"""Where we may connect to when somebody else chose the address: never into our own house.

What is checked is the address that is connected to, after the name was resolved and right before the connection, so
that neither an odd spelling of an address nor a name that is resolved differently a moment later leads anywhere else.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self, TypeAlias

import httpcore

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host. Raises OSError when it has none."""

PUBLIC_PORTS = frozenset({443, 8443})
MOST_ADDRESSES = 4
"""How many addresses of a host are tried."""
_RESOLVERS = 8
_V6_GLOBAL = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Special by the registries of IANA, besides what the standard library calls private: its list depends on its version.
_CLOSED: tuple[Network, ...] = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "168.63.129.16/32",  # what Azure tells its machines about themselves
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)


class NotAllowed(Exception):
    """We don't connect there. The words say why, and not what the name led to."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which addresses may be connected to: public ones over TLS, and what the operator allows besides."""

    allowed: tuple[Network, ...] = ()
    """Networks of the house that may be reached, on any port and without TLS too."""

    @classmethod
    def of(cls, networks: str) -> Self:
        """From networks as the settings have them, separated by commas."""
        return cls(tuple(ip_network(one) for one in networks.split(",") if one))

    def check(self, address: str, port: int, *, tls: bool) -> None:
        """Raises NotAllowed unless this very address may be connected to."""
        bare = _bare(ip_address(address.partition("%")[0]))
        if any(bare in network for network in self.allowed if network.version == bare.version):
            return
        if not _is_public(bare):
            raise NotAllowed(
                "the host leads to an address that is not public; CANDOR_WEBHOOK_ALLOW may allow it"
            )
        if not tls:
            raise NotAllowed("http is only for networks that CANDOR_WEBHOOK_ALLOW allows; use https")
        if port not in PUBLIC_PORTS:
            raise NotAllowed(f"port {port} is only for networks that CANDOR_WEBHOOK_ALLOW allows; use 443")


ANYWHERE = Rules.of("0.0.0.0/0,::/0")
"""For addresses that the operator has set."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for one kind of URL, to addresses that the rules permit."""

    def __init__(self, rules: Rules, resolve: Resolve, *, tls: bool) -> None:
        self._rules, self._resolve, self._tls = rules, resolve, tls
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises NotAllowed as `addresses` does, and nothing is connected to then."""
        addresses = await self.addresses(host, port)
        for one in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(one, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface is httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotAllowed("sockets of this machine are not for others")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where a host may be reached. Raises NotAllowed when any of its addresses is forbidden: who mixes them has
        nothing good in mind; and ConnectError when it has none."""
        try:
            found = list(dict.fromkeys(await self._resolve(host, port)))[:MOST_ADDRESSES]
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise httpcore.ConnectError("the host's name can't be resolved")
        for one in found:
            self._rules.check(one, port, tls=self._tls)
        return found


class Resolver:
    """The machine's own resolver, in threads of its own: names that take long must not hold up other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, "resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _bare(address: Address) -> Address:
    """What an address means to the network: IPv4 within IPv6 is IPv4."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _V6_GLOBAL:
        return False
    special = any(address in network for network in _CLOSED if network.version == address.version)
    return address.is_global and not address.is_multicast and not special
