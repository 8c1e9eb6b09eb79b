"""What intake learns from the others: where a request led, and how that stands."""

from pathlib import Path
from typing import Any

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Transaction
from candor_common.embedded import embedded
from candor_common.events import IncidentClosed, IncidentStatus
from candor_common.runtime import assemble
from candor_common.settings import Settings
from candor_intake import service, store
from tests.plugins.facts import an_incident, joined, opened, reopened, resolved
from tests.plugins.served import Served
from tests.service.intake.posting import body, post

pytestmark = pytest.mark.packages("candor_intake")


async def stands(intake: Served, receipt: dict[str, Any]) -> tuple[str | None, str | None]:
    status = (await intake.client.get(receipt["status_url"])).json()
    return status["incident"], status["incident_status"]


async def test_the_status_of_a_request_is_that_of_its_incident(intake: Served) -> None:
    receipt = (await post(intake, body())).json()
    assert await stands(intake, receipt) == (None, None)
    await intake.receive(opened(receipt["request_id"], an_incident()))
    assert await stands(intake, receipt) == ("INC-000001", "open")
    await intake.receive(resolved())
    assert await stands(intake, receipt) == ("INC-000001", "resolved")
    await intake.receive(reopened())
    assert await stands(intake, receipt) == ("INC-000001", "open")


async def test_a_request_that_joined_another_incident_shows_that(intake: Served) -> None:
    first, second = [(await post(intake, body())).json() for _ in range(2)]
    incident = an_incident(version=2)
    await intake.receive(
        opened(first["request_id"], an_incident()), joined(second["request_id"], "INC-000002", incident)
    )
    assert await stands(intake, second) == ("INC-000001", "open")


async def test_an_older_snapshot_changes_nothing(intake: Served) -> None:
    receipt = (await post(intake, body())).json()
    await intake.receive(opened(receipt["request_id"], an_incident()))
    closed = an_incident(version=5, status=IncidentStatus.CLOSED)
    await intake.receive(IncidentClosed(incident=closed, by="ana"))
    await intake.receive(resolved(), opened(receipt["request_id"], an_incident()))
    assert await stands(intake, receipt) == ("INC-000001", "closed")


async def test_an_incident_whose_request_is_unknown_does_no_harm(intake: Served) -> None:
    await intake.receive(opened("another", an_incident("INC-000077")))
    assert await intake.count(store.inbound) == 0


async def test_a_round_of_events_costs_the_same_few_statements_whatever_its_size(intake: Served) -> None:
    counts = []
    for size in (1, 100):
        events = [opened(f"request-{n}", an_incident(f"INC-{n:06d}")) for n in range(size)]
        with intake.statements() as sent:
            await intake.apply([intake.envelope(one) for one in events])
        counts.append(len([one for one in sent if "intake" in one]))
    assert counts == [3, 3]


async def test_events_of_the_log_reach_it(tmp_path: Path, clock: ManualClock) -> None:
    settings = Settings(data_dir=tmp_path)
    async with assemble([service], settings, embedded, clock) as assembly:

        def emit(transaction: Transaction) -> None:
            transaction.emit(opened("another", an_incident("INC-000077")))

        await assembly.runtime.database.transact(emit)
        [consumer] = assembly.consumers
        await consumer.process(await consumer.feed.read())
        rows = await assembly.runtime.database.read(
            lambda connection: connection.execute(store.incident.select()).all()
        )
    assert [tuple(row) for row in rows] == [("INC-000077", 1, "open")]


def test_it_listens_to_incidents_and_messages() -> None:
    assert service.topics == ("incidents", "messages")
    assert not any(fact.emitter == "intake" for fact in service.subscriptions)
