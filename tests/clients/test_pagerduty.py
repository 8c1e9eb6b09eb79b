"""PagerDuty's own client, whose address is ours: what it sends is taken, and it understands what we answer."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

import httpx
import pytest
import trustme
from pagerduty import EventsApiV2Client
from pagerduty.errors import HttpError

from candor_common.events import IncidentOpened, IncidentResolved, SignalReceived, SignalStatus
from tests.clients.instance import Instance, until
from tests.servers.process import LOOPBACK


class Proxy(ThreadingTCPServer):
    """Takes TLS, which the client insists on, and passes it on in the plain."""

    daemon_threads = True

    def __init__(self, authority: trustme.CA, port: int) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.behind = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(self.context)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"


class _Connection(BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as front,
            socket.create_connection((LOOPBACK, self.server.behind)) as back,
        ):
            answers = threading.Thread(target=_pass_on, args=(back, front), daemon=True)
            answers.start()
            _pass_on(front, back)
            answers.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def proxy(candor: Instance) -> Iterator[tuple[Proxy, ssl.SSLContext]]:
    """An address of ours by https, and what makes a client believe it."""
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with Proxy(authority, candor.process.port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server, trust
        server.shutdown()


@pytest.fixture
def client(candor: Instance, proxy: tuple[Proxy, ssl.SSLContext]) -> Iterator[EventsApiV2Client]:
    name = f"pd-{len(candor.call('GET', '/v1/sources')['sources'])}"
    key = candor.let_in("pagerduty", name)["secret"]
    with made(proxy, key) as found:
        yield found


def made(proxy: tuple[Proxy, ssl.SSLContext], key: str) -> EventsApiV2Client:
    server, trust = proxy
    found = EventsApiV2Client(key, base_url=server.url, verify=trust, trust_env=False)
    found.sleep_timer = 0.1
    return found


def test_what_it_triggers_is_an_incident_and_what_it_resolves_is_over(
    candor: Instance, client: EventsApiV2Client
) -> None:
    key = client.trigger("磁盘 99%", "db01", severity="critical", custom_details={"free": "1%"})
    assert key
    assert client.trigger("磁盘 99%", "db01", dedup_key=key) == key
    fired = candor.first(SignalReceived, lambda one: one.subject_line == "磁盘 99%")
    assert (fired.status, fired.severity, fired.labels["source"]) == (SignalStatus.FIRING, "critical", "db01")
    incident = candor.first(IncidentOpened, lambda one: one.request_id == fired.request_id).incident
    assert client.acknowledge(key) == key
    assert client.resolve(key) == key
    assert candor.first(IncidentResolved, lambda one: one.incident.id == incident.id)


def test_a_change_is_kept_and_sets_nobody_to_work(candor: Instance, client: EventsApiV2Client) -> None:
    client.submit(
        "Deployed 1.2.3", source="ci", timestamp="2026-03-02T09:00:00Z", links=[{"href": "https://ci"}]
    )
    stored = "SELECT count(*) FROM intake_inbound WHERE ignored_because = 'a change, which is no trouble'"
    assert candor.rows(stored) == [(1,)]


def test_a_wrong_key_makes_it_give_up(proxy: tuple[Proxy, ssl.SSLContext]) -> None:
    with made(proxy, "0" * 32) as client, pytest.raises(HttpError) as refused:
        client.trigger("x", "y")
    answer = refused.value.response
    assert answer is not None
    assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")


def test_it_comes_again_until_it_is_stored(candor: Instance, client: EventsApiV2Client) -> None:
    answers: list[int] = []
    client.event_hooks = {"response": [lambda answer: answers.append(answer.status_code)]}
    keys: list[str] = []
    sending = threading.Thread(target=lambda: keys.append(client.trigger("Net down", "sw01")))
    with candor.out_of_order():
        sending.start()
        until(lambda: answers or None, "a first answer")
        assert set(answers) == {429}
    sending.join(60)
    assert keys
    assert answers[-1] == 202
    assert candor.first(SignalReceived, lambda one: one.subject_line == "Net down")


def test_what_is_not_stored_is_answered_with_the_time_to_come_again(candor: Instance) -> None:
    key = candor.let_in("pagerduty", "late")["secret"]
    payload = {"summary": "x", "source": "y", "severity": "info"}
    event = {"routing_key": key, "event_action": "trigger", "payload": payload}
    with candor.out_of_order():
        answer = httpx.post(f"{candor.url}/v2/enqueue", json=event, timeout=60, trust_env=False)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
