"""Breach notices that turned out not to be true before they left."""

from datetime import timedelta

import pytest

from candor_common.events import (
    Fact,
    IncidentOpened,
    MessageDelayed,
    MessageKind,
    MessageSent,
    MessageState,
    MessageWithdrawn,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
)
from tests.service.notifier.conftest import Office
from tests.service.notifier.sending import news, types
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import NOON, a_promise, after, an_incident

MADE = PromiseMade(promise=a_promise())
MISSED = a_promise(version=2, state=PromiseState.BREACHED, breached_at=after(hours=1, seconds=1))
BREACHED = PromiseBreached(promise=MISSED, fired_at=after(hours=1, seconds=1))
KEPT = PromiseKept(
    promise=MISSED.model_copy(
        update={"version": 3, "state": PromiseState.KEPT, "kept_at": NOON + timedelta(minutes=50)}
    )
)
GROUNDLESS = PromiseWithdrawn(
    promise=MISSED.model_copy(update={"version": 3, "state": PromiseState.WITHDRAWN})
)
LATER = PromiseMade(
    promise=MISSED.model_copy(update={"version": 3, "state": PromiseState.OPEN, "due_at": after(hours=2)})
)


@pytest.fixture
async def acknowledged(post: Office, sink: Sink) -> Office:
    """The customer was told an hour ago by when there is an answer."""
    await post.hear(IncidentOpened(incident=an_incident(), request_id="r"), MADE)
    await post.deliver()
    assert types(await post.told()) == [MessageSent]
    sink.received.clear()
    post.clock.advance(timedelta(hours=1, seconds=2))
    return post


async def of_notice(office: Office) -> tuple[MessageState, int, str | None]:
    [notice] = [one for one in await office.messages() if one.kind is MessageKind.BREACH_NOTICE]
    return notice.state, notice.attempts, notice.reason


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (KEPT, "the promise turned out to be kept in time"),
        (GROUNDLESS, "the promise turned out not to apply"),
        (LATER, "the promise turned out to be due later"),
    ],
    ids=["kept", "groundless", "due later"],
)
async def test_a_notice_of_what_was_not_missed_is_withdrawn(
    acknowledged: Office, sink: Sink, correction: Fact, why: str
) -> None:
    await acknowledged.hear(BREACHED)
    await acknowledged.hear(correction)
    await acknowledged.deliver()
    await acknowledged.deliver(days=1)
    assert sink.received == []
    assert await of_notice(acknowledged) == (MessageState.WITHDRAWN, 0, why)
    [told] = await acknowledged.told()
    assert isinstance(told, MessageWithdrawn)
    assert (told.message.state, told.message.reason) == (MessageState.WITHDRAWN, why)
    listed = (await acknowledged.client.get("/v1/messages?state=withdrawn")).json()["messages"]
    assert [one["id"] for one in listed] == [told.message.id]


async def test_a_notice_that_waited_for_the_server_is_looked_at_again(
    acknowledged: Office, sink: Sink
) -> None:
    sink.to_data.append("451 4.3.0 try later")
    await acknowledged.hear(BREACHED)
    await acknowledged.deliver()
    await acknowledged.hear(KEPT)
    await acknowledged.deliver(minutes=1)
    assert len(sink.received) == 1
    assert types(await acknowledged.told()) == [MessageDelayed, MessageWithdrawn]


async def test_what_waited_for_a_withdrawn_notice_leaves(acknowledged: Office, sink: Sink) -> None:
    await acknowledged.hear(BREACHED)
    await acknowledged.hear(KEPT, news())
    await acknowledged.deliver()
    await acknowledged.delivery.idle()
    assert [mail.subject.split(":")[0] for mail in sink.received] == ["News about"]
    assert types(await acknowledged.told()) == [MessageWithdrawn, MessageSent]


async def test_a_notice_of_what_was_missed_is_sent_whatever_became_of_other_promises(
    acknowledged: Office, sink: Sink
) -> None:
    other = KEPT.promise.model_copy(update={"id": "another promise"})
    await acknowledged.hear(BREACHED, PromiseKept(promise=other))
    await acknowledged.deliver()
    assert await of_notice(acknowledged) == (MessageState.SENT, 1, None)
    assert len(sink.received) == 1


async def test_a_correction_that_comes_after_the_notice_changes_nothing(
    acknowledged: Office, sink: Sink
) -> None:
    await acknowledged.hear(BREACHED)
    await acknowledged.deliver()
    await acknowledged.hear(KEPT)
    await acknowledged.deliver(days=1)
    assert await of_notice(acknowledged) == (MessageState.SENT, 1, None)
    assert len(sink.received) == 1
