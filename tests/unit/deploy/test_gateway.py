"""The gateway sends every address to the service that serves it, and shows nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import BaseRoute

from candor.services import SERVICES
from candor_common import telemetry, web
from candor_common.runtime import operating_routers
from candor_common.service import Service

CADDYFILE = Path(__file__).parents[3] / "deploy/compose/Caddyfile"
INTERNAL = {"/metrics", "/readyz", "/docs", "/openapi.json"}


def matchers() -> dict[str, list[str]]:
    """By service the patterns of the addresses that go there."""
    found = re.findall(r"^\t@([a-z-]+) path (.+)$", CADDYFILE.read_text("utf-8"), re.MULTILINE)
    return {name: patterns.split() for name, patterns in found}


def taken_by(path: str) -> list[str]:
    """The services that the gateway sends an address to."""

    def fits(pattern: str) -> bool:
        return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern

    return [name for name, patterns in matchers().items() if any(map(fits, patterns))]


def addresses(routes: list[BaseRoute]) -> Iterator[str]:
    """The addresses of some routes, with words in place of what varies."""
    for route in routes:
        if included := getattr(route, "original_router", None):
            prefix = route.include_context.prefix  # type: ignore[attr-defined]  # FastAPI's own, without a type
            yield from (f"{prefix}{address}" for address in addresses(included.routes))
        else:
            yield re.sub(r"\{[^}]+\}", "x", str(getattr(route, "path", "")))


def served_by(service: Service) -> list[str]:
    routers = (service.router, *operating_routers(service.name))
    return [address for router in routers for address in addresses(router.routes)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_address_of_a_service_leads_there(service: Service) -> None:
    found = served_by(service)
    assert found
    assert {address: taken_by(address) for address in found} == {address: [service.name] for address in found}


def test_every_route_stands_for_an_address_that_somebody_serves() -> None:
    served = [address for service in SERVICES for address in served_by(service)]
    served += list(addresses(web.router.routes))
    patterns = [pattern for found in matchers().values() for pattern in found]
    idle = [one for one in patterns if not any(address.startswith(one.rstrip("*")) for address in served)]
    assert idle == []


def test_what_pages_are_made_of_can_be_had() -> None:
    parts = [address for address in addresses(web.router.routes) if address.startswith("/static/")]
    assert parts
    assert all(taken_by(address) == ["triage"] for address in parts)


async def _nothing() -> list[telemetry.Check]:
    return []


def test_what_is_for_operators_is_not_shown() -> None:
    known = {*addresses(telemetry.health_router(_nothing).routes), *INTERNAL} - {"/healthz"}
    assert known >= INTERNAL
    assert [address for address in known if taken_by(address)] == []
