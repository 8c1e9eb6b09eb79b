import sqlite3
from collections.abc import AsyncIterator, MutableMapping
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel
from sqlalchemy import exc
from starlette.types import Message
from structlog.testing import capture_logs

from candor_common import errors, openapi
from candor_common.errors import CandorError, NotFound, TooMany, Unavailable, Unprocessable
from candor_common.limits import LimitBody

JSON = {"Content-Type": "application/json"}


class Login(BaseModel):
    name: str
    tags: list[int] = []
    password: int = 0


class OfPostgres(Exception):
    sqlstate = "57P03"


class ReadOnly(Exception):
    sqlstate = "25006"


def caused(by: Exception) -> Exception:
    """As SQLAlchemy puts the errors of a driver into its own."""
    translated = RuntimeError(str(by))
    translated.__cause__ = by
    return translated


def of_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return error


def of_database(error: BaseException, *, lost: bool = False) -> exc.OperationalError:
    return exc.OperationalError("SELECT secret", {}, error, connection_invalidated=lost)


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    errors.install(app)
    openapi.install(app)
    app.add_middleware(LimitBody, max_bytes=100)

    @app.post("/login", responses=errors.responses(NotFound))
    async def login(body: Login, limit: int = 1) -> str:
        return body.name

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.post("/many")
    async def many(number: Annotated[list[int], Query()]) -> None:
        return None

    @app.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        raise app.state.error

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://candor") as client:
        yield client


async def failing(client: httpx.AsyncClient, app: FastAPI, error: BaseException) -> httpx.Response:
    app.state.error = error
    return await client.get("/fail/now")


async def test_an_error_of_ours_is_told_as_a_problem(client: httpx.AsyncClient, app: FastAPI) -> None:
    part = {"detail": "it is taken", "pointer": "#/name"}
    response = await failing(client, app, Unprocessable("Choose another name.", errors=[part]))
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:candor:problem:unprocessable",
        "title": "Understood but not valid",
        "status": 422,
        "detail": "Choose another name.",
        "errors": [part],
    }


async def test_headers_of_the_kind_and_of_the_moment_are_sent(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    assert (await failing(client, app, Unavailable("later"))).headers["retry-after"] == "5"
    assert (await failing(client, app, TooMany("slower", headers={"Retry-After": "9"}))).headers[
        "retry-after"
    ] == "9"


async def test_an_invalid_body_is_pointed_at_and_never_echoed(client: httpx.AsyncClient) -> None:
    response = await client.post("/login?limit=many", json={"tags": [1, "x/y"], "password": "sesame"})
    assert response.status_code == 422
    places = [error.get("pointer", error["detail"].split(":")[0]) for error in response.json()["errors"]]
    assert places == ["query limit", "#/name", "#/tags/1", "#/password"]
    assert "sesame" not in response.text


async def test_a_request_of_faults_alone_gets_an_answer_that_is_not_longer(client: httpx.AsyncClient) -> None:
    response = await client.post("/login", content=b'{"tags":[' + b"{}," * 29 + b"{}]}", headers=JSON)
    assert 0 < len(response.json()["errors"]) <= errors.MOST_PARTS == 50
    response = await client.post("/many", params={"number": ["no number"] * 200})
    assert len(response.json()["errors"]) == errors.MOST_PARTS


async def test_a_body_that_is_no_json_is_a_bad_request(client: httpx.AsyncClient) -> None:
    response = await client.post("/login", content=b"{", headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (400, "urn:candor:problem:bad-request")


async def test_unknown_addresses_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    missing, wrong = await client.get("/nowhere"), await client.get("/login")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:candor:problem:not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "urn:candor:problem:method-not-allowed")
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("10.0.0.7"),
        TimeoutError(),
        OSError("Multiple exceptions: [Errno 111] …"),
        exc.TimeoutError("QueuePool limit"),
        of_database(RuntimeError("gone"), lost=True),
        of_database(OfPostgres()),
        of_database(ConnectionResetError()),
        of_database(of_sqlite(sqlite3.SQLITE_BUSY)),
        OfPostgres(),
        ReadOnly(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        of_database(caused(asyncpg.InternalClientError("got result for unknown protocol state 3"))),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_is_away_makes_us_unavailable_for_the_moment(
    client: httpx.AsyncClient, app: FastAPI, error: Exception
) -> None:
    with capture_logs() as logs:
        response = await failing(client, app, error)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "SELECT" not in response.text
    assert [(one["log_level"], one["route"]) for one in logs] == [("warning", "/fail/{kind}")]


@pytest.mark.parametrize(
    "error",
    [
        KeyError("10.0.0.7"),
        FileNotFoundError(2, "no", "/etc/x"),
        of_database(of_sqlite(sqlite3.SQLITE_ERROR)),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_anything_else_is_logged_and_told_without_inner_words(
    client: httpx.AsyncClient, app: FastAPI, error: Exception
) -> None:
    with capture_logs() as logs:
        response = await failing(client, app, error)
    assert response.status_code == 500
    assert response.json()["detail"] == "Something went wrong on our side; it has been logged."
    assert [(one["log_level"], one["exc_info"]) for one in logs] == [("error", error)]


async def test_a_long_body_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    response = await client.post("/raw", content=b"x" * 101)
    assert (response.status_code, response.json()["status"]) == (413, 413)
    assert response.headers["connection"] == "close"
    assert (await client.post("/raw", content=b"x" * 100)).json() == 100


@pytest.mark.parametrize("path", ["/raw", "/login"])
async def test_a_streamed_body_is_refused_before_the_rest_is_read(app: FastAPI, path: str) -> None:
    """What still comes is thrown away, so that its sender gets to read the answer."""
    happened: list[str] = []
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> Message:
        happened.append("piece")
        return {"type": "http.request", "body": b"x" * 40, "more_body": happened.count("piece") < 10}

    async def send(message: Message) -> None:
        happened.extend(["answer"] if message.get("body") else [])
        told.append(message)

    headers = [(b"content-type", b"application/json")]
    await app(
        {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""},
        receive,
        send,
    )
    assert happened == ["piece"] * 3 + ["answer"] + ["piece"] * 7
    assert told[0]["status"] == 413
    assert (b"connection", b"close") in told[0]["headers"]
    assert [one.get("more_body", False) for one in told[1:]] == [True, False]


def test_openapi_describes_problems_and_no_other_errors(app: FastAPI) -> None:
    document = app.openapi()
    declared: dict[str, Any] = document["paths"]["/login"]["post"]["responses"]
    for status, kind in (("404", "NotFound"), ("422", "Unprocessable"), ("503", "Unavailable")):
        assert declared[status] == {"$ref": f"#/components/responses/{kind}"}
        content = document["components"]["responses"][kind]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert set(document["components"]["schemas"]) == {"Login", "Problem"}
    assert app.openapi() == document


def test_every_kind_has_a_status_and_a_type_of_its_own() -> None:
    kinds = CandorError.__subclasses__()
    assert len({kind.status for kind in kinds}) == len({kind.type for kind in kinds}) == len(kinds)
