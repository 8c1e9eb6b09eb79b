"""What a running process tells its operator: logs without secrets, metrics, and whether it is well."""

import asyncio
import logging
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.stdlib import ProcessorFormatter, filter_by_level
from structlog.typing import EventDict, Processor

PROBE_SECONDS = 5.0  # after which /readyz no longer waits for its checks

_registry = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SIZES = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)
_LATE = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0)


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"candor_{name}", meaning, labels, registry=_registry)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"candor_{name}", meaning, labels, registry=_registry)


def _histogram(name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"candor_{name}", meaning, labels, buckets=buckets, registry=_registry)


# The catalogue. Labels hold what our own code knows beforehand (services, channels, kinds, templates of paths),
# never what a customer wrote. Before each metric stands what to do when it moves.

# Falls to nothing while customers write: look at the mailbox and the senders' webhooks.
requests_accepted = _counter("requests_accepted", "Requests stored for the first time.", "channel")
# Rises: a sender repeats what we answered; see whether our answers reach it in its time.
requests_repeated = _counter("requests_repeated", "Requests that were there already.", "channel")
# Rises: a sender has changed its format or its key; its log has our answer.
requests_refused = _counter("requests_refused", "Requests answered with an error.", "channel")
# Near CANDOR_GROUP_LIMIT: the database is the brake; look at its disk.
group_size = _histogram("group_size", "Requests in one transaction.", _SIZES)
# Stands still while the lag grows: the log says what a round fails on.
events_handled = _counter("events_handled", "Events applied.", "service")
# Rises: an effect fails now and then; the log names it.
events_retried = _counter("events_retried", "Events tried again.", "service")
# Above zero: `candor parked list` shows why; mend it, then replay.
events_parked = _counter("events_parked", "Events set aside.", "service")
# Above a second: rounds are too large or the database is slow.
round_seconds = _histogram("round_seconds", "Duration of one round of a consumer.", _SECONDS, "service")
# Grows for minutes: add replicas, up to the number of partitions.
consumer_lag = _gauge("consumer_lag", "Events that wait to be applied.", "service")
# Stands still while requests come in: Kafka is away or full.
relay_published = _counter("relay_published", "Events copied to Kafka.")
# Above a minute: the same; nothing is lost meanwhile.
relay_oldest_seconds = _gauge("relay_oldest_seconds", "Age of the oldest event that waits for Kafka.")
# Moves with the requests; if not, look at the lag of sla-timer.
promises_made = _counter("promises_made", "Promises to customers.", "kind")
# Falls against those made: people need help, or the targets are too tight.
promises_kept = _counter("promises_kept", "Promises kept in time.", "kind")
# Rises: somebody waits; the board lists them by due time.
promises_breached = _counter("promises_breached", "Promises not kept in time.", "kind")
# Above a second in normal running: the timer is starved; look at CPU and database.
promise_late_seconds = _histogram("promise_late_seconds", "From due time to finding the breach.", _LATE)
# Falls to nothing while incidents change: look at the mail server.
messages_sent = _counter("messages_sent", "Messages that left.", "channel")
# Rises: the other side is away; they are sent by themselves when it is back.
messages_delayed = _counter("messages_delayed", "Attempts put off.", "channel")
# Above zero: the other side said no for good; the message has its reason.
messages_refused = _counter("messages_refused", "Messages refused for good.", "channel")
# Rises: somebody's receiver took nothing for days; its owner was told, `GET /v1/subscriptions` says which and why.
subscriptions_disabled = _counter("subscriptions_disabled", "Subscriptions switched off after failures.")
# Status 5xx: the log has each with its traceback; 503 alone means that database or broker is away.
http_requests = _counter("http_requests", "Requests answered.", "route", "status")
# Above zero: the process ended itself and was restarted; the log says on what.
task_deaths = _counter("task_deaths", "Background tasks that ended with an error.", "task")


def metrics_text() -> bytes:
    """All metrics in the text format of Prometheus."""
    return generate_latest(_registry)


@cache
def _answered(route: str, status: int) -> Counter:
    return http_requests.labels(route, status)


class CountRequests:
    """Counts answers by the template of the path; middleware to add last."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _answered(route_of(scope), message["status"]).inc()
            await send(message)

        await self.app(scope, receive, counted)


def route_of(scope: Scope) -> str:
    """The template of a request's path, for the path itself may hold a token; `unmatched` when nothing serves it."""
    # FastAPI keeps the template with all prefixes here, and one without those of outer routers in `route`.
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(route, "path", "unmatched"))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a process needs. `detail` says how it is, and when it is not well what to do."""

    name: str
    ok: bool
    detail: str


def health_router(probe: Callable[[], Awaitable[list[Check]]]) -> APIRouter:
    """`/healthz` (the process lives), `/readyz` (503 unless all checks are well) and `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        checks = await _in_time(probe)
        ready = all(check.ok for check in checks)
        content = {"ready": ready, "checks": [asdict(check) for check in checks]}
        return JSONResponse(content, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(metrics_text(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _in_time(probe: Callable[[], Awaitable[list[Check]]]) -> list[Check]:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await probe()
    except TimeoutError:
        detail = f"no answer within {PROBE_SECONDS:g} s; look at the load of this machine and of the database"
        return [Check("checks", False, detail)]


_SECRET_NAMES = {"authorization", "cookie", "token", "key", "secret", "password", "x-api-key"}
_SECRET_ENDINGS = ("_token", "_secret", "_password", "api_key", "signing_key")
_SECRET_WORDS = re.compile(
    r"cand_[A-Za-z0-9_-]+"
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # user and password of a URL
    r"|[\w-]{8,}(?:\.[\w-]{4,8})?\.[\w-]{43}\b"  # a signed link: what it carries, and the signature
    r"|[^\s@<>\"'=,;:()\[\]{}]+@[^\s@<>\"',;:()\[\]{}]+\.\w+"  # an address of mail
    r"|(?<=input_value=).*?(?=, input_type=)"  # what pydantic was given
    r"|(?<=DETAIL:  ).*"  # the values in a row that PostgreSQL refused
)


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that hides what must not be logged: by name, and keys, passwords and links in texts."""
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: object) -> object:
    if name.lower() in _SECRET_NAMES or name.lower().endswith(_SECRET_ENDINGS):
        return "***"
    if isinstance(value, str):
        return _SECRET_WORDS.sub("***", value)
    if isinstance(value, dict):
        return {inner: _shown(str(inner), one) for inner, one in value.items()}
    return [_shown("", one) for one in value] if isinstance(value, list | tuple) else value


def configure_logging(format: Literal["console", "json"], level: str) -> None:
    """Log to stderr, from structlog and from the libraries' loggers alike. Times are UTC; what is bound to the
    context (`service`, `incident_id`, `trace_id`) is in every line."""
    structlog.configure(
        processors=[filter_by_level, *_SHARED, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(format))
    logging.getLogger().handlers[:] = [handler]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Below warning these tell paths with tokens, parameters of statements, and every heartbeat.
    for name in ("uvicorn.access", "sqlalchemy", "alembic", "aiokafka", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    set_level(level)


def set_level(name: str) -> None:
    """Change the level while the process runs: debug, info, warning, error or critical."""
    logging.getLogger().setLevel(name.upper())


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _formatter(format: Literal["console", "json"]) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    if format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,  # behind the traceback, which may hold secrets too
            renderer,
        ],
    )
