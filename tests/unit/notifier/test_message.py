"""Which messages are planned, and how long they are tried."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import (
    Contact,
    IncidentOpened,
    IncidentUpdated,
    MessageState,
    Origin,
    PromiseKind,
    SurveyInvited,
    Update,
)
from candor_notifier.domain.message import (
    GIVE_UP,
    LONGEST_PAUSE,
    PATIENCE,
    delayed,
    pause,
    refused,
    sent,
)
from candor_notifier.domain.planning import Desk, acknowledgement, breach_notice, survey, update
from tests.unit.notifier.builders import (
    DESK,
    NOON,
    a_promise,
    a_survey,
    after,
    an_acknowledgement,
    an_incident,
)

MESSAGE = an_acknowledgement().message


def test_an_acknowledgement_waits_for_the_promises_that_it_names() -> None:
    planned = acknowledgement("e1", IncidentOpened(incident=an_incident(), request_id="r"), DESK)
    assert planned is not None
    assert planned.send_at == NOON + PATIENCE
    assert planned.message.state is MessageState.PLANNED
    assert planned.message.message_id == f"<INC-000042.{planned.message.id}@help.example>"


@pytest.mark.parametrize("origin", [one for one in Origin if one is not Origin.HUMAN])
def test_no_robot_is_written_to_by_a_robot(origin: Origin) -> None:
    incident = an_incident(origin=origin)
    assert acknowledgement("e1", IncidentOpened(incident=incident, request_id="r"), DESK) is None
    assert breach_notice(a_promise(), incident, DESK) is None


@pytest.mark.parametrize("requester", [None, Contact(address="")])
def test_nobody_is_written_to_where_there_is_nobody(requester: Contact | None) -> None:
    incident = an_incident(requester=requester)
    fact = IncidentUpdated(incident=incident, by="ana", update=Update(doing="x", expect="y"))
    assert update("e1", fact, DESK) is None
    if requester is not None:
        assert survey("e1", SurveyInvited(survey=a_survey(recipient=requester)), DESK, "t") is None


def test_customers_hear_only_of_promises_that_were_made_to_them() -> None:
    assert breach_notice(a_promise(PromiseKind.UNKNOWN), an_incident(), DESK) is None
    assert breach_notice(a_promise(PromiseKind.NEXT_UPDATE), an_incident(), DESK) is not None


def test_the_same_cause_plans_the_same_message_and_another_cause_another() -> None:
    fact = IncidentOpened(incident=an_incident(), request_id="r")
    again = Desk(DESK.domain, after(hours=1))
    ids = [
        one.message.id
        for one in (acknowledgement("e1", fact, DESK), acknowledgement("e1", fact, again))
        if one
    ]
    other = acknowledgement("e2", fact, DESK)
    assert ids[0] == ids[1]
    assert other is not None
    assert other.message.id != ids[0]


def test_a_breach_is_told_once_however_often_it_is_heard_of() -> None:
    first = breach_notice(a_promise(version=2), an_incident(), DESK)
    later = breach_notice(a_promise(version=3), an_incident(version=9), DESK)
    assert first is not None
    assert later is not None
    assert first.message.id == later.message.id


def test_the_pauses_grow_from_five_seconds_to_a_quarter_of_an_hour() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in range(1, 11)]
    assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


@given(st.integers(min_value=0, max_value=10_000), st.floats(min_value=0, max_value=1))
def test_a_retry_lies_ahead_and_no_further_than_the_longest_pause(attempts: int, jitter: float) -> None:
    now = after(hours=1)
    tried = delayed(MESSAGE.model_copy(update={"attempts": attempts}), "451 later", now, jitter)
    assert tried.retry_at is not None
    assert pause(attempts + 1) / 2 <= tried.retry_at - now <= LONGEST_PAUSE
    assert (tried.state, tried.attempts) == (MessageState.DELAYED, attempts + 1)


def test_after_three_days_it_is_given_up_with_the_last_reason() -> None:
    before = delayed(MESSAGE, "451 later", NOON + GIVE_UP - timedelta(seconds=1), 0.5)
    last = delayed(MESSAGE, "451 later", NOON + GIVE_UP, 0.5)
    assert before.state is MessageState.DELAYED
    assert (last.state, last.retry_at) == (MessageState.REFUSED, None)
    assert last.reason == "tried for 3 days; last: 451 later"


def test_what_left_has_no_reason_any_more() -> None:
    late = sent(delayed(MESSAGE, "451 later", NOON, 0.5), after(minutes=1))
    assert (late.state, late.attempts, late.reason, late.retry_at) == (MessageState.SENT, 2, None, None)
    assert late.sent_at == after(minutes=1)


def test_a_refusal_keeps_the_words_of_the_other_side() -> None:
    assert refused(MESSAGE, "550 no such user").reason == "550 no such user"
    assert len(refused(MESSAGE, "x" * 9000).reason or "") == 500
