"""What a question to the customer does to promises. In minutes; targets are 60, 240, and 30 for the next word."""

from datetime import timedelta

from candor_common.events import Priority, PromiseKind, PromiseState
from candor_common.working_time import Target, Unit
from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.telling import TERMS, Telling, at, minute_of, shown

KINDS = PromiseKind


def of(story: Telling, kind: PromiseKind) -> list[tuple[float | None, bool]]:
    return [(minute_of(one.due_at), one.running) for one in derive(story.facts) if one.kind is kind]


def test_a_question_stops_the_resolution_and_the_next_word_and_not_the_first_answer() -> None:
    story = Telling()
    story.asked(10)
    assert of(story, KINDS.FIRST_RESPONSE) == [(60, True)]
    assert of(story, KINDS.RESOLUTION) == [(240, False)]
    story.update(20)
    assert of(story, KINDS.NEXT_UPDATE) == [(50, False)]
    story.resumed(100)
    assert of(story, KINDS.RESOLUTION) == [(330, True)]
    assert of(story, KINDS.NEXT_UPDATE) == [(130, True)]


def test_a_clock_that_stands_misses_nothing_however_long() -> None:
    story = Telling(awaits_answer=False)
    story.asked(10)
    story.tick(10_000)
    assert story.promises() == [("resolution", 0, 240, "open", None)]


def test_what_was_due_before_the_question_is_missed_all_the_same() -> None:
    story = Telling(awaits_answer=False)
    story.asked(300)
    assert of(story, KINDS.RESOLUTION) == [(240, True)]
    story.tick(301)
    assert story.promises() == [("resolution", 0, 240, "breached", None)]


def test_a_breach_that_was_found_before_the_question_was_heard_of_is_taken_back() -> None:
    story = Telling(awaits_answer=False)
    story.tick(241)
    story.asked(200)
    [promise] = derive(story.facts)
    assert (promise.state, promise.running, promise.breached_at) == (PromiseState.OPEN, False, at(241))
    story.resumed(400)
    assert story.promises() == [("resolution", 0, 440, "open", None)]


def test_a_second_question_begins_no_second_pause() -> None:
    story = Telling(awaits_answer=False)
    story.asked(10)
    story.asked(20)
    story.resumed(40)
    story.resumed(50)
    assert of(story, KINDS.RESOLUTION) == [(270, True)]


def test_an_end_of_waiting_that_comes_before_its_beginning_is_put_right() -> None:
    story = Telling(awaits_answer=False)
    story.asked(10)
    story.resumed(40)
    asked = story.facts.pop(1)
    assert of(story, KINDS.RESOLUTION) == [(240, True)]
    story.facts.append(asked)
    assert of(story, KINDS.RESOLUTION) == [(270, True)]


def test_a_resolution_ends_the_wait_and_is_kept_while_waiting() -> None:
    story = Telling(awaits_answer=False)
    story.asked(200)
    story.resolved(500)
    [promise] = derive(story.facts)
    assert (promise.state, promise.running, minute_of(promise.due_at)) == (PromiseState.KEPT, True, 540)


def test_what_is_kept_does_not_move_when_the_wait_ends_later() -> None:
    story = Telling()
    story.update(5)
    story.asked(10)
    story.update(100)
    before = derive(story.facts)[1]
    story.resumed(200)
    assert derive(story.facts)[1] == before
    assert shown(before) == ("next_update", 5, 125, "kept", 100)


def test_a_promise_that_is_made_during_a_wait_starts_at_its_end() -> None:
    story = Telling()
    story.asked(10)
    story.update(100)
    assert of(story, KINDS.NEXT_UPDATE) == [(130, False)]
    story.resumed(150)
    assert of(story, KINDS.NEXT_UPDATE) == [(180, True)]


def test_a_renewal_during_a_wait_lies_ahead_and_waits_too() -> None:
    story = Telling()
    story.asked(10)
    story.tick(95)
    assert of(story, KINDS.NEXT_UPDATE) == [(125, False)]
    story.resumed(200)
    assert of(story, KINDS.NEXT_UPDATE) == [(230, True)]


def test_an_estimate_is_a_promise_that_waits_with_the_customer() -> None:
    story = Telling(awaits_answer=False)
    story.estimated(10, 100)
    story.asked(50)
    assert of(story, KINDS.ESTIMATE) == [(100, False)]
    story.resumed(80)
    assert of(story, KINDS.ESTIMATE) == [(130, True)]
    story.resolved(120)
    assert story.promises()[-1] == ("estimate", 10, 130, "kept", 120)


def test_an_estimate_that_is_moved_in_time_is_withdrawn_for_the_new_one() -> None:
    story = Telling(awaits_answer=False)
    story.estimated(10, 100)
    story.estimated(90, 200)
    assert story.promises()[1:] == [
        ("estimate", 10, 100, "withdrawn", None),
        ("estimate", 90, 200, "open", None),
    ]
    assert [one.target for one in derive(story.facts)] == [timedelta(minutes=240), None, None]


def test_an_estimate_that_is_moved_too_late_was_missed() -> None:
    story = Telling(awaits_answer=False)
    story.estimated(10, 100)
    story.estimated(101, 200)
    story.tick(102)
    assert story.promises()[1] == ("estimate", 10, 100, "breached", None)


def test_an_estimate_of_a_time_that_is_over_only_takes_back_the_one_before() -> None:
    story = Telling(awaits_answer=False)
    story.estimated(10, 100)
    story.estimated(50, 50)
    assert story.promises()[1:] == [("estimate", 10, 100, "withdrawn", None)]


def test_the_customer_knows_that_it_works_once_it_is_verified() -> None:
    story = Telling()
    story.update(10)
    story.resolved(20)
    story.verified(30)
    assert [one[3] for one in story.promises()] == ["kept", "withdrawn", "kept"]
    story.reopened(100)
    assert story.promises()[2] == ("next_update", 100, 130, "open", None)


def test_a_merged_and_a_cancelled_incident_owe_nothing_more() -> None:
    for end in ("merged", "cancelled"):
        story = Telling()
        story.estimated(5, 100)
        getattr(story, end)(10)
        assert [one[3] for one in story.promises()] == ["withdrawn"] * 3


def test_a_follow_up_is_owed_by_a_person_and_outlives_the_incident() -> None:
    story = Telling(awaits_answer=False)
    story.closed(10)
    story.pledged(20, by=500, owner="service-desk")
    story.pledged(20, by=500, owner="ana", revision=2)
    promise = derive(story.facts)[-1]
    assert (promise.kind, promise.owner, minute_of(promise.due_at)) == ("follow_up", "ana", 500)
    assert (promise.state, minute_of(promise.warn_at)) == ("open", 380)
    story.fulfilled(400)
    assert story.promises()[-1] == ("follow_up", 20, 500, "kept", 400)


def test_a_follow_up_that_was_missed_is_promised_anew_for_as_long_as_at_first() -> None:
    story = Telling(awaits_answer=False)
    story.closed(10)
    story.pledged(20, by=500, owner="ana")
    first = derive(story.facts)[-1]
    assert (
        "a call about a low score within the charter's time for it."
        in explain(story.facts, first, at(30)).words[1]
    )
    for looked, due in ((501, 981), (1000, 1480)):
        story.tick(looked)
        again = derive(story.facts)[-1]
        assert "for as long again, as it was missed." in explain(story.facts, again, at(looked)).words[1]
        assert (again.kind, again.owner, again.state) == ("follow_up", "ana", "open")
        assert (minute_of(again.made_at), minute_of(again.due_at)) == (looked, due)
    story.tick(1481)
    missed = [one for one in story.promises() if one[0] == "follow_up"]
    assert [one[3] for one in missed] == ["breached"] * 3
    story.fulfilled(1490)
    assert [one for one in story.promises() if one[0] == "follow_up"] == missed


def test_a_follow_up_that_is_done_at_the_second_date_keeps_that_one() -> None:
    story = Telling(awaits_answer=False)
    story.pledged(20, by=500, owner="ana")
    story.tick(501)
    story.fulfilled(600)
    found = [one[2:4] for one in story.promises() if one[0] == "follow_up"]
    assert found == [(500, "breached"), (981, "kept")]
    # It was done in time after all, as is heard only now: nothing was promised anew.
    story.fulfilled(490)
    found = [one[2:4] for one in story.promises() if one[0] == "follow_up"]
    assert found == [(500, "kept")]


def test_a_shorter_cadence_counts_from_the_change() -> None:
    story = Telling(TERMS.model_copy(update={"update_every": Target(480, Unit.MINUTES)}))
    story.update(10)
    story.changed(200, TERMS)
    assert of(story, KINDS.NEXT_UPDATE) == [(230, True)]


def test_a_shorter_cadence_moves_no_date_that_comes_earlier_anyway() -> None:
    story = Telling(TERMS.model_copy(update={"update_every": Target(40, Unit.MINUTES)}))
    story.update(10)
    story.changed(45, TERMS)
    assert of(story, KINDS.NEXT_UPDATE) == [(50, True)]


def test_a_longer_cadence_counts_from_the_last_word() -> None:
    story = Telling()
    story.update(10)
    story.changed(20, TERMS.model_copy(update={"update_every": Target(480, Unit.MINUTES)}))
    assert of(story, KINDS.NEXT_UPDATE) == [(490, True)]


def test_what_was_missed_or_kept_before_a_change_stays_as_it_was() -> None:
    story = Telling()
    story.update(10)
    before = derive(story.facts)[0]
    slow = TERMS.model_copy(
        update={"resolution": Target(9, Unit.DAYS), "first_response": None, "priority": Priority.P4}
    )
    story.changed(241, slow)
    after = derive(story.facts)
    assert after[0] == before
    assert (shown(after[-1]), after[-1].priority) == (("resolution", 0, 240, "open", None), "P1")
