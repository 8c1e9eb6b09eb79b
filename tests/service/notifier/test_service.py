"""Notifier as a whole: its tables, its consumer, and what runs by itself."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Connection

from candor_common.clock import SystemClock
from candor_common.database import Transaction
from candor_common.embedded import embedded
from candor_common.events import IncidentOpened, PromiseMade
from candor_common.runtime import assemble, running
from candor_common.settings import Settings
from candor_notifier import service, store
from tests.service.notifier.conftest import Office
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import a_promise, an_incident


async def test_the_migrations_make_the_tables_that_the_code_describes(office: Office) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {
            "include_name": lambda name, kind, _parents: kind != "table" or name in store.metadata.tables
        }
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, store.metadata))

    assert await office.database.read(differences) == []


async def test_an_event_in_the_log_becomes_a_mail_by_itself(tmp_path: Path, sink: Sink) -> None:
    url = SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0")
    settings = Settings(data_dir=tmp_path, mail_from="support@help.example", smtp_url=url)
    async with assemble([service], settings, embedded, SystemClock()) as assembly, running(assembly, print):

        def emit(transaction: Transaction) -> None:
            transaction.emit(IncidentOpened(incident=an_incident(), request_id="r"))
            transaction.emit(PromiseMade(promise=a_promise()))

        await assembly.runtime.database.transact(emit)
        async with asyncio.timeout(10):
            await sink.arrived.wait()
    assert sink.received[0].recipient == "li@shop.example"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("address", ["/v1/messages?incident=INC%00", "/v1/messages?incident=%00&state=sent"])
async def test_a_question_that_no_database_can_read_is_a_bad_request(office: Office, address: str) -> None:
    answer = await office.client.get(address)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:candor:problem:bad-request")
    assert (await office.client.get("/v1/messages?incident=INC-000042")).status_code == 200


def test_it_listens_to_the_topics_of_its_subscriptions() -> None:
    assert service.topics == ("feedback", "incidents", "promises", "requests")
    assert service.package == "candor_notifier"
    assert not any(fact.emitter == "notifier" for fact in service.subscriptions)
