"""Alertmanager's webhook: one signal per alert, and none for what it sends again."""

import pytest

from candor_common.events import Channel, Origin, SignalReceived, SignalStatus
from candor_intake import store
from tests.plugins.served import Served
from tests.service.intake.posting import a_notification, an_alert, post_alerts, raw_of, types

pytestmark = pytest.mark.packages("candor_intake")


async def test_every_alert_of_a_notification_is_a_signal(intake: Served) -> None:
    answer = await post_alerts(intake, a_notification(an_alert(), an_alert("LinkDown", "resolved")))
    disk, link = await intake.told()
    assert answer.status_code == 202
    assert [one["reference"] for one in answer.json()["results"]] == ["INC-000001", "INC-000002"]
    assert isinstance(disk, SignalReceived)
    assert (disk.status, disk.severity, disk.subject_line) == (
        SignalStatus.FIRING,
        "critical",
        "DiskFull on db01",
    )
    assert (disk.channel, disk.origin) == (Channel.ALERT, Origin.MACHINE)
    assert disk.labels["instance"] == "db01"
    assert isinstance(link, SignalReceived)
    assert link.status is SignalStatus.RESOLVED


async def test_what_is_sent_again_is_no_second_signal(intake: Served) -> None:
    first = await post_alerts(intake, a_notification(an_alert()))
    again = await post_alerts(intake, a_notification(an_alert(), groupKey="{}"))
    assert (again.status_code, again.content) == (202, first.content)
    assert types(await intake.told()) == ["SignalReceived"]


async def test_the_end_of_an_alert_and_its_return_are_signals_of_the_same_trouble(intake: Served) -> None:
    later = {"startsAt": "2026-03-02T10:00:00Z"}
    for alert in (
        an_alert(),
        an_alert(status="resolved"),
        an_alert(**later),
        an_alert(status="resolved", **later),
    ):
        assert (await post_alerts(intake, a_notification(alert))).status_code == 202
    told = await intake.told()
    assert [fact.status.value for fact in told if isinstance(fact, SignalReceived)] == [
        "firing",
        "resolved",
    ] * 2
    # One strand of events, so that the end of a trouble comes after its beginning.
    assert len({fact.key for fact in told}) == 1


async def test_a_new_alert_beside_a_known_one_keeps_the_bytes_of_its_own_notification(intake: Served) -> None:
    first = a_notification(an_alert())
    second = a_notification(an_alert(), an_alert("LinkDown"), an_alert("HostDown"))
    [old] = (await post_alerts(intake, first)).json()["results"]
    known, *new = (await post_alerts(intake, second)).json()["results"]
    assert known == old
    assert (await raw_of(intake, old)).content == first
    for receipt in new:
        assert (await raw_of(intake, receipt)).content == second


async def test_the_same_alert_twice_in_one_notification_is_one_signal(intake: Served) -> None:
    answer = await post_alerts(intake, a_notification(an_alert(), an_alert()))
    assert len({one["request_id"] for one in answer.json()["results"]}) == 1
    assert await intake.count(store.inbound) == 1


async def test_a_notification_of_nothing_is_taken(intake: Served) -> None:
    answer = await post_alerts(intake, a_notification())
    assert (answer.status_code, answer.json()) == (202, {"results": []})


async def test_a_storm_of_alerts_is_taken_whole(intake: Served) -> None:
    answer = await post_alerts(intake, a_notification(*[an_alert(f"Alert{n}") for n in range(1_200)]))
    assert answer.status_code == 202
    assert (
        len({one["reference"] for one in answer.json()["results"]})
        == await intake.count(store.inbound)
        == 1_200
    )


async def test_another_version_is_refused_with_what_would_help(intake: Served) -> None:
    answer = await post_alerts(intake, a_notification(an_alert(), version="1"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/version"
    assert "Alertmanager" in answer.json()["errors"][0]["detail"]
