"""Dates that another priority moves: which of them customers are told of, and in which words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import (
    BreachCause,
    Estimate,
    IncidentStatus,
    MessageKind,
    Origin,
    Priority,
    PriorityChanged,
    Promise,
    PromiseKind,
    PromiseState,
)
from candor_common.languages import Language
from candor_notifier.domain import planning, retimed
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.words import WORDS
from candor_notifier.render import render
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    DESK,
    LANGUAGES,
    NOON,
    VOICE,
    a_new_priority,
    a_promise,
    after,
    an_incident,
)
from tests.unit.notifier.test_render import lines

FIX = PromiseKind.RESOLUTION
URGENT: dict[str, Any] = {"priority": Priority.P1, "target": timedelta(hours=1)}
ANSWER = a_promise(**URGENT)
FIXED = a_promise(FIX, due_at=after(hours=4), **URGENT)
BY_ONE, BY_FOUR = "Tue 3 Mar, 21:00 (China Standard Time)", "Wed 4 Mar, 00:00 (China Standard Time)"
ESTIMATE = Estimate(fixed_by=after(hours=2), reason="A disk.", given_at=NOON)


def later(promise: Promise, **given: Any) -> Promise:
    """The same promise with the time for what is less urgent."""
    usual = {"version": 2, "priority": Priority.P4, "due_at": promise.due_at + timedelta(days=1)}
    return promise.model_copy(update=usual | given)


def why(due: Due) -> str | None:
    return retimed.why_needless(due.words, due.retimed, NOON)


def test_who_was_told_earlier_dates_reads_which_they_were_and_which_hold_now() -> None:
    due = a_new_priority(None, later(ANSWER), later(FIXED), before=(ANSWER, FIXED))
    mail = render(due, VOICE)
    said = lines(mail)
    assert why(due) is None
    assert mail.text.startswith("We have classed your request as less urgent than before")
    assert said["Next word by"] == (
        f"We had said that we would write to you by {BY_ONE}. "
        "We will now write to you by Wed 4 Mar, 21:00 (China Standard Time)."
    )
    assert said["What to expect"].startswith(
        f"We had aimed for {BY_FOUR}. We now aim to have it fixed by Thu 5"
    )
    assert "If you see it differently, just reply" in said["What to expect"]
    assert "INTERNAL" not in mail.text + mail.html


def test_only_the_date_that_moved_is_told_as_moved() -> None:
    same = later(ANSWER, due_at=ANSWER.due_at)
    said = lines(render(a_new_priority(None, same, later(FIXED), before=(ANSWER, FIXED)), VOICE))
    assert said["Next word by"] == f"We will write to you by {BY_ONE}."
    assert "We had aimed for" in said["What to expect"]


def test_what_is_more_urgent_is_told_with_its_earlier_dates() -> None:
    told = a_promise(due_at=after(days=1), priority=Priority.P3, target=timedelta(days=1))
    now = told.model_copy(update={"priority": Priority.P1, "due_at": after(hours=1)})
    due = a_new_priority(an_incident(), now, before=(told,), previous=Priority.P3)
    mail = render(due, VOICE)
    assert why(due) is None
    assert mail.subject.startswith("More urgent, with new times: ")
    assert lines(mail)["Next word by"].endswith(f"We will now write to you by {BY_ONE}.")


def test_a_date_that_will_be_later_is_not_named_again_before_the_new_one_is_heard_of() -> None:
    due = a_new_priority(None, ANSWER, FIXED, before=(ANSWER, FIXED))
    said = lines(render(due, VOICE))
    assert why(due) is None
    assert said["Next word by"] == (
        f"The time that we told you, {BY_ONE}, no longer holds.\nWe will write to you as soon as we know more."
    )
    assert "We aim" not in said["What to expect"]


def test_what_was_counted_anew_before_the_change_was_heard_of_is_told_without_its_old_date() -> None:
    due = a_new_priority(None, later(ANSWER), before=())
    assert why(due) is None
    assert lines(render(due, VOICE))["Next word by"].startswith("We will write to you by Wed 4 Mar, 21:00")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, ()),
        ((ANSWER,), (later(ANSWER, due_at=ANSWER.due_at),)),
        ((ANSWER,), (later(ANSWER, state=PromiseState.KEPT),)),
        ((a_promise(PromiseKind.NEXT_UPDATE),), (a_promise(PromiseKind.NEXT_UPDATE),)),
    ],
    ids=["told nothing", "the same date", "kept meanwhile", "named by a person"],
)
def test_where_no_date_moved_nobody_is_written_to(
    before: tuple[Promise, ...] | None, now: tuple[Promise, ...]
) -> None:
    assert (
        why(a_new_priority(None, *now, before=before)) == "no date that the customer had been told has moved"
    )


@pytest.mark.parametrize(
    "given",
    [
        {"due_at": after(minutes=-5)},
        {"state": PromiseState.BREACHED, "breach_cause": BreachCause.POLICY_CHANGE},
    ],
    ids=["not found out yet", "found out"],
)
def test_what_is_overdue_by_the_new_times_is_told_by_its_notice_alone(given: dict[str, Any]) -> None:
    told = a_promise(due_at=after(days=1), priority=Priority.P3, target=timedelta(days=1))
    now = told.model_copy(update={"priority": Priority.P1, "due_at": after(minutes=-5)} | given)
    due = a_new_priority(an_incident(), now, before=(told,), previous=Priority.P3)
    assert why(due) == "the notice of what is overdue by now says it"


def test_other_messages_are_sent_whatever_the_priority() -> None:
    assert retimed.why_needless(replace(a_new_priority().words, less_urgent=None), (), NOON) is None


def test_what_is_merged_or_was_begun_by_a_robot_asks_for_no_word_about_its_priority() -> None:
    words, gone = a_new_priority().words, an_incident(status=IncidentStatus.MERGED)
    assert why_needless(MessageKind.PRIORITY, words, gone, None) == "the incident is part of another now"
    robot = an_incident(origin=Origin.BULK)
    fact = PriorityChanged(incident=robot, by="ana", previous=Priority.P3, reason="x")
    assert planning.priority("e1", fact, DESK) is None


PAUSED = a_promise(FIX, running=False, **URGENT)
OVER = a_promise(due_at=NOON, **URGENT)
RECOUNTED = a_promise(priority=Priority.P4, target=timedelta(days=1))
FOLLOW_UP = a_promise(PromiseKind.FOLLOW_UP)


@pytest.mark.parametrize(
    ("given", "promises", "known"),
    [
        ({}, (ANSWER, FIXED, FOLLOW_UP), (ANSWER, FIXED)),
        ({}, (PAUSED, OVER), None),
        ({}, (RECOUNTED,), ()),
        ({"estimate": ESTIMATE}, (ANSWER, FIXED), (ANSWER,)),
    ],
    ids=["open", "stopped or over", "counted anew", "in the place of a target stands a date"],
)
def test_the_dates_that_a_customer_knows(
    given: dict[str, Any], promises: tuple[Promise, ...], known: tuple[Promise, ...] | None
) -> None:
    assert retimed.told(promises, an_incident(priority=Priority.P4, **given), NOON) == known


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_disagrees_is_asked_to_say_so_in_every_language(language: Language) -> None:
    incident = an_incident(priority=Priority.P4, language=language)
    mail = render(a_new_priority(incident, later(ANSWER), before=(ANSWER,)), VOICE)
    assert WORDS[language].lowered in mail.text
    assert WORDS[language].lowered_expect in mail.text
