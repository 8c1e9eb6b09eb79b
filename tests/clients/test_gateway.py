"""The gateway of the compose stack, a real Caddy with our configuration, before a Candor: what passes and what does not."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.instance import PATIENCE, Instance, installed
from tests.servers.certificates import NAME, certified
from tests.servers.process import LOOPBACK, Child, free_port

CADDYFILE = Path(__file__).parents[2] / "deploy/compose/Caddyfile"
MOST = 26_214_400
_DYNAMIC = re.compile(r"dynamic a \{.*?\n\t\t\}", re.DOTALL)


class Gateway:
    """In the stack it finds the services by their names; here all five are one process."""

    def __init__(self, folder: Path, candor: Instance) -> None:
        server = installed("caddy", "caddy")
        tls = certified(folder / "tls")
        tls.certificate.rename(folder / "tls/tls.crt")
        tls.key.rename(folder / "tls/tls.key")
        self._trusting = ssl.create_default_context(cafile=tls.authority)
        self.shown, self.within = free_port(), free_port()
        text = _DYNAMIC.sub(f"to {candor.url.removeprefix('http://')}", CADDYFILE.read_text("utf-8"))
        text = text.replace(" /tls/", f" {folder / 'tls'}/")
        text = text.replace(":8080 {", f":{self.shown} {{").replace(":8081 {", f":{self.within} {{")
        config = folder / "Caddyfile"
        text = text.replace("{$GATEWAY_TLS}", "on").replace("{$CANDOR_MAX_BODY_BYTES}", str(MOST))
        config.write_text(text, "utf-8")
        homes = (f"XDG_{what}_HOME={folder}" for what in ("CONFIG", "DATA"))
        command = ["/usr/bin/env", *homes, server, "run", "--config", str(config), "--adapter", "caddyfile"]
        self._child = Child(command, folder / "caddy.log")
        self._child.wait_until(self._answers, within=PATIENCE)

    def client(self, **settings: Any) -> httpx.Client:
        url = f"https://{NAME}:{self.shown}"
        return httpx.Client(base_url=url, verify=self._trusting, trust_env=False, **settings)

    def inside(self) -> httpx.Client:
        """As the command line of the stack reaches it."""
        return httpx.Client(base_url=f"http://{LOOPBACK}:{self.within}", trust_env=False)

    def stop(self) -> None:
        self._child.kill()

    def _answers(self) -> bool:
        try:
            with self.inside() as client:
                return client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def gateway(candor: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    made = Gateway(tmp_path_factory.mktemp("gateway"), candor)
    yield made
    made.stop()


def test_what_is_posted_over_tls_is_taken(gateway: Gateway, candor: Instance) -> None:
    body = {"subject": "Shop is down", "text": "502", "from": {"address": "ann@shop.example"}}
    with gateway.client(headers={"Authorization": f"Bearer {candor.key}"}) as client:
        assert client.post("/v1/requests", json=body).status_code == 202


def test_the_command_line_of_the_stack_needs_no_certificate(gateway: Gateway, candor: Instance) -> None:
    with gateway.inside() as client:
        seen = client.get("/v1/parked/triage", headers={"Authorization": f"Bearer {candor.key}"})
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/docs", "/openapi.json", "/nothing"])
def test_what_is_internal_does_not_exist_outside(gateway: Gateway, path: str) -> None:
    with gateway.client() as client:
        told = client.get(path)
    assert (told.status_code, told.json()["detail"]) == (404, "There is nothing here.")


def _pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 65_536):
        yield b"a" * 65_536


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({"Content-Length": "4194304"}, 4_194_304, 413),
        ({"Content-Length": "524288", "Content-Encoding": "gzip"}, 524_288, 415),
    ],
    ids=["too long", "compressed"],
)
def test_what_a_service_refuses_early_is_told_as_it_says_it(
    gateway: Gateway, candor: Instance, headers: dict[str, str], size: int, status: int
) -> None:
    """A service that hung up at once would be taken for one that is away, and its sender would go on for ever."""
    given = {"Authorization": f"Bearer {candor.key}", "Content-Type": "application/json", **headers}
    with gateway.client(timeout=PATIENCE) as client:
        answers = [
            client.post("/v1/customers", content=_pieces(size), headers=given).status_code for _ in range(20)
        ]
    assert answers == [status] * 20


def test_what_the_gateway_itself_refuses_is_not_to_be_sent_again(gateway: Gateway, candor: Instance) -> None:
    given = {"Authorization": f"Bearer {candor.key}", "Content-Type": "application/json"}
    with gateway.client(timeout=PATIENCE) as client:
        told = client.post("/v1/requests", content=_pieces(MOST + 1_000_000), headers=given)
    assert told.status_code == 413
    assert "Retry-After" not in told.headers
    assert "again" not in told.text
