"""Who of the house is nudged, when, and on which ways."""

from typing import Any

import pytest

from candor_common.charter import Charter, load_charter
from candor_common.charter.shape import Content
from candor_common.events import (
    Channel,
    Incident,
    Lane,
    Level,
    MessageKind,
    Priority,
    Promise,
    PromiseAtRisk,
    PromiseEscalated,
    PromiseKind,
    PromiseState,
)
from candor_notifier.domain import reach
from candor_notifier.domain.message import Planned, Words
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.nudging import (
    Scene,
    after_it_was_missed,
    before_it_is_due,
    knows_contacts,
    when_a_level_is_to_look,
)
from candor_notifier.domain.planning import Desk
from tests.unit.notifier.builders import DESK, NOON, a_promise, an_incident
from tests.worlds.charters import shipped

HOOK = "https://hooks.slack.example/services/T1/B1/sesame"
EVERYWHERE = Desk(DESK.domain, NOON, {Channel.MAIL, Channel.SMS, Channel.SLACK})


def charter(**given: object) -> Charter:
    """The shipped one with people, of whom some can be reached."""
    content = shipped()
    warnings = given.pop("warn_at", 0.75)
    above = given.pop("above", None)
    content["teams"]["operations"] |= {"lead": "lena", **given}
    content["teams"]["infrastructure"] |= {"contact": above} if above else {}
    content["people"] = {
        "ana": {"teams": ["operations"], "contact": "ana@house.example, +14155550100", "shift": "always"},
        "bo": {"teams": ["operations"], "shift": "always"},
        "lena": {"teams": ["operations"], "contact": "lena@house.example", "shift": "always"},
    }
    content["warn_at"] = warnings
    return Charter.of(Content.model_validate(content))


def of_operations(owner: str | None, **given: Any) -> Incident:
    calm: dict[str, Any] = {"priority": Priority.P3, "team": "operations", "owner": owner}
    return an_incident(**calm | given)


def at_risk(share: float | None = None, kind: PromiseKind = PromiseKind.FIRST_RESPONSE) -> PromiseAtRisk:
    return PromiseAtRisk(promise=a_promise(kind), fired_at=NOON, share=share)


def goes_to(planned: list[Planned]) -> list[str]:
    assert {one.message.kind for one in planned} <= {MessageKind.NUDGE}
    return [one.message.recipient for one in planned]


@pytest.mark.parametrize(
    ("owner", "contact", "recipients"),
    [
        ("ana", None, ["ana@house.example"]),
        ("ana", "team@house.example", ["ana@house.example"]),
        ("bo", "team@house.example", ["team@house.example"]),
        (None, "team@house.example", ["team@house.example"]),
        (None, None, ["lena@house.example"]),
        ("somebody else", None, ["lena@house.example"]),
    ],
)
def test_before_it_is_due_the_owner_is_nudged_or_else_the_team_or_its_lead(
    owner: str | None, contact: str | None, recipients: list[str]
) -> None:
    scene = Scene(of_operations(owner), charter(contact=contact), DESK)
    assert goes_to(before_it_is_due("e1", at_risk(0.75), scene)) == recipients


def test_of_several_warnings_the_lead_gets_the_last_too() -> None:
    scene = Scene(of_operations("ana"), charter(warn_at=[0.5, 0.75]), DESK)
    assert goes_to(before_it_is_due("e1", at_risk(0.5), scene)) == ["ana@house.example"]
    assert goes_to(before_it_is_due("e2", at_risk(0.75), scene)) == [
        "ana@house.example",
        "lena@house.example",
    ]


def test_each_warning_is_a_message_of_its_own() -> None:
    scene = Scene(of_operations("ana"), charter(warn_at=[0.5, 0.75]), DESK)
    first, second = (before_it_is_due(event, at_risk(0.5), scene)[0] for event in ("e1", "e2"))
    assert first.message.id != second.message.id


@pytest.mark.parametrize("kind", [PromiseKind.RESOLUTION, PromiseKind.ESTIMATE])
def test_nobody_is_nudged_to_speak_about_a_date_of_the_fix(kind: PromiseKind) -> None:
    scene = Scene(of_operations("ana"), charter(), DESK)
    assert before_it_is_due("e1", at_risk(kind=kind), scene) == []


def test_after_it_was_missed_the_lead_is_nudged_or_else_the_team() -> None:
    scene = Scene(of_operations("ana"), charter(), DESK)
    assert goes_to(after_it_was_missed(a_promise(), scene)) == ["lena@house.example"]
    led_by_bo = Scene(of_operations("ana"), charter(lead="bo", contact="team@house.example"), DESK)
    assert goes_to(after_it_was_missed(a_promise(), led_by_bo)) == ["team@house.example"]


def escalated(level: Level) -> PromiseEscalated:
    missed = a_promise(state=PromiseState.BREACHED)
    return PromiseEscalated(promise=missed, level=level, at=NOON, fired_at=NOON)


@pytest.mark.parametrize(
    ("level", "recipients"),
    [(Level.L1, ["lena@house.example"]), (Level.L2, ["second@house.example"]), (Level.L3, [])],
)
def test_when_a_levels_turn_has_come_its_team_is_nudged(level: Level, recipients: list[str]) -> None:
    scene = Scene(of_operations("ana"), charter(above="second@house.example"), DESK)
    assert goes_to(when_a_level_is_to_look("e1", escalated(level), scene)) == recipients


@pytest.mark.parametrize("urgent", [{"priority": Priority.P1}, {"lane": Lane.EMERGENCY}])
def test_what_is_urgent_goes_by_every_way_of_who_is_nudged_and_the_fast_ones_of_the_team(
    urgent: dict[str, Any],
) -> None:
    of_team = charter(contact=f"team@house.example, {HOOK}, +14155550199")
    planned = before_it_is_due("e1", at_risk(), Scene(of_operations("ana", **urgent), of_team, EVERYWHERE))
    assert [(one.message.channel, one.message.recipient) for one in planned] == [
        (Channel.MAIL, "ana@house.example"),
        (Channel.SMS, "+14155550100"),
        (Channel.SLACK, "slack-hook:team/operations"),
        (Channel.SMS, "+14155550199"),
    ]


def test_what_is_not_urgent_goes_by_the_first_way_alone() -> None:
    scene = Scene(of_operations("ana"), charter(contact=HOOK), EVERYWHERE)
    assert goes_to(before_it_is_due("e1", at_risk(), scene)) == ["ana@house.example"]


def test_a_further_way_that_is_not_set_up_is_left_out() -> None:
    urgent = of_operations("ana", priority=Priority.P1)
    assert goes_to(before_it_is_due("e1", at_risk(), Scene(urgent, charter(), DESK))) == ["ana@house.example"]


def test_a_slack_webhook_needs_no_app_and_its_url_stands_in_no_message() -> None:
    known = charter(contact=HOOK)
    [nudge] = before_it_is_due("e1", at_risk(), Scene(of_operations("bo"), known, DESK))
    assert nudge.words.no_way is None
    assert (nudge.message.channel, nudge.message.recipient) == (Channel.SLACK, "slack-hook:team/operations")
    assert "sesame" not in nudge.message.model_dump_json()
    assert reach.hook(known, nudge.message.recipient) == HOOK
    for unknown in (
        "slack-hook:team/nobody",
        "slack-hook:person/bo",
        "slack-hook:",
        "slack-hook:team/security",
    ):
        assert reach.hook(known, unknown) is None


def test_a_charter_without_contacts_nudges_nobody() -> None:
    assert not knows_contacts(load_charter(None))
    assert knows_contacts(charter())
    scene = Scene(of_operations("ana"), load_charter(None), DESK)
    assert before_it_is_due("e1", at_risk(), scene) == after_it_was_missed(a_promise(), scene) == []


def test_a_contact_that_is_no_address_is_refused_with_a_reason() -> None:
    scene = Scene(of_operations(None), charter(contact="the pager"), DESK)
    [planned] = before_it_is_due("e1", at_risk(), scene)
    assert planned.words.no_way


@pytest.mark.parametrize(
    ("state", "needless"),
    [
        (PromiseState.OPEN, False),
        (PromiseState.BREACHED, False),
        (PromiseState.KEPT, True),
        (PromiseState.WITHDRAWN, True),
    ],
)
def test_nobody_is_nudged_who_has_spoken_meanwhile(state: PromiseState, needless: bool) -> None:
    now: Promise = a_promise(state=state)
    found = why_needless(MessageKind.NUDGE, Words(at_risk=a_promise()), an_incident(), now)
    assert (found is not None) is needless
