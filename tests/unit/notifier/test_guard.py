"""Where webhooks may lead: never into the operator's own house."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from candor_notifier.channels.guard import NotAllowed, Resolve, Resolver, Rules
from candor_notifier.channels.http import BadUrl, Http, Unreachable, parsed

PUBLIC = Rules()
HOUSE = Rules.of("10.1.0.0/16,fd12::/16")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "5f00::1",
    ],
)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(NotAllowed, match="not public"):
        PUBLIC.check(address, 443, tls=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public_may_be_reached_over_tls_only(address: str) -> None:
    PUBLIC.check(address, 443, tls=True)
    with pytest.raises(NotAllowed, match="use https"):
        PUBLIC.check(address, 443, tls=False)
    with pytest.raises(NotAllowed, match="port 22"):
        PUBLIC.check(address, 22, tls=True)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd12::7"])
def test_what_the_operator_allows_may_be_reached_on_any_port(address: str) -> None:
    HOUSE.check(address, 8080, tls=False)


@pytest.mark.parametrize("address", ["10.2.0.1", "fd13::7", "127.0.0.1"])
def test_what_is_allowed_is_no_more_than_what_was_said(address: str) -> None:
    with pytest.raises(NotAllowed):
        HOUSE.check(address, 443, tls=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "0.0.0.0",
        "localhost",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
    ],
)
async def test_no_spelling_of_this_machine_gets_through(host: str) -> None:
    http = Http(PUBLIC)
    with pytest.raises(NotAllowed):
        await http.post(f"https://{host}/", {}, b"")
    await http.close()


@dataclass
class Rebinding:
    """A name that leads somewhere harmless when it is looked at, and home when it is used."""

    answers: list[Sequence[str]]
    asked: int = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass
class Listener:
    """Notes that somebody connected."""

    port: int = 0
    connections: int = 0
    _server: asyncio.Server = field(init=False)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n")
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    server = Listener()
    await server.start()
    yield server
    await server.stop()


async def post(url: str, rules: Rules, resolve: Resolve) -> int:
    http = Http(rules, resolve=resolve, patience=2)
    try:
        return (await http.post(url, {}, b"{}")).status
    finally:
        await http.close()


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(listener: Listener) -> None:
    name = Rebinding([["127.0.0.1"], ["10.9.9.9"]])
    url = f"http://hooks.example:{listener.port}/"
    assert await post(url, Rules.of("127.0.0.1/32"), name) == 204
    assert (name.asked, listener.connections) == (1, 1)


async def test_a_name_that_leads_home_the_second_time_is_refused_the_second_time(listener: Listener) -> None:
    name = Rebinding([["127.0.0.1"], ["127.0.0.2"]])
    http = Http(Rules.of("127.0.0.1/32"), resolve=name)
    url = f"http://hooks.example:{listener.port}/"
    assert (await http.post(url, {}, b"")).status == 204
    with pytest.raises(NotAllowed):
        await http.post(url, {}, b"")
    await http.close()
    assert listener.connections == 1


async def test_one_forbidden_address_among_good_ones_is_enough(listener: Listener) -> None:
    name = Rebinding([["127.0.0.1", "10.0.0.1"]])
    with pytest.raises(NotAllowed):
        await post(f"http://hooks.example:{listener.port}/", Rules.of("127.0.0.1/32"), name)
    assert listener.connections == 0


async def test_an_address_that_is_down_leads_to_the_next_one(listener: Listener) -> None:
    name = Rebinding([["127.0.0.9", "127.0.0.1"]])
    assert await post(f"http://hooks.example:{listener.port}/", Rules.of("127.0.0.0/8"), name) == 204


async def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    with pytest.raises(Unreachable, match="can't be resolved"):
        await post("https://hooks.invalid/", PUBLIC, Resolver())


async def test_proxies_are_not_asked(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    with pytest.raises(NotAllowed):
        await post("http://192.168.1.1/", PUBLIC, Rebinding([["192.168.1.1"]]))
    assert listener.connections == 0


async def test_the_refusal_does_not_tell_where_a_name_leads() -> None:
    with pytest.raises(NotAllowed) as caught:
        await post("https://hooks.example/", PUBLIC, Rebinding([["10.11.12.13"]]))
    assert "10.11.12.13" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/_x",
        "https://",
        "https://ann:sesame@hooks.example/",
        "https://hooks.example/#x",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example/路",
        "https://hooks.example:99999/",
        "https://a..b/",
        "https://[::1/",
        "https://hooks.example/" + "x" * 2000,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        parsed(url)


def test_a_name_in_any_script_is_asked_for_as_dns_knows_it() -> None:
    url = parsed("https://bücher.example:8443/hook?a=1")
    assert (url.host, url.port, url.target) == (b"xn--bcher-kva.example", 8443, b"/hook?a=1")
