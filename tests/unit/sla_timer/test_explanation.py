from candor_common.events import Priority, PromiseKind, PromiseState
from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.cases import Case, minutes, on, terms
from tests.unit.sla_timer.telling import Telling, at


def test_a_pause_is_told_and_drawn() -> None:
    case = Case(on(6, 17, 30), terms("8bh"))
    case.paused([(on(9, 10), on(9, 11))])
    found = explain(case.facts, case.last(), on(9, 12))
    assert found.words == (
        "Times are those of Asia/Shanghai.",
        "Promised on Fri 6 Mar 2026 17:30: that it works again within 8bh (8 h of working time on the calendar CN-BH).",
        "It stood still Mon 9 Mar 2026 10:00 to 11:00: 1 h that would have counted.",
        (
            "It runs Fri 6 Mar 2026 17:30 to 18:00 (30 min), Mon 9 Mar 2026 09:00 to 10:00 (1 h), "
            "Mon 9 Mar 2026 11:00 to 17:30 (6 h 30 min)."
        ),
        "Together 8 h: due Mon 9 Mar 2026 17:30.",
        "At risk from Mon 9 Mar 2026 15:30 on, when 75% have passed.",
    )
    assert found.result == "Open: due Mon 9 Mar 2026 17:30; 5 h 30 min are left."
    assert (found.target, found.calendar, found.zone) == ("8bh", "CN-BH", "Asia/Shanghai")
    assert (found.counted, found.left) == (minutes(150), minutes(330))
    assert [(one.since, one.until, one.kind.value) for one in found.strip] == [
        (on(6, 17, 30), on(6, 18), "working"),
        (on(6, 18), on(9, 9), "closed"),
        (on(9, 9), on(9, 10), "working"),
        (on(9, 10), on(9, 11), "paused"),
        (on(9, 11), on(9, 17, 30), "working"),
    ]


def test_a_raised_priority_and_a_miss_are_told() -> None:
    case = Case(on(10, 10), terms("8bh"))
    case.changed(on(10, 15), terms("2bh", priority=Priority.P1))
    case.looked(on(10, 15))
    found = explain(case.facts, case.last(), on(10, 16))
    assert "On Tue 10 Mar 2026 15:00 the terms became those of P1; what had passed is kept." in found.words
    assert found.result == (
        "Missed: it was due Tue 10 Mar 2026 12:00, found out 3 h later; "
        "the change of its terms had made it due before that."
    )
    assert (found.counted, found.left) == (minutes(120), minutes(-240))
    assert (found.strip[-1].kind.value, found.strip[-1].until) == ("overrun", on(10, 16))


def test_a_clock_that_stands_says_how_much_is_left() -> None:
    case = Case(on(6, 10), terms("8bh"))
    case.asked(on(6, 17, 50))
    promise = case.last()
    found = explain(case.facts, promise, on(9, 9, 30))
    assert found.result == (
        "It stands still since Fri 6 Mar 2026 17:50, while the customer has the word; 10 min are left."
    )
    assert (found.counted, found.left) == (minutes(470), minutes(10))
    assert [one.kind.value for one in found.strip] == ["working", "paused"]
    assert found.strip[-1].until == on(9, 9, 30)


def test_what_was_kept_says_how_long_before_in_working_time() -> None:
    case = Case(on(9, 17, 40), terms(first_response="1bh"))
    case.said(on(10, 9, 30))
    found = explain(case.facts, case.last(PromiseKind.FIRST_RESPONSE), on(12, 9))
    assert found.result == "Kept on Tue 10 Mar 2026 09:30, 10 min before it was used up."
    assert found.strip[-1].until == on(10, 9, 30)


def test_the_date_of_a_person_is_counted_on_the_clock_and_told_in_the_zone_of_the_house() -> None:
    story = Telling(awaits_answer=False)
    story.estimated(10, 100)
    promise = derive(story.facts)[-1]
    found = explain(story.facts, promise, at(20), "Asia/Shanghai")
    assert (found.target, found.calendar, found.left) == (None, None, minutes(80))
    assert "that it works again by a date that a person named" in found.words[1]
    assert found.result == "Open: due Tue 10 Mar 2026 19:40; 1 h 20 min are left."


def test_what_was_withdrawn_says_so() -> None:
    story = Telling(awaits_answer=False)
    story.closed(10)
    [promise] = derive(story.facts)
    assert explain(story.facts, promise, at(20)).result == (
        "Withdrawn on Tue 10 Mar 2026 10:10: from then on nobody waited for it."
    )


def test_a_promise_that_was_never_rightly_made_is_told_as_that() -> None:
    story = Telling()
    story.tick(61)
    renewed = derive(story.facts)[1].model_copy(update={"state": PromiseState.WITHDRAWN})
    story.update(50)
    found = explain(story.facts, renewed, at(70))
    assert found.result == "Withdrawn: what came to light later shows that it was never made."
    assert found.strip == ()
