"""Triage as a whole: its tables, its consumer, and the doors that need a key."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from candor_common.clock import ManualClock
from candor_common.database import Transaction
from candor_common.embedded import embedded
from candor_common.events import IncidentOpened, MessageSent, MessageState
from candor_common.keys import KeyRing
from candor_common.runtime import assemble
from candor_common.settings import Settings
from candor_triage import service, store, timeline_store
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.unit.triage.builders import NOON, a_reply, a_request
from tests.unit.triage.test_timeline import a_message


async def test_the_migrations_make_the_tables_that_the_code_describes(desk: Desk) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {
            "include_name": lambda name, kind, _parents: kind != "table" or name in store.metadata.tables
        }
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, store.metadata))

    assert await desk.database.read(differences) == []


async def test_events_from_the_log_become_incidents(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    async with assemble([service], Settings(data_dir=tmp_path), embedded, clock) as assembly:
        database = assembly.runtime.database

        def emit(transaction: Transaction) -> None:
            transaction.emit(a_request("INC-000001"))
            transaction.emit(MessageSent(message=a_message(MessageState.SENT)))
            transaction.emit(a_reply("INC-000001", "INC-000002"))

        await database.transact(emit)
        [consumer] = assembly.consumers
        await consumer.process(await consumer.feed.read())
        found = await database.read(lambda connection: store.led_to(connection, "INC-000002"))
        entries = await database.read(
            lambda connection: timeline_store.timeline_of(connection, "INC-000001", 10)
        )
    assert found is not None
    assert (found.id, found.version) == ("INC-000001", 2)
    assert sorted(entry.kind for entry in entries) == ["message_sent", "opened", "reply"]


def test_it_listens_to_the_topics_of_its_subscriptions() -> None:
    assert service.topics == ("feedback", "messages", "promises", "requests")
    assert service.package == "candor_triage"
    assert not any(fact.emitter == "triage" for fact in service.subscriptions)
    assert IncidentOpened not in service.subscriptions


@ON_SQLITE
@pytest.mark.parametrize(
    ("scope", "reading", "working"),
    [("read", 200, 403), ("work", 403, 200), ("post", 403, 403), (None, 401, 401)],
)
async def test_reading_and_working_take_a_key_of_their_own(
    desk: Desk, scope: str | None, reading: int, working: int
) -> None:
    await desk.receive(a_request("INC-000001"))
    text = KeyRing(desk.runtime.context.settings.keys_file).add("a key", [scope or "operate"])
    headers = {"Authorization": f"Bearer {text if scope else 'cand_wrong'}"}
    for address in ("/v1/incidents", "/v1/incidents/INC-000001"):
        assert (await desk.client.get(address, headers=headers)).status_code == reading
    answer = await desk.client.post(
        "/v1/incidents/INC-000001/acknowledge", json={"by": "ana"}, headers=headers | {"If-Match": '"1"'}
    )
    assert answer.status_code == working


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_whatever_decides_about_an_incident_has_locked_it(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    engine = desk.database.engine.sync_engine  # type: ignore[attr-defined]
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT") and "triage_incident" in statement:
            statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    await desk.receive(a_reply("INC-000001"))
    await desk.resolve("INC-000001")
    desk.clock.advance(timedelta(days=30))
    await desk.watch_over()
    locking = [one for one in statements if "FOR UPDATE" in one]
    assert len(locking) == 3, "one for the round, one for the command, one for the watch"
