"""What a customer reads about dates: aims, estimates that move, and what was missed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import (
    BreachCause,
    Estimate,
    IncidentStatus,
    Priority,
    Promise,
    PromiseKind,
    PromiseState,
    Update,
)
from candor_common.languages import Language
from candor_notifier.domain.words import WORDS
from candor_notifier.render import render
from tests.unit.notifier.builders import (
    LANGUAGES,
    VOICE,
    a_breach_notice,
    a_promise,
    a_question,
    a_workaround,
    after,
    an_estimate,
    an_incident,
    an_update,
    said_before,
)
from tests.unit.notifier.test_render import lines

URGENT_BY_NOW: dict[str, Any] = {
    "state": PromiseState.BREACHED,
    "due_at": after(hours=-2),
    "breach_cause": BreachCause.POLICY_CHANGE,
}


@pytest.mark.parametrize("target", [(), (a_promise(PromiseKind.RESOLUTION, due_at=after(hours=4)),)])
def test_a_first_estimate_says_what_to_expect_and_speaks_of_no_date_before(
    target: tuple[Promise, ...],
) -> None:
    mail = render(an_estimate("The spare disk is on its way.", None, *target), VOICE)
    assert mail.subject.startswith("When it should work again: ")
    assert lines(mail)["What to expect"] == (
        "We expect to have it fixed by Wed 4 Mar, 01:00 (China Standard Time).\n"
        "The reason: The spare disk is on its way."
    )


@pytest.mark.parametrize(
    ("promise", "moves"),
    [
        (a_promise(PromiseKind.RESOLUTION, running=False), True),
        (a_promise(PromiseKind.RESOLUTION), True),
        (a_promise(PromiseKind.RESOLUTION, charter_version="another"), False),
        (a_promise(PromiseKind.RESOLUTION, due_at=after(minutes=-1)), False),
        (a_promise(PromiseKind.NEXT_UPDATE), False),
        (a_promise(PromiseKind.ESTIMATE), False),
    ],
    ids=["stopped", "about to stop", "of another charter", "over", "of words", "of no estimate"],
)
def test_a_question_says_that_the_date_of_the_fix_waits_for_the_answer(promise: Promise, moves: bool) -> None:
    pauses = replace(VOICE, pauses=lambda one: one.charter_version == "c1")
    due = replace(a_question(), promises=(promise,))
    said = lines(render(due, pauses))["What to expect"]
    assert ("The time by which we aim to be done moves" in said) is moves


def test_a_question_says_so_of_the_date_that_a_person_named() -> None:
    given = Estimate(fixed_by=after(hours=2), reason="A disk.", given_at=after())
    due = a_question(incident=an_incident(estimate=given))
    stopped = replace(due, promises=(a_promise(PromiseKind.ESTIMATE, running=False),))
    target = replace(due, promises=(a_promise(PromiseKind.RESOLUTION, running=False),))
    assert "moves by as long" in lines(render(stopped, VOICE))["What to expect"]
    assert lines(render(target, VOICE))["What to expect"] == "Please just reply."


def test_where_there_is_room_for_a_sentence_alone_an_estimate_is_its_date() -> None:
    assert render(an_estimate(), VOICE).gist.startswith("We expect to have it fixed by Wed 4 Mar, 01:00")


@pytest.mark.parametrize("last", [False, True])
def test_a_date_that_nobody_had_been_told_is_not_called_a_promise(last: bool) -> None:
    more = a_promise(PromiseKind.NEXT_UPDATE, due_at=after(minutes=30))
    mail = render(a_breach_notice(a_promise(**URGENT_BY_NOW), None, more, last=last), VOICE)
    assert mail.text.startswith(
        "We treat your request as more urgent now than when we wrote to you. By the times for this urgency, an "
        "answer would have been due by Tue 3 Mar, 18:00 (China Standard Time)."
    )
    assert "promise" not in mail.subject + mail.text
    assert lines(mail)["Next word by"].startswith("We will write to you by Tue 3 Mar, 20:30")


def test_a_target_that_nobody_had_been_told_is_no_aim_that_we_had() -> None:
    mail = render(a_breach_notice(a_promise(PromiseKind.RESOLUTION, **URGENT_BY_NOW)), VOICE)
    assert mail.subject.startswith("More urgent now, and overdue: ")
    assert "we would have aimed to have it fixed by Tue 3 Mar, 18:00" in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_untold_date_is_told_so_in_every_language(language: Language) -> None:
    incident, text = an_incident(language=language), WORDS[language]
    said = render(a_breach_notice(a_promise(**URGENT_BY_NOW), incident), VOICE).text
    known = render(a_breach_notice(a_promise(**URGENT_BY_NOW | {"breach_cause": None}), incident), VOICE).text
    assert text.overdue_answer.partition("{")[0] in said
    assert text.breach_answer.partition("{")[0] in known
    assert text.breach_answer.partition("{")[0] not in said


def test_a_target_that_was_missed_is_not_called_a_promise() -> None:
    missed = a_promise(PromiseKind.RESOLUTION, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    mail = render(a_breach_notice(missed), VOICE)
    assert mail.subject.startswith("Not fixed in time: ")
    assert "promise" not in mail.text


def test_a_moved_estimate_names_the_old_date_and_the_new_one() -> None:
    mail = render(an_estimate(previous=said_before(hours=2)), VOICE)
    assert mail.subject.startswith("A new time for the fix: ")
    said = lines(mail)
    assert said["What to expect"].startswith(
        "We had aimed for Tue 3 Mar, 22:00 (China Standard Time). We now"
    )


def test_an_estimate_that_is_moved_too_late_says_that_the_old_one_was_missed() -> None:
    said = lines(render(an_estimate(previous=said_before(minutes=-1)), VOICE))
    assert "and did not manage it. We now aim" in said["What to expect"]


def test_an_estimate_is_the_aim_from_then_on() -> None:
    known = an_estimate().incident
    promises = (
        a_promise(PromiseKind.RESOLUTION, due_at=after(hours=1)),
        a_promise(PromiseKind.ESTIMATE, due_at=after(hours=5)),
    )
    assert "by Wed 4 Mar, 01:00" in render(a_workaround("x", known, *promises), VOICE).text
    assert "We aim" not in render(a_workaround("x", known, promises[0]), VOICE).text


def test_an_estimate_that_was_missed_is_owned_up_to() -> None:
    missed = a_promise(PromiseKind.ESTIMATE, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    assert render(a_breach_notice(missed), VOICE).text.startswith("We aimed to have it fixed by Tue 3 Mar")


def test_words_without_a_date_are_followed_within_the_charters_cadence() -> None:
    often = replace(VOICE, cadence=lambda _incident: timedelta(minutes=30))
    words = Update(doing="We look.", expect="More soon.")
    assert lines(render(an_update(words), often))["Next word by"] == (
        "We will write to you again within 30 minutes."
    )
    waiting = an_incident(status=IncidentStatus.WAITING)
    assert "as soon as we know more" in render(an_update(words, waiting), often).text


def test_a_cadence_that_is_promised_outlives_the_charter_that_made_it() -> None:
    words, silent = Update(doing="We look.", expect="More soon."), "as soon as we know more"

    def told(**promised: Any) -> str:
        # Its date is over, since these are the words that keep it.
        promise = a_promise(PromiseKind.NEXT_UPDATE, due_at=after(minutes=-1), **promised)
        return lines(render(an_update(words, None, promise), VOICE))["Next word by"]

    assert told(target=timedelta(minutes=30)) == "We will write to you again within 30 minutes."
    assert silent in told(target=timedelta(hours=3), calendar="office")
    assert silent in told(target=timedelta(minutes=30), priority=Priority.P3)
    assert silent in told(target=None)
