import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI

from candor_common import telemetry
from candor_common.clock import ManualClock
from candor_common.keys import KeyRing
from candor_common.links import Signer
from candor_common.telemetry import Check, CountRequests, configure_logging, redact, set_level
from candor_common.watchdog import Watchdog

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
log = structlog.get_logger()


@pytest.fixture
def _logging_left_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.usefixtures("_logging_left_as_it_was")
class TestLogging:
    def test_a_line_is_json_with_the_time_in_utc_and_what_is_bound(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configure_logging("json", "info")
        with structlog.contextvars.bound_contextvars(incident_id="INC-1"):
            log.info("incident_opened", lane="vip")
            logging.getLogger("aiokafka").warning("lost %s", "a broker")
        ours, theirs = lines(capsys)
        assert {"event": "incident_opened", "lane": "vip", "level": "info"}.items() <= ours.items()
        assert {"event": "lost a broker", "level": "warning"}.items() <= theirs.items()
        assert ours["incident_id"] == theirs["incident_id"] == "INC-1"
        assert datetime.fromisoformat(ours["timestamp"]).utcoffset() == timedelta(0)

    def test_the_level_changes_while_running(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure_logging("json", "warning")
        log.info("one")
        set_level("info")
        log.info("two")
        logging.getLogger("uvicorn.error").info("three")
        assert [line["event"] for line in lines(capsys)] == ["two", "three"]

    def test_paths_and_parameters_are_never_logged(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure_logging("json", "debug")
        logging.getLogger("uvicorn.access").info("GET /survey/token")
        logging.getLogger("sqlalchemy.engine").info("[parameters] ('ann@shop.example',)")
        assert lines(capsys) == []

    @pytest.mark.parametrize("format", ["json", "console"])
    def test_a_traceback_is_told_without_the_secrets_in_it(
        self, capsys: pytest.CaptureFixture[str], format: Any
    ) -> None:
        configure_logging(format, "info")
        try:
            raise ValueError("cand_0123abcd_geheim")
        except ValueError:
            log.exception("failed")
            logging.getLogger("theirs").exception("failed too")
        text = capsys.readouterr().err
        assert text.count("ValueError: ***") == 2
        assert "geheim" not in text


def test_values_of_secret_names_are_hidden_at_any_depth() -> None:
    event = {"event": "x", "Authorization": "a", "smtp_password": "b", "of": [{"token": "c", "id": 1}]}
    shown = {"event": "x", "Authorization": "***", "smtp_password": "***", "of": [{"token": "***", "id": 1}]}
    assert redact(None, "info", event) == shown


def test_keys_passwords_and_links_are_hidden_in_any_text(tmp_path: Any) -> None:
    key = KeyRing(tmp_path / "keys.json").add("one", ["read"])
    token = Signer("0123456789abcdef0123456789abcdef").sign("survey", "1")
    event = {"event": f"sent {key}, /survey/{token} and postgresql://candor:p4ss@db/candor"}
    assert redact(None, "info", event) == {"event": "sent ***, /survey/*** and postgresql://***@db/candor"}


def test_addresses_and_what_a_row_or_a_model_was_given_are_hidden_in_any_text() -> None:
    event = {
        "event": "to ann@shop.example <bob.b@kunde.de>",
        "error": "[type=missing, input_value='Ann is ill', input_type=str]",
        "exception": "duplicate key\nDETAIL:  Key (mailbox)=(Ann is ill) already exists.",
    }
    assert redact(None, "info", event) == {
        "event": "to *** <***>",
        "error": "[type=missing, input_value=***, input_type=str]",
        "exception": "duplicate key\nDETAIL:  ***",
    }


def test_other_values_are_shown_as_they_are() -> None:
    event = {"event": "sent", "signal_key": "disk", "at": NOW, "to": "INC-000001", "version": "1.2.3"}
    assert redact(None, "info", dict(event)) == event


def test_the_metrics_are_told_as_text() -> None:
    telemetry.requests_accepted.labels("mail").inc()
    text = telemetry.metrics_text().decode()
    assert 'candor_requests_accepted_total{channel="mail"}' in text
    assert "# HELP candor_relay_oldest_seconds Age of the oldest" in text


class TestWatchdog:
    def test_a_task_that_beats_no_more_is_stale(self) -> None:
        clock = ManualClock(NOW)
        watchdog = Watchdog(clock, timedelta(seconds=10))
        watchdog.beat("relay")
        watchdog.beat("consumer")
        clock.advance(timedelta(seconds=10))
        assert watchdog.stale() == []
        watchdog.beat("consumer")
        clock.advance(timedelta(seconds=1))
        assert watchdog.stale() == ["relay"]

    def test_a_task_may_announce_a_pause_or_rest(self) -> None:
        clock = ManualClock(NOW)
        watchdog = Watchdog(clock, timedelta(seconds=10))
        watchdog.beat("housekeeping", pause=timedelta(hours=1))
        watchdog.beat("consumer")
        watchdog.rest("consumer")
        clock.advance(timedelta(hours=1))
        assert watchdog.stale() == []
        clock.advance(timedelta(seconds=11))
        assert watchdog.stale() == ["housekeeping"]


async def asked(probe: Callable[[], Awaitable[list[Check]]], path: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(telemetry.health_router(probe))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://candor") as client:
        return await client.get(path)


async def nothing_to_check() -> list[Check]:
    return []


async def test_a_process_that_is_well_is_ready() -> None:
    async def probe() -> list[Check]:
        return [Check("database", True, "answers")]

    response = await asked(probe, "/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": [{"name": "database", "ok": True, "detail": "answers"}],
    }


async def test_a_process_that_lacks_something_is_alive_but_not_ready() -> None:
    async def probe() -> list[Check]:
        return [Check("database", True, "answers"), Check("relay", False, "look at Kafka")]

    response = await asked(probe, "/readyz")
    assert (response.status_code, response.json()["ready"]) == (503, False)
    assert (await asked(probe, "/healthz")).status_code == 200


async def test_checks_that_hang_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "PROBE_SECONDS", 0.01)

    async def probe() -> list[Check]:
        await asyncio.Event().wait()
        return []

    response = await asked(probe, "/readyz")
    assert (response.status_code, response.json()["checks"][0]["name"]) == (503, "checks")


async def test_the_metrics_are_served() -> None:
    response = await asked(nothing_to_check, "/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert b"candor_requests_accepted_total" in response.content


@pytest.fixture
async def counted() -> AsyncIterator[httpx.AsyncClient]:
    inner, outer, app = APIRouter(prefix="/in"), APIRouter(prefix="/v1"), FastAPI()

    @inner.get("/{number}")
    async def show(number: int) -> int:
        return number

    outer.include_router(inner)
    app.include_router(outer)
    app.add_middleware(CountRequests)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://candor") as client:
        yield client


async def test_requests_are_counted_by_the_template_of_their_path(counted: httpx.AsyncClient) -> None:
    for path in ("/v1/in/1", "/v1/in/2", "/nowhere/3"):
        await counted.get(path)
    text = telemetry.metrics_text().decode()
    assert 'candor_http_requests_total{route="/v1/in/{number}",status="200"} 2.0' in text
    assert 'candor_http_requests_total{route="unmatched",status="404"}' in text
    assert "nowhere" not in text
