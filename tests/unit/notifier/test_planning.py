"""Which facts ask for which message, and on which way it leaves."""

from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Contact,
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Fact,
    HelpAsked,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentCancelled,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentStatus,
    IncidentUpdated,
    IncidentVerified,
    Level,
    MessageKind,
    Origin,
    Plan,
    PlanMade,
    Priority,
    PriorityChanged,
    Promise,
    PromiseKind,
    PromiseState,
    Question,
    RequestJoined,
    Update,
    WorkaroundGiven,
)
from candor_notifier.domain.message import Words, sent
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.planning import Desk, breach_notice, told_by
from candor_notifier.domain.silence import is_last
from tests.unit.notifier.builders import DESK, FIXED, NOON, a_promise, after, an_incident

WORDS = Update(doing="We look.", expect="More soon.")
GIVEN = Estimate(fixed_by=after(hours=5), reason="A disk.", given_at=NOON)
FULL = an_incident(
    question=Question(text="Which?", asked_at=NOON), estimate=GIVEN, workaround="The other one."
)
MERGED = FULL.model_copy(update={"status": IncidentStatus.MERGED, "merged_into": "INC-000040"})
PLAN = Plan(what="Replace it.", who="Bo", timetable="Today.")
ASKS: list[tuple[Fact, MessageKind | None]] = [
    (IncidentOpened(incident=FULL, request_id="r"), MessageKind.ACKNOWLEDGEMENT),
    (RequestJoined(incident=FULL, request_id="r", reference="INC-000043"), None),
    (IncidentAssigned(incident=FULL, by="charter", previous_team="network"), None),
    (IncidentAssigned(incident=FULL, by="charter"), None),
    (IncidentAssigned(incident=FULL, by="ana", previous_team="storage"), MessageKind.HANDOVER),
    (IncidentAcknowledged(incident=FULL, by="ana"), None),
    (
        IncidentEscalated(incident=FULL, by="ana", previous_level=Level.L1, previous_team="desk", reason="x"),
        MessageKind.HANDOVER,
    ),
    (HelpAsked(incident=FULL, by="ana", reason="x"), None),
    (
        PriorityChanged(incident=FULL, by="ana", previous=Priority.P3, reason="x"),
        MessageKind.PRIORITY,
    ),
    (IncidentUpdated(incident=FULL, by="ana", update=WORDS), MessageKind.UPDATE),
    (CustomerAsked(incident=FULL, by="ana"), MessageKind.QUESTION),
    (IncidentResumed(incident=FULL, by="ana"), None),
    (PlanMade(incident=FULL, by="ana", plan=PLAN), None),
    (EstimateGiven(incident=FULL, by="ana"), MessageKind.ESTIMATE),
    (WorkaroundGiven(incident=FULL, by="ana"), MessageKind.WORKAROUND),
    (IncidentResolved(incident=FULL, by="ana", resolution=FIXED), MessageKind.RESOLUTION),
    (IncidentVerified(incident=FULL, by="ana"), None),
    (IncidentReopened(incident=FULL, by="li@shop.example"), MessageKind.REOPENED),
    (IncidentClosed(incident=FULL, by="charter"), MessageKind.CLOSED),
    (IncidentMerged(incident=FULL, by="ana"), None),
    (IncidentMerged(incident=MERGED, by="ana"), MessageKind.MERGED),
    (IncidentCancelled(incident=FULL, by="ana", reason="x"), None),
]


@pytest.mark.parametrize(("fact", "kind"), ASKS, ids=lambda one: type(one).__name__)
def test_a_fact_asks_for_its_message(fact: Fact, kind: MessageKind | None) -> None:
    planned = told_by("e1", fact, DESK)
    assert (planned.message.kind if planned else None) == kind


@pytest.mark.parametrize(
    ("channel", "address", "goes"),
    [
        (Channel.REST, "li@shop.example", Channel.MAIL),
        (Channel.SLACK, "slack:T1/U1", Channel.SLACK),
        (Channel.SMS, "+14155550100", Channel.SMS),
    ],
)
def test_an_answer_goes_where_the_customer_wrote(channel: Channel, address: str, goes: Channel) -> None:
    desk = Desk(DESK.domain, NOON, {Channel.MAIL, Channel.SLACK, Channel.SMS})
    incident = an_incident(channel=channel, requester=Contact(address=address))
    planned = told_by("e1", IncidentUpdated(incident=incident, by="ana", update=WORDS), desk)
    assert planned is not None
    assert (planned.message.channel, planned.message.recipient) == (goes, address)
    assert planned.words.no_way is None


def test_what_was_said_on_the_phone_is_a_message_that_needs_no_way() -> None:
    incident = an_incident(channel=Channel.PHONE, requester=Contact(address="+14155550100"))
    said = WORDS.model_copy(update={"by_phone": True})
    planned = told_by("e1", IncidentUpdated(incident=incident, by="ana", update=said), DESK)
    assert planned is not None
    assert (planned.message.channel, planned.words.no_way) == (Channel.PHONE, None)
    assert sent(planned.message, after(minutes=9)).sent_at == NOON


def test_where_there_is_no_way_the_message_keeps_the_reason_and_no_words() -> None:
    incident = an_incident(channel=Channel.SMS, requester=Contact(address="+14155550100"))
    planned = told_by("e1", IncidentUpdated(incident=incident, by="ana", update=WORDS), DESK)
    assert planned is not None
    assert "CANDOR_SMS_URL" in (planned.words.no_way or "")
    assert planned.words.update is None
    assert planned.send_at == NOON


def test_a_missed_promise_is_one_message_in_either_form() -> None:
    notice, last = (breach_notice(a_promise(), an_incident(), DESK, last=last) for last in (False, True))
    assert notice is not None
    assert last is not None
    assert notice.message.id == last.message.id
    assert (notice.message.kind, last.message.kind) == (MessageKind.BREACH_NOTICE, MessageKind.NOTHING_NEW)


def test_what_customers_were_not_promised_is_not_owned_up_to() -> None:
    assert breach_notice(a_promise(PromiseKind.UNKNOWN), an_incident(), DESK) is None


@pytest.mark.parametrize("kind", [PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY])
def test_what_a_survey_has_led_to_was_promised_too(kind: PromiseKind) -> None:
    notice = breach_notice(a_promise(kind), an_incident(), DESK)
    assert notice is not None
    assert notice.message.kind is MessageKind.BREACH_NOTICE


def missed(number: int, made: int, found: int, kind: PromiseKind = PromiseKind.NEXT_UPDATE) -> Promise:
    """A promise that was made and found to be missed at a minute."""
    state = PromiseState.BREACHED
    times: dict[str, Any] = {"made_at": after(minutes=made), "breached_at": after(minutes=found)}
    return a_promise(kind, id=f"p{number}", state=state, **times)


def test_the_last_promise_of_a_chain_is_known_by_those_before_it() -> None:
    chain = [
        missed(0, 0, 60, PromiseKind.FIRST_RESPONSE),
        missed(1, 60, 90),
        missed(2, 90, 120),
    ]
    assert [is_last(one, chain, 2) for one in chain] == [False, False, True]
    assert [is_last(one, chain, 0) for one in chain] == [True, True, True]


def test_an_answer_that_was_missed_is_followed_by_no_other_by_itself() -> None:
    chain = [missed(0, 0, 60), missed(1, 60, 90, PromiseKind.NEXT_REPLY), missed(2, 60, 90)]
    assert [is_last(one, chain, 1) for one in chain] == [False, False, True]


def test_words_of_a_person_begin_a_new_chain() -> None:
    earlier = [missed(0, 0, 60), missed(1, 60, 90)]
    assert not is_last(missed(2, 95, 125), [*earlier, missed(2, 95, 125)], 2)


def test_a_target_has_no_chain() -> None:
    assert not is_last(missed(0, 0, 60, PromiseKind.RESOLUTION), [], 0)


def test_a_promise_that_is_found_missed_at_its_making_ends_the_search() -> None:
    assert is_last(missed(0, 60, 60), [missed(0, 60, 60), missed(1, 60, 60)], 1)


@pytest.mark.parametrize(
    ("kind", "words", "given", "why"),
    [
        (MessageKind.HANDOVER, Words(team="storage"), {}, "handed on since"),
        (MessageKind.HANDOVER, Words(team="network"), {}, None),
        (MessageKind.HANDOVER, Words(team="network"), {"status": IncidentStatus.MERGED}, "part of another"),
        (MessageKind.MERGED, Words(into="INC-000040"), {"status": IncidentStatus.MERGED}, None),
        (MessageKind.REOPENED, Words(), {"status": IncidentStatus.RESOLVED}, "resolved again"),
        (MessageKind.REOPENED, Words(), {"status": IncidentStatus.REOPENED}, None),
        (MessageKind.CLOSED, Words(), {"status": IncidentStatus.REOPENED}, "opened again"),
        (MessageKind.CLOSED, Words(), {"status": IncidentStatus.CLOSED}, None),
        (MessageKind.ACKNOWLEDGEMENT, Words(withheld="enough"), {}, "enough"),
        (MessageKind.ACKNOWLEDGEMENT, Words(), {"status": IncidentStatus.CANCELLED}, "cancelled"),
        (MessageKind.NUDGE, Words(), {"status": IncidentStatus.MERGED}, "part of another"),
        (MessageKind.UPDATE, Words(), {"status": IncidentStatus.MERGED}, None),
    ],
)
def test_what_was_overtaken_is_not_sent(
    kind: MessageKind, words: Words, given: dict[str, Any], why: str | None
) -> None:
    found = why_needless(kind, words, an_incident(**given), None)
    assert (why in found) if why and found else found == why


@pytest.mark.parametrize(("given_at", "needless"), [(after(minutes=59), True), (after(minutes=61), False)])
def test_a_target_that_a_person_replaced_in_time_needs_no_notice(given_at: object, needless: bool) -> None:
    target = a_promise(PromiseKind.RESOLUTION, state=PromiseState.BREACHED)
    estimate = GIVEN.model_copy(update={"given_at": given_at})
    found = why_needless(
        MessageKind.BREACH_NOTICE, Words(missed=target), an_incident(estimate=estimate), target
    )
    assert (found == "the customer was told another date before") is needless


def test_nobody_is_written_to_about_what_a_robot_began() -> None:
    incident = FULL.model_copy(update={"origin": Origin.BULK, "requester": None})
    for fact, _ in ASKS:
        assert told_by("e1", fact.model_copy(update={"incident": incident}), DESK) is None
