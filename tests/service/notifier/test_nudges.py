"""Somebody of the house is told before the customer has to ask: on which ways, and what becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    IncidentOpened,
    Level,
    MessageKind,
    MessageSent,
    MessageState,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseMade,
    PromiseState,
)
from candor_notifier import service, tables
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, ON_SQLITE, Office
from tests.service.notifier.provider import Provider, answer
from tests.service.notifier.sending import news, types
from tests.service.notifier.sink import Sink
from tests.service.notifier.web_desks import bodies
from tests.unit.notifier.builders import NOON, a_promise, after, an_incident
from tests.worlds.charters import shipped, write


def opened(number: int = 42, **given: object) -> IncidentOpened:
    return IncidentOpened(incident=an_incident(f"INC-{number:06d}", **given), request_id="r")


async def states(office: Office, kind: MessageKind) -> list[MessageState]:
    return [one.state for one in await office.messages() if one.kind is kind]


def with_people(contact: str = "desk@house.example") -> dict[str, Any]:
    """The shipped charter, with people and a team that can be reached."""
    content = shipped()
    content["teams"]["operations"] |= {"lead": "lena", "contact": contact}
    content["teams"]["infrastructure"] |= {"contact": "second@house.example"}
    content["people"] = {
        name: {"teams": ["operations"], "contact": f"{name}@house.example", "shift": "always"}
        for name in ("ana", "lena")
    }
    return content


@pytest.fixture
async def manned(database: Database, clock: ManualClock, tmp_path: Path, sink: Sink) -> AsyncIterator[Office]:
    """A house with people, and a mail server."""
    settings = {
        "charter": write(with_people(), tmp_path / "charter.yaml"),
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0"),
    }
    async with served_as(Office, service, database, clock, tmp_path, mail_from=FROM, **settings) as running:
        yield running


AT_RISK = a_promise(warned_at=NOON)
MISSED = a_promise(version=2, state=PromiseState.BREACHED, breached_at=after(hours=1))


async def test_before_a_word_is_due_its_owner_is_nudged(manned: Office, sink: Sink) -> None:
    await manned.hear(news())
    await manned.deliver()
    owned = opened(43, team="operations", owner="ana")
    risky = AT_RISK.model_copy(update={"incident_id": "INC-000043"})
    await manned.hear(owned, PromiseAtRisk(promise=risky, fired_at=NOON))
    await manned.deliver(seconds=5)
    [nudge] = [one for one in sink.received if one.recipient == "ana@house.example"]
    assert b"multipart" not in nudge.raw
    assert b"/incidents/INC-000043" in nudge.raw
    assert b"/c/" not in nudge.raw


async def test_a_nudge_holds_up_no_word_to_the_customer_and_stands_in_no_thread(
    manned: Office, sink: Sink
) -> None:
    await manned.hear(opened(team="operations", owner="ana"), PromiseMade(promise=a_promise()))
    await manned.deliver()
    sink.to_recipient.append("451 4.7.1 greylisted")
    await manned.hear(PromiseAtRisk(promise=AT_RISK, fired_at=NOON))
    await manned.deliver()
    assert await states(manned, MessageKind.NUDGE) == [MessageState.DELAYED]
    await manned.hear(news())
    await manned.deliver()
    assert await states(manned, MessageKind.UPDATE) == [MessageState.SENT]
    await manned.deliver(minutes=1)
    assert await states(manned, MessageKind.NUDGE) == [MessageState.SENT]
    threads = await manned.rows(sa.select(tables.thread.c.message_id))
    nudged = {one.message_id for one in await manned.messages() if one.kind is MessageKind.NUDGE}
    assert not nudged & {row["message_id"] for row in threads}


async def test_who_has_spoken_is_not_nudged_any_more(manned: Office, sink: Sink) -> None:
    await manned.hear(opened(team="operations", owner="ana"), PromiseMade(promise=a_promise()))
    await manned.deliver()
    await manned.hear(PromiseAtRisk(promise=AT_RISK, fired_at=NOON))
    kept = AT_RISK.model_copy(update={"version": 3, "state": PromiseState.KEPT, "kept_at": NOON})
    await manned.hear(PromiseKept(promise=kept))
    await manned.deliver()
    assert await states(manned, MessageKind.NUDGE) == [MessageState.WITHDRAWN]
    assert all(one.recipient == "li@shop.example" for one in sink.received)


async def test_after_a_miss_the_lead_hears_of_it_and_the_customer_too(manned: Office, sink: Sink) -> None:
    await manned.hear(opened(team="operations", owner="ana"), PromiseMade(promise=a_promise()))
    await manned.deliver()
    await manned.hear(PromiseBreached(promise=MISSED, fired_at=after(hours=1)))
    await manned.hear(PromiseBreached(promise=MISSED, fired_at=after(hours=1)))
    await manned.deliver(hours=1)
    assert sorted(one.recipient for one in sink.received) == [
        "lena@house.example",
        "li@shop.example",
        "li@shop.example",
    ]
    assert types(await manned.told()) == [MessageSent] * 3


async def test_without_a_contact_nobody_is_nudged_and_nothing_fails(office: Office) -> None:
    promise: Promise = AT_RISK
    await office.hear(opened(owner="ana"), PromiseAtRisk(promise=promise, fired_at=NOON))
    await office.hear(PromiseBreached(promise=MISSED, fired_at=after(hours=1)))
    kinds = {one.kind for one in await office.messages()}
    assert kinds == {MessageKind.ACKNOWLEDGEMENT, MessageKind.BREACH_NOTICE}


async def test_a_level_whose_turn_has_come_is_nudged_once(manned: Office, sink: Sink) -> None:
    await manned.hear(opened(team="operations"), PromiseBreached(promise=MISSED, fired_at=after(hours=1)))
    [turn] = await manned.hear(PromiseEscalated(promise=MISSED, level=Level.L2, at=NOON, fired_at=NOON))
    await manned.apply([turn])
    await manned.deliver(seconds=5)
    assert [one.recipient for one in sink.received].count("second@house.example") == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("allowed", "state"), [("127.0.0.0/8", MessageState.SENT), ("", MessageState.REFUSED)]
)
async def test_an_urgent_nudge_goes_to_the_teams_slack_webhook_too_as_far_as_the_guard_lets(
    database: Database, clock: ManualClock, tmp_path: Path, allowed: str, state: MessageState
) -> None:
    slack = Provider(lambda _asked: answer(200, b"ok"))
    await slack.start()
    charter = write(
        with_people(f"desk@house.example, {slack.url}/services/sesame"), tmp_path / "charter.yaml"
    )
    settings = {"charter": charter, "webhook_allow": allowed, "mail_from": FROM}
    async with served_as(Office, service, database, clock, tmp_path, **settings) as office:
        await office.hear(opened(team="operations", owner="ana"))
        await office.hear(PromiseAtRisk(promise=AT_RISK, fired_at=NOON))
        await office.deliver()
        found = {one.channel: one for one in await office.messages() if one.kind is MessageKind.NUDGE}
        assert found[Channel.MAIL].recipient == "ana@house.example"
        assert (found[Channel.SLACK].recipient, found[Channel.SLACK].state) == (
            "slack-hook:team/operations",
            state,
        )
        said = [one["text"] for one in bodies(slack)]
        assert len(said) == (state is MessageState.SENT)
        assert all("An answer to this mail" not in text for text in said)
        assert not any("sesame" in fact.model_dump_json() for fact in await office.told())
    await slack.stop()
