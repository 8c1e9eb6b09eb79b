"""What is told beyond the first mail and the last: caps, nudges, ways, pages, and what turns out to be needless."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    Contact,
    Estimate,
    EstimateGiven,
    IncidentAssigned,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentStatus,
    IncidentVerified,
    MessageKind,
    MessageRefused,
    MessageSent,
    MessageState,
    MessageWithdrawn,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseState,
)
from candor_common.links import INCIDENT
from candor_notifier import service, tables
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, Office
from tests.service.notifier.desks import SID, TOKEN, SmsDesk, form_of
from tests.service.notifier.sending import news, types
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import NOON, a_promise, after, an_incident
from tests.worlds.charters import shipped, write

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def opened(number: int = 42, **given: object) -> IncidentOpened:
    return IncidentOpened(incident=an_incident(f"INC-{number:06d}", **given), request_id="r")


async def states(office: Office, kind: MessageKind) -> list[MessageState]:
    return [one.state for one in await office.messages() if one.kind is kind]


@pytest.fixture
async def manned(database: Database, clock: ManualClock, tmp_path: Path, sink: Sink) -> AsyncIterator[Office]:
    """A house with people, and a mail server."""
    content = shipped()
    content["teams"]["operations"] |= {"lead": "lena", "contact": "desk@house.example"}
    content["people"] = {
        name: {"teams": ["operations"], "contact": f"{name}@house.example", "shift": "always"}
        for name in ("ana", "lena")
    }
    settings = {
        "charter": write(content, tmp_path / "charter.yaml"),
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0"),
    }
    async with served_as(Office, service, database, clock, tmp_path, mail_from=FROM, **settings) as running:
        yield running


AT_RISK = a_promise(warned_at=NOON)
MISSED = a_promise(version=2, state=PromiseState.BREACHED, breached_at=after(hours=1))


async def test_one_address_gets_so_many_acknowledgements_in_an_hour_and_no_more(office: Office) -> None:
    await office.hear(*[opened(number) for number in range(3)])
    shouting = Contact(address="LI@shop.example")
    await office.hear(*[opened(number, requester=shouting) for number in range(3, 7)])
    await office.hear(opened(7, requester=Contact(address="bo@shop.example")))
    await office.deliver(seconds=5)
    assert sorted(await states(office, MessageKind.ACKNOWLEDGEMENT)) == ["sent"] * 6 + ["withdrawn"] * 2
    told = [fact.message for fact in await office.told() if isinstance(fact, MessageWithdrawn)]
    assert {one.reason for one in told} == {"this address had 5 acknowledgements within an hour already"}
    assert {one.incident_id for one in told} == {"INC-000005", "INC-000006"}


async def test_an_hour_later_it_is_acknowledged_again(office: Office) -> None:
    await office.hear(*[opened(number) for number in range(6)])
    office.clock.advance(timedelta(minutes=59))
    await office.hear(opened(6))
    office.clock.advance(timedelta(minutes=1))
    await office.hear(opened(7))
    await office.deliver(seconds=5)
    withdrawn = [one.incident_id for one in await office.messages() if one.state is MessageState.WITHDRAWN]
    assert withdrawn == ["INC-000005", "INC-000006"]


async def test_only_acknowledgements_are_capped(office: Office) -> None:
    await office.hear(*[news(number) for number in range(8)])
    await office.deliver()
    assert await states(office, MessageKind.UPDATE) == [MessageState.SENT] * 8


async def test_who_can_not_be_reached_is_told_of_to_the_team(office: Office) -> None:
    await office.hear(opened(requester=Contact(address="+14155550100"), channel=Channel.SMS))
    await office.deliver()
    message = await office.only()
    assert (message.state, message.channel) == (MessageState.REFUSED, Channel.SMS)
    assert "CANDOR_SMS_URL" in (message.reason or "")
    assert types(await office.told()) == [MessageRefused]


@ONLY_SQLITE
async def test_who_wrote_a_text_message_is_answered_by_one(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    desk = SmsDesk(clock)
    await desk.open()
    url = SecretStr(f"twilio+http://{SID}:{TOKEN}@127.0.0.1:{desk.provider.port}?from=+15551234567")
    async with served_as(Office, service, database, clock, tmp_path, mail_from=FROM, sms_url=url) as office:
        await office.hear(
            opened(requester=Contact(address="+14155550100"), channel=Channel.SMS),
            PromiseMade(promise=a_promise()),
        )
        await office.deliver()
        [asked] = desk.provider.asked
        assert form_of(asked)["To"] == "+14155550100"
        assert "We will write to you by Tue 3 Mar, 13:00 (UTC). [INC-000042]" in form_of(asked)["Body"]
        assert (await office.only()).state is MessageState.SENT
        assert await office.count(tables.mailbox) == 0
    await desk.messenger.close()
    await desk.shut()


async def test_every_attempt_leads_to_the_same_page(post: Office, sink: Sink) -> None:
    sink.to_data.append("451 4.3.0 try later")
    await post.hear(news())
    await post.deliver()
    await post.deliver(minutes=1)
    first, second = sink.received
    assert first.raw == second.raw
    text = first.raw.decode().replace("=\r\n", "").replace("=3D", "=")
    token = text.partition("/c/")[2].split()[0]
    signer = post.runtime.context.signer
    assert signer.verify(INCIDENT, token, timedelta(days=90)) == "INC-000042"


async def test_a_handover_waits_for_the_promises_of_the_new_team(office: Office) -> None:
    incident = an_incident(team="operations")
    await office.hear(IncidentAssigned(incident=incident, by="ana", previous_team="network"))
    await office.deliver(seconds=4)
    assert await states(office, MessageKind.HANDOVER) == [MessageState.PLANNED]
    await office.hear(PromiseMade(promise=a_promise()))
    await office.deliver()
    assert await states(office, MessageKind.HANDOVER) == [MessageState.SENT]


async def test_what_was_handed_on_again_before_it_was_told_is_told_once(office: Office) -> None:
    for version, team, before in ((2, "operations", "network"), (3, "security", "operations")):
        incident = an_incident(version=version, team=team)
        await office.hear(IncidentAssigned(incident=incident, by="ana", previous_team=before))
    await office.deliver(seconds=5)
    await office.deliver()
    assert sorted(await states(office, MessageKind.HANDOVER)) == ["sent", "withdrawn"]


def closed(version: int = 5) -> IncidentClosed:
    incident = an_incident(version=version, status=IncidentStatus.CLOSED)
    return IncidentClosed(incident=incident, by="charter")


def verified(version: int, *, by_customer: bool) -> IncidentVerified:
    incident = an_incident(version=version, status=IncidentStatus.VERIFIED)
    return IncidentVerified(incident=incident, by="li@shop.example", by_customer=by_customer)


async def test_who_confirmed_it_is_not_told_that_it_is_closed(office: Office) -> None:
    await office.hear(verified(4, by_customer=True))
    await office.hear(closed())
    assert await office.messages() == []


async def test_who_said_nothing_is_told_that_it_is_closed(office: Office) -> None:
    await office.hear(verified(4, by_customer=False), closed())
    await office.deliver()
    assert await states(office, MessageKind.CLOSED) == [MessageState.SENT]


async def test_a_confirmation_does_not_outlive_a_reopening(office: Office) -> None:
    again = IncidentReopened(incident=an_incident(version=5, status=IncidentStatus.REOPENED), by="ana")
    await office.hear(verified(4, by_customer=True))
    await office.hear(again, closed(6))
    assert await states(office, MessageKind.CLOSED) == [MessageState.PLANNED]


async def test_a_target_that_was_replaced_in_time_is_not_owned_up_to(office: Office) -> None:
    estimate = Estimate(fixed_by=after(hours=9), reason="A disk.", given_at=NOON)
    incident = an_incident(version=2, estimate=estimate)
    target = a_promise(
        PromiseKind.RESOLUTION, version=2, state=PromiseState.BREACHED, breached_at=after(hours=1)
    )
    await office.hear(EstimateGiven(incident=incident, by="ana"))
    await office.hear(PromiseBreached(promise=target, fired_at=after(hours=1)))
    await office.deliver(hours=1)
    await office.deliver()
    assert await states(office, MessageKind.BREACH_NOTICE) == [MessageState.WITHDRAWN]


def missed(name: str, made: float, found: float) -> PromiseBreached:
    promise = a_promise(
        PromiseKind.NEXT_UPDATE,
        id=name,
        version=2,
        state=PromiseState.BREACHED,
        made_at=after(minutes=made),
        due_at=after(minutes=found),
        breached_at=after(minutes=found),
    )
    return PromiseBreached(promise=promise, fired_at=after(minutes=found))


async def test_the_last_silence_that_is_told_by_itself_says_that_nobody_wrote(office: Office) -> None:
    await office.hear(opened())
    for name, made, found in (("p0", 0, 10), ("p1", 10, 20), ("p2", 20, 30)):
        await office.hear(missed(name, made, found))
    kinds = {one.cause_event_id: one.kind for one in await office.messages()}
    assert [kinds[name] for name in ("p0", "p1", "p2")] == [
        MessageKind.BREACH_NOTICE,
        MessageKind.BREACH_NOTICE,
        MessageKind.NOTHING_NEW,
    ]


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
