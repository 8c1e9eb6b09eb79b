"""Text that no database holds is the sender's fault: 400, never 500."""

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request

from candor_common import errors
from candor_common.columns import counter
from candor_common.database import Database

NUL = b'"a\\u0000b"'
HALF_A_PAIR = b'"a\\ud800b"'


async def asked_for(database: Database, body: bytes) -> httpx.Response:
    """The answer of an application that asks the database for the text that it is given."""
    app = FastAPI()
    errors.install(app)

    @app.post("/")
    async def ask(request: Request) -> list[str]:
        query = sa.select(counter.c.name).where(counter.c.name == await request.json())
        return await database.read(lambda connection: list(connection.scalars(query)))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://candor") as client:
        return await client.post("/", content=body)


def assert_refused(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == errors.CONTENT_TYPE
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (
        400,
        400,
        "urn:candor:problem:bad-request",
    )
    assert "character" in problem["detail"]


async def test_half_a_surrogate_pair_is_refused(database: Database) -> None:
    assert_refused(await asked_for(database, HALF_A_PAIR))


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_nul_is_refused_where_the_database_does_not_hold_it(database: Database) -> None:
    assert_refused(await asked_for(database, NUL))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nul_is_text_like_any_other_where_the_database_holds_it(database: Database) -> None:
    assert (await asked_for(database, NUL)).json() == []


async def test_text_of_all_planes_is_taken(database: Database) -> None:
    assert (await asked_for(database, '"\U0001f5a8 打印机"'.encode())).status_code == 200
