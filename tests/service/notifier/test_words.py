"""What is told beyond the first mail and the last: caps, nudges, ways, pages, and what turns out to be needless."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    BreachCause,
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
    MessageState,
    MessageWithdrawn,
    Priority,
    PriorityChanged,
    PromiseBreached,
    PromiseKind,
    PromiseMade,
    PromiseState,
)
from candor_common.links import INCIDENT
from candor_notifier import service, tables
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, Office
from tests.service.notifier.sending import news, types
from tests.service.notifier.sink import Sink
from tests.service.notifier.web_desks import SID, TOKEN, SmsDesk, form_of
from tests.unit.notifier.builders import NOON, a_promise, after, an_incident

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def opened(number: int = 42, **given: object) -> IncidentOpened:
    return IncidentOpened(incident=an_incident(f"INC-{number:06d}", **given), request_id="r")


async def states(office: Office, kind: MessageKind) -> list[MessageState]:
    return [one.state for one in await office.messages() if one.kind is kind]


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


def less_urgent(version: int = 2) -> PriorityChanged:
    incident = an_incident(version=version, priority=Priority.P4)
    return PriorityChanged(incident=incident, by="ana", previous=Priority.P1, reason="INTERNAL it is nothing")


def promised(version: int = 1, priority: Priority = Priority.P1, **span: float) -> PromiseMade:
    due_at = after(**span or {"hours": 1})
    promise = a_promise(version=version, priority=priority, target=due_at - NOON, due_at=due_at)
    return PromiseMade(promise=promise)


async def test_a_date_that_another_priority_moves_is_told_with_the_one_before(
    post: Office, sink: Sink
) -> None:
    await post.hear(opened(), promised())
    await post.deliver()
    await post.hear(less_urgent())
    await post.deliver(seconds=4)
    assert await states(post, MessageKind.PRIORITY) == [MessageState.PLANNED]
    await post.hear(promised(2, Priority.P4, hours=24))
    await post.deliver()
    assert await states(post, MessageKind.PRIORITY) == [MessageState.SENT]
    raw = " ".join(sink.received[-1].raw.decode().replace("=\r\n", "").split())
    assert "would write to you by Tue 3 Mar, 13:00 (UTC). We will now write to you by Wed 4 Mar, 12:00" in raw
    assert "INTERNAL" not in raw
    assert "Auto-Submitted: auto-generated" in raw


async def test_whom_nothing_has_reached_yet_hears_of_no_moved_date(office: Office) -> None:
    await office.hear(opened(), promised())
    await office.hear(less_urgent())
    await office.hear(promised(2, Priority.P4, hours=24))
    await office.deliver()
    await office.deliver()
    assert await states(office, MessageKind.PRIORITY) == [MessageState.WITHDRAWN]
    [told] = [fact for fact in await office.told() if isinstance(fact, MessageWithdrawn)]
    assert told.message.reason == "no date that the customer had been told has moved"


async def test_what_is_overdue_by_a_higher_priority_is_told_once(post: Office, sink: Sink) -> None:
    told = promised(1, Priority.P3, hours=24)
    await post.hear(opened(priority=Priority.P3), told)
    await post.deliver()
    post.clock.advance(timedelta(hours=3))
    urgent = an_incident(version=2, priority=Priority.P1)
    now = {"version": 2, "priority": Priority.P1, "due_at": after(hours=1), "target": timedelta(hours=1)}
    moved = told.promise.model_copy(update=now)
    ended = {"version": 3, "state": PromiseState.BREACHED, "breached_at": after(hours=3)}
    missed = moved.model_copy(update={**ended, "breach_cause": BreachCause.POLICY_CHANGE})
    await post.hear(PriorityChanged(incident=urgent, by="ana", previous=Priority.P3, reason="x"))
    await post.hear(PromiseMade(promise=moved), PromiseBreached(promise=missed, fired_at=after(hours=3)))
    await post.deliver()
    await post.deliver()
    assert await states(post, MessageKind.PRIORITY) == [MessageState.WITHDRAWN]
    assert await states(post, MessageKind.BREACH_NOTICE) == [MessageState.SENT]
    raw = " ".join(sink.received[-1].raw.decode().replace("=\r\n", "").split())
    assert "an answer would have been due by Tue 3 Mar, 13:00 (UTC)" in raw
    assert "We promised" not in raw


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
