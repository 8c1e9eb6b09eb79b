"""Who sends what: claims of replicas, leases that end, and channels that stall or fail unforeseen."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from candor_common.events import IncidentOpened, Message, MessageSent, MessageState, PromiseMade
from candor_notifier import store, tables
from candor_notifier.channels import Passing
from candor_notifier.delivery import IN_FLIGHT, LEASE, Delivery
from candor_notifier.outcomes import Tried, record
from candor_notifier.planner import MAIL
from tests.service.notifier.conftest import Office
from tests.service.notifier.sending import SlowChannel, news, types
from tests.unit.notifier.builders import a_promise, an_incident


async def test_delivery_does_not_wait_for_slow_sends_and_takes_no_more_than_it_can(office: Office) -> None:
    await office.hear(*[news(number) for number in range(IN_FLIGHT + 150)])
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    bell = office.database.bells.listen(MAIL)
    assert await delivery.deliver_due() is None
    assert await delivery.deliver_due() is None
    assert await waiting(office) == 150
    bell.clear()
    slow.go.set()
    await delivery.idle()
    assert bell.is_set()
    await delivery.deliver_due()
    await delivery.idle()
    assert len(slow.taken) == len(set(slow.taken)) == IN_FLIGHT + 150
    assert {one.state for one in await office.messages()} == {MessageState.SENT}


async def test_two_replicas_share_the_work_and_send_nothing_twice(office: Office) -> None:
    await office.hear(*[news(number) for number in range(300)])
    one, two = SlowChannel(), SlowChannel()
    one.go.set()
    two.go.set()
    replicas = [Delivery(office.runtime, one), Delivery(office.runtime, two)]
    for _ in range(3):
        await asyncio.gather(*(replica.deliver_due() for replica in replicas))
        await asyncio.gather(*(replica.idle() for replica in replicas))
    assert len(one.taken) + len(two.taken) == len({*one.taken, *two.taken}) == 300
    assert types(await office.told()) == [MessageSent] * 300


async def test_a_promise_does_not_free_an_acknowledgement_that_is_being_sent(office: Office) -> None:
    await office.hear(IncidentOpened(incident=an_incident(), request_id="r"))
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    office.clock.advance(timedelta(seconds=5))
    await delivery.deliver_due()
    await slow.gets(1)
    await office.hear(PromiseMade(promise=a_promise()))
    assert await waiting(office) == 0
    slow.go.set()
    await delivery.idle()


async def test_a_send_that_waited_long_renews_its_lease_first(office: Office) -> None:
    await office.hear(*[news(number) for number in range(40)])
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    await delivery.deliver_due()
    await slow.gets(16)
    office.clock.advance(LEASE - timedelta(seconds=1))
    slow.go.set()
    await delivery.idle()
    assert len(slow.taken) == 40
    assert {one.state for one in await office.messages()} == {MessageState.SENT}


async def test_a_send_whose_lease_is_lost_is_left_to_the_new_holder(office: Office) -> None:
    await office.hear(*[news(number) for number in range(20)])
    slow, quick = SlowChannel(), SlowChannel()
    late, rival = Delivery(office.runtime, slow), Delivery(office.runtime, quick)
    await late.deliver_due()
    await slow.gets(16)
    office.clock.advance(LEASE)
    quick.go.set()
    await rival.deliver_due()
    await rival.idle()
    slow.go.set()
    await late.idle()
    assert len(quick.taken) == 20
    assert len(slow.taken) == 16, "those that were under way when the lease ended"
    assert types(await office.told()) == [MessageSent] * 20


async def test_an_outcome_that_comes_after_the_fact_changes_nothing(office: Office) -> None:
    await office.hear(news())
    [due] = await office.database.transact(
        lambda transaction: store.claim(transaction.connection, transaction.now, LEASE, 10)
    )
    await office.deliver(seconds=60)
    late = Tried(due, "x", b"x", Passing("too late"))
    answer = await office.database.transact(
        lambda transaction: record(SlowChannel(), office.runtime, transaction, [late])
    )
    assert answer == [None]
    assert (await office.only()).state is MessageState.SENT


async def test_a_send_that_fails_unforeseen_is_logged_and_tried_again_after_its_lease(office: Office) -> None:
    await office.hear(news())
    broken = SlowChannel()
    broken.outcome = None
    broken.go.set()
    delivery = Delivery(office.runtime, broken)
    with structlog.testing.capture_logs() as logs:
        await delivery.deliver_due()
        await delivery.idle()
    assert [log["event"] for log in logs] == ["delivery_failed"]
    await office.deliver(seconds=60)
    assert (await office.only()).state is MessageState.SENT


async def test_a_message_whose_incident_is_not_known_waits_for_it(office: Office) -> None:
    message = await planned_without_incident(office)
    with structlog.testing.capture_logs() as logs:
        await office.deliver()
    assert [log["event"] for log in logs] == ["incident_not_known_yet"]
    await office.hear(IncidentOpened(incident=an_incident(requester=None), request_id="r"))
    await office.deliver(seconds=60)
    assert [(one.id, one.state) for one in await office.messages()] == [(message.id, MessageState.SENT)]


async def test_stopping_lets_what_is_under_way_end_and_claims_nothing_more(office: Office) -> None:
    await office.hear(news(1))
    slow = SlowChannel()
    delivery = Delivery(office.runtime, slow)
    await delivery.deliver_due()
    await slow.gets(1)
    closing = asyncio.create_task(delivery.close())
    office.clock.advance(timedelta(seconds=1))
    await office.hear(news(2))
    assert await delivery.deliver_due() is None
    slow.go.set()
    await closing
    assert slow.closed
    assert [one.state for one in await office.messages()] == [MessageState.SENT, MessageState.PLANNED]


async def test_what_was_delayed_before_a_start_is_tried_at_once(office: Office) -> None:
    await office.hear(news())
    slow = SlowChannel()
    slow.outcome = Passing("451 later")
    slow.go.set()
    delivery = Delivery(office.runtime, slow)
    for _ in range(8):
        await delivery.deliver_due()
        await delivery.idle()
        office.clock.advance(timedelta(minutes=15))
    await delivery.deliver_due()
    await delivery.idle()
    await office.deliver()
    assert (await office.only()).state is MessageState.DELAYED
    await office.delivery.try_again()
    await office.deliver()
    assert (await office.only()).state is MessageState.SENT


async def waiting(office: Office) -> int:
    """How many messages are due and claimed by nobody."""
    now = office.clock.now()

    def count(connection: Connection) -> int:
        claimed = store.claim(connection, now, LEASE, 10_000)
        connection.rollback()
        return len(claimed)

    return await office.database.read(count)


async def planned_without_incident(office: Office) -> Message:
    """A message whose incident's snapshot was lost, as after a restored backup."""
    await office.hear(news())

    def forget(connection: Connection) -> None:
        connection.execute(tables.incident.delete())

    await office.database.transact(lambda transaction: forget(transaction.connection))
    return await office.only()
