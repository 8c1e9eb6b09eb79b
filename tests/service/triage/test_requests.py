"""Requests, replies and signals in; incidents, references and facts out."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from candor_common.events import (
    Fact,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentState,
    IncidentStatus,
    Origin,
    RequestJoined,
)
from candor_common.trace import trace_id
from candor_triage import tables
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import NOON, a_clearing, a_reply, a_request, a_signal, after

LATE = timedelta(days=8)


def types(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


async def test_a_request_becomes_an_incident_with_a_state(desk: Desk) -> None:
    opened, state = await desk.receive(a_request("INC-000001"))
    assert isinstance(opened, IncidentOpened)
    assert isinstance(state, IncidentState)
    assert opened.incident == state.incident == await desk.incident("INC-000001")
    assert await desk.kinds("INC-000001") == ["opened"]


async def test_the_trace_of_the_request_goes_on(desk: Desk) -> None:
    envelope = desk.envelope(a_request())
    await desk.apply([envelope])
    assert [trace_id(told.traceparent) for told in await desk.envelopes()] == [
        trace_id(envelope.traceparent)
    ] * 2


async def test_a_request_seen_before_changes_nothing(desk: Desk) -> None:
    request = a_request()
    await desk.receive(request)
    assert await desk.receive(request) == []
    assert await desk.kinds("INC-000001") == ["opened"]


async def test_a_request_twice_in_one_round_opens_one_incident(desk: Desk) -> None:
    request = a_request()
    assert types(await desk.receive(request, request)) == ["IncidentOpened", "IncidentState"]


async def test_a_round_of_a_conversation_is_applied_in_order_and_has_one_state(desk: Desk) -> None:
    facts = await desk.receive(
        a_request("INC-000001"), a_reply("INC-000001", "INC-000002"), a_reply("INC-000001", "INC-000003")
    )
    assert types(facts) == ["IncidentOpened", "RequestJoined", "RequestJoined", "IncidentState"]
    assert [fact.sequence for fact in facts] == [1, 2, 3, 3]
    assert await desk.kinds("INC-000001") == ["opened", "reply", "reply"]


async def test_the_reference_of_a_reply_leads_to_the_incident(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.receive(a_reply("INC-000001", "INC-000002"))
    assert (await desk.incident("INC-000002")).id == "INC-000001"


async def test_a_reply_to_a_reference_that_leads_elsewhere_joins_there(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.receive(a_reply("INC-000001", "INC-000002"), a_reply("INC-000002", "INC-000003"))
    await desk.receive(a_reply("INC-000003", "INC-000004"))
    assert (await desk.incident("INC-000004")).id == "INC-000001"
    assert await desk.kinds("INC-000001") == ["opened", "reply", "reply", "reply"]


async def test_a_reply_to_what_was_resolved_reopens_it(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    facts = await desk.receive(a_reply("INC-000001", "INC-000002"))
    assert types(facts) == ["RequestJoined", "IncidentReopened", "IncidentState"]
    assert (await desk.incident("INC-000001")).status is IncidentStatus.REOPENED
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "reply", "reopened"]


async def test_late_replies_share_one_new_incident_even_in_different_rounds(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    late = [a_reply("INC-000001", f"INC-00001{n}", received_at=NOON + LATE) for n in range(3)]
    assert types(await desk.receive(late[0], late[1])) == ["IncidentOpened", "RequestJoined", "IncidentState"]
    assert types(await desk.receive(late[2])) == ["RequestJoined", "IncidentState"]
    for reference in ("INC-000010", "INC-000011", "INC-000012"):
        assert (await desk.incident(reference)).id == "INC-000010"
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "followed_up"]
    assert await desk.kinds("INC-000010") == ["opened", "follows", "reply", "reply"]


async def test_a_late_reply_after_a_finished_follow_up_opens_a_third_incident(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    desk.clock.advance(LATE)
    await desk.receive(a_reply("INC-000001", "INC-000002", received_at=desk.clock.now()))
    await desk.resolve("INC-000002")
    desk.clock.advance(LATE)
    await desk.receive(a_reply("INC-000001", "INC-000003", received_at=desk.clock.now()))
    await desk.receive(a_reply("INC-000001", "INC-000004", received_at=desk.clock.now()))
    await desk.receive(a_reply("INC-000002", "INC-000005", received_at=desk.clock.now()))
    assert (await desk.incident("INC-000004")).id == "INC-000003"
    assert (await desk.incident("INC-000005")).id == "INC-000003"
    assert await desk.count(tables.incident) == 3


async def test_a_bounce_joins_and_changes_nothing_else(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    before = await desk.incident("INC-000001")
    facts = await desk.receive(a_reply("INC-000001", "INC-000002", origin=Origin.BOUNCE))
    assert types(facts) == ["RequestJoined", "IncidentState"]
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "bounce"]
    assert await desk.incident("INC-000002") == before.model_copy(update={"version": before.version + 1})


async def test_signals_of_one_trouble_share_an_incident(desk: Desk) -> None:
    facts = await desk.receive(a_signal("INC-000001"), a_signal("INC-000002"))
    assert types(facts) == ["IncidentOpened", "RequestJoined", "IncidentState"]
    assert types(await desk.receive(a_signal("INC-000003"))) == ["RequestJoined", "IncidentState"]
    opened = await desk.receive(a_signal("INC-000004", signal_key="disk-db02"))
    assert opened[0].subject == "INC-000004"


async def test_a_trouble_that_goes_and_comes_is_one_incident(desk: Desk) -> None:
    await desk.receive(a_signal("INC-000001"))
    cleared = await desk.receive(a_clearing("INC-000002"))
    assert types(cleared) == ["RequestJoined", "IncidentResolved", "IncidentState"]
    assert isinstance(cleared[1], IncidentResolved)
    assert cleared[1].by == "signal"
    back = await desk.receive(a_signal("INC-000003", received_at=after(minutes=1)))
    assert types(back) == ["RequestJoined", "IncidentReopened", "IncidentState"]
    assert isinstance(back[0], RequestJoined)
    assert isinstance(back[1], IncidentReopened)
    assert back[1].by == "signal"
    assert (await desk.incident("INC-000003")).id == "INC-000001"


async def test_a_trouble_that_comes_back_late_is_a_new_incident(desk: Desk) -> None:
    await desk.receive(a_signal("INC-000001"))
    await desk.receive(a_clearing("INC-000002"))
    desk.clock.advance(LATE)
    facts = await desk.receive(a_signal("INC-000003", received_at=desk.clock.now()))
    assert types(facts) == ["IncidentOpened", "IncidentState"]
    assert facts[0].subject == "INC-000003"


async def test_a_clearing_of_nothing_is_remembered_as_ignored(desk: Desk) -> None:
    assert await desk.receive(a_clearing("INC-000001")) == []
    assert await desk.count(tables.incident) == 0
    query = sa.select(tables.request.c.fate, tables.request.c.incident_id)
    rows = await desk.database.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in rows] == [("ignored", None)]


async def test_a_clearing_only_joins_where_a_person_has_the_incident(desk: Desk) -> None:
    await desk.receive(a_signal("INC-000001"))
    assert (await desk.command("INC-000001", "acknowledge", 1)).status_code == 200
    await desk.told()
    assert types(await desk.receive(a_clearing("INC-000002"))) == ["RequestJoined", "IncidentState"]
    assert (await desk.incident("INC-000002")).status is IncidentStatus.IN_PROGRESS
    assert await desk.kinds("INC-000001") == ["opened", "acknowledged", "signal_cleared"]


async def test_a_flapping_alert_in_one_round_ends_as_it_ended(desk: Desk) -> None:
    steps = [
        a_signal("INC-000001"),
        a_clearing("INC-000002"),
        a_signal("INC-000003", received_at=after(minutes=1)),
    ]
    facts = await desk.receive(*steps, a_clearing("INC-000004", received_at=after(minutes=2)))
    assert types(facts) == [
        "IncidentOpened",
        "RequestJoined",
        "IncidentResolved",
        "RequestJoined",
        "IncidentReopened",
        "RequestJoined",
        "IncidentResolved",
        "IncidentState",
    ]
    assert [fact.sequence for fact in facts] == [1, 2, 3, 4, 5, 6, 7, 7]
    assert (await desk.incident("INC-000004")).status is IncidentStatus.RESOLVED


@pytest.mark.parametrize("size", [1, 100])
async def test_a_round_costs_the_same_few_statements_whatever_its_size(desk: Desk, size: int) -> None:
    requests = [a_request(f"INC-{number:06}") for number in range(size)]
    signals = [a_signal(f"INC-{number:06}", signal_key=str(number)) for number in range(1000, 1000 + size)]
    replies = [a_reply(f"INC-{number:06}", f"INC-{number + 5000:06}") for number in range(size)]
    statements: list[str] = []
    engine = desk.database.engine  # type: ignore[attr-defined]

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    sa.event.listen(getattr(engine, "sync_engine", engine), "before_cursor_execute", note)
    await desk.apply([desk.envelope(fact) for fact in (*requests, *signals, *replies)])
    sa.event.remove(getattr(engine, "sync_engine", engine), "before_cursor_execute", note)
    written = [one for one in statements if "triage" in one or "INSERT INTO outbox" in one]
    assert len(written) == 8
