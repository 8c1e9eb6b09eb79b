"""Troubles that come back under their old start: a signal is a repeat only as long as nothing else was told since."""

import asyncio
from typing import Any

import pytest

from candor_common.events import Channel, SignalReceived
from candor_intake import store
from candor_intake.placed import Posted
from candor_intake.reception import desk_of, in_turn
from candor_intake.sources import alertmanager
from tests.plugins.served import Served
from tests.service.intake.posting import a_notification, an_alert, post_alerts
from tests.service.intake.senders import from_pagerduty, let_in

pytestmark = pytest.mark.packages("candor_intake")

FIRES = an_alert()
ENDS = an_alert(status="resolved", endsAt="2026-03-02T09:04:35Z")
ENDS_AGAIN = an_alert(status="resolved", endsAt="2026-03-02T09:14:35Z")


async def tell(intake: Served, *alerts: dict[str, Any]) -> list[str]:
    """Post alerts one after the other; returns what became signals."""
    for one in alerts:
        assert (await post_alerts(intake, a_notification(one))).status_code == 202
    return await heard(intake)


async def heard(intake: Served) -> list[str]:
    return [fact.status.value for fact in await intake.told() if isinstance(fact, SignalReceived)]


async def test_an_alert_that_fires_again_under_its_old_start_is_a_signal(intake: Served) -> None:
    """Prometheus was cut off for longer than `endsAt`, and goes on with the start that it knows."""
    assert await tell(intake, FIRES, ENDS, FIRES) == ["firing", "resolved", "firing"]
    assert await tell(intake, ENDS_AGAIN, FIRES) == ["resolved", "firing"]


@pytest.mark.parametrize("times", [2, 3])
async def test_each_of_them_is_taken_once_however_often_it_is_told(intake: Served, times: int) -> None:
    for one in (FIRES, ENDS, FIRES, ENDS_AGAIN, FIRES):
        answers = [await post_alerts(intake, a_notification(one)) for _ in range(times)]
        assert len({answer.content for answer in answers}) == 1
    assert len(await heard(intake)) == await intake.count(store.inbound) == 5


async def test_ends_without_a_time_are_told_apart_by_what_fired_between(intake: Served) -> None:
    ends = an_alert(status="resolved")
    assert await tell(intake, FIRES, ends, ends, FIRES, FIRES, ends) == ["firing", "resolved"] * 2


async def test_an_alert_that_came_back_is_one_signal_when_it_is_told_in_parallel(intake: Served) -> None:
    await tell(intake, FIRES, ENDS)
    body = a_notification(FIRES)
    answers = await asyncio.gather(*(post_alerts(intake, body) for _ in range(8)))
    assert len({answer.content for answer in answers}) == 1
    assert await heard(intake) == ["firing"]


async def test_an_end_that_is_told_once_more_after_the_return_ends_nothing(intake: Served) -> None:
    await tell(intake, FIRES, ENDS, FIRES)
    assert await tell(intake, ENDS) == []
    assert await tell(intake, FIRES) == []


async def test_what_was_held_up_until_after_the_end_is_no_return(intake: Served) -> None:
    """Its sender gave up waiting, told it again and then the end; only now the first of them is stored."""
    body = a_notification(FIRES)
    [signal] = alertmanager.parse(body)
    post = Posted(Channel.ALERT.value, Channel.ALERT, signal, signal.dedup_key, "application/json", body)
    [held_up] = await in_turn(intake.runtime, [post])
    await tell(intake, FIRES, ENDS)
    assert (await desk_of(intake.runtime).take(held_up)).repeated
    assert await heard(intake) == []


async def test_an_end_of_one_alert_is_none_of_another(intake: Served) -> None:
    other = an_alert("LinkDown")
    assert await tell(intake, FIRES, other, ENDS, other) == ["firing", "firing", "resolved"]


async def test_a_notification_of_many_alerts_asks_once_what_they_come_after(intake: Served) -> None:
    with intake.statements() as sent:
        await post_alerts(intake, a_notification(*(an_alert(f"Alert{number}") for number in range(50))))
    assert sum("FROM intake_signal" in one for one in sent) == 1


# PagerDuty's clients


async def test_what_is_triggered_again_after_its_end_is_a_signal_whatever_its_time(intake: Served) -> None:
    sender = await let_in(intake, "pagerduty")
    for action in ("trigger", "trigger", "resolve", "resolve", "trigger", "trigger", "resolve"):
        await from_pagerduty(intake, sender.secret, event_action=action)
    assert await heard(intake) == ["firing", "resolved"] * 2


async def test_what_is_triggered_again_after_an_end_without_a_time_is_a_signal(intake: Served) -> None:
    sender = await let_in(intake, "pagerduty")
    await from_pagerduty(intake, sender.secret)
    await from_pagerduty(intake, sender.secret, event_action="resolve", payload=None)
    await from_pagerduty(intake, sender.secret)
    assert await heard(intake) == ["firing", "resolved", "firing"]


async def test_an_end_for_one_sender_is_none_for_another_with_the_same_key(intake: Served) -> None:
    one, other = await let_in(intake, "pagerduty"), await let_in(intake, "pagerduty", "other")
    for secret in (one.secret, other.secret):
        await from_pagerduty(intake, secret)
    await from_pagerduty(intake, one.secret, event_action="resolve")
    await from_pagerduty(intake, other.secret)
    assert await heard(intake) == ["firing", "firing", "resolved"]
