from datetime import timedelta

from candor_common.events import PromiseState
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.telling import TERMS, Telling, at, minute_of

RESOLUTION = ("resolution", 0, 240, "open", None)


def test_an_opened_incident_is_promised_an_answer_and_a_resolution() -> None:
    assert Telling().promises() == [("first_response", 0, 60, "open", None), RESOLUTION]


def test_promises_remember_charter_priority_target_and_warning_point() -> None:
    answer, resolution = derive(Telling().facts)
    assert (answer.charter_version, answer.priority, answer.version) == ("c1", "P1", 1)
    assert (answer.target, minute_of(answer.warn_at)) == (timedelta(minutes=60), 45)
    assert (resolution.target, minute_of(resolution.warn_at)) == (timedelta(minutes=240), 180)


def test_nobody_is_promised_an_answer_when_a_machine_reported() -> None:
    signal = Telling(awaits_answer=False)
    signal.update(10)
    assert signal.promises() == [RESOLUTION]


def test_nothing_is_promised_before_it_is_known_how_the_incident_began() -> None:
    story = Telling()
    story.update(10)
    story.resolved(20)
    assert derive(story.facts[1:]) == []


def test_without_targets_only_words_make_promises() -> None:
    story = Telling(TERMS.model_copy(update={"first_response": None, "resolution": None}))
    assert story.promises() == []
    story.update(10)
    assert story.promises() == [("next_update", 10, 40, "open", None)]


def test_an_update_keeps_the_first_response_and_promises_the_next() -> None:
    story = Telling()
    story.update(20)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "kept", 20),
        ("next_update", 20, 50, "open", None),
    ]


def test_words_that_leave_exactly_at_the_due_time_are_in_time() -> None:
    story = Telling()
    story.update(60)
    story.tick(1000)
    assert story.promises()[0] == ("first_response", 0, 60, "kept", 60)


def test_words_an_instant_after_the_due_time_are_too_late() -> None:
    story = Telling()
    story.update(60 + 1 / 60_000_000)
    story.tick(61)
    assert story.promises()[0] == ("first_response", 0, 60, "breached", None)


def test_the_date_that_a_person_named_counts_and_has_no_target() -> None:
    story = Telling()
    story.update(20, next_by=95)
    promise = derive(story.facts)[1]
    assert (minute_of(promise.made_at), minute_of(promise.due_at), promise.target) == (20, 95, None)


def test_a_date_that_was_over_when_the_words_left_promises_nothing() -> None:
    story = Telling()
    story.update(20, next_by=20)
    assert story.promises()[1] == ("next_update", 20, 50, "open", None)


def test_the_message_may_be_known_before_the_update_that_it_tells_about() -> None:
    story = Telling()
    story.update(20, next_by=95)
    updated = story.facts.pop(1)
    assert story.promises()[1] == ("next_update", 20, 50, "open", None)
    story.facts.append(updated)
    assert story.promises()[1] == ("next_update", 20, 95, "open", None)


def test_a_missed_answer_is_followed_by_a_promise_of_the_next_word() -> None:
    story = Telling()
    story.tick(61)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "breached", None),
        ("next_update", 61, 90, "open", None),
    ]


def test_promises_follow_each_other_only_as_often_as_the_charter_says() -> None:
    story = Telling()
    for minute in range(61, 1000, 3):
        story.tick(minute)
    assert [one[2:4] for one in story.promises()] == [
        (60, "breached"),
        (90, "breached"),
        (120, "breached"),
        (240, "breached"),
    ]


def test_a_human_word_lets_the_counting_of_renewals_begin_anew() -> None:
    story = Telling()
    for minute in (61, 91, 121):
        story.tick(minute)
    story.update(130)
    for minute in (161, 191, 221):
        story.tick(minute)
    assert [one[2:4] for one in story.promises()[3:6]] == [
        (160, "breached"),
        (190, "breached"),
        (220, "breached"),
    ]


def test_after_an_outage_the_new_promise_lies_ahead_and_misses_are_not_piled_up() -> None:
    story = Telling()
    story.tick(200)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "breached", None),
        ("next_update", 200, 210, "open", None),
    ]


def test_nothing_new_is_promised_when_somebody_spoke_before_the_miss_was_found_out() -> None:
    story = Telling()
    story.update(70)
    story.tick(75)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "breached", None),
        ("next_update", 70, 100, "open", None),
    ]


def test_the_resolution_message_keeps_the_next_update_and_promises_nothing() -> None:
    story = Telling()
    story.update(20)
    story.resolved(30)
    story.resolution_sent(31)
    assert story.promises() == [
        ("first_response", 0, 60, "kept", 20),
        ("next_update", 20, 50, "kept", 31),
        ("resolution", 0, 240, "kept", 30),
    ]


def test_an_update_that_leaves_after_the_resolution_message_promises_nothing() -> None:
    story = Telling()
    story.resolved(30)
    story.resolution_sent(31)
    story.update(33)
    assert [one[0] for one in story.promises()] == ["first_response", "resolution"]


def test_a_resolution_that_was_never_told_breaks_the_promise_of_the_next_word() -> None:
    story = Telling()
    story.resolved(30)
    story.tick(61)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "breached", None),
        ("next_update", 61, 90, "open", None),
    ]


def test_closing_withdraws_what_is_open() -> None:
    story = Telling()
    story.update(20)
    story.closed(30)
    story.update(40)
    assert [one[3] for one in story.promises()] == ["kept", "withdrawn", "withdrawn"]


def test_closing_does_not_hide_what_was_missed_before() -> None:
    story = Telling()
    story.closed(300)
    assert [one[3] for one in story.promises()] == ["open", "open"]
    story.tick(301)
    assert [one[3] for one in story.promises()] == ["breached", "breached"]


def test_a_resolution_message_counts_even_when_its_clock_is_behind() -> None:
    story = Telling()
    story.resolved(30)
    story.resolution_sent(29)
    assert [one[0] for one in story.promises()] == ["first_response", "resolution"]


def test_a_word_that_turns_out_to_have_been_in_time_mends_a_breach() -> None:
    story = Telling()
    story.tick(61)
    renewed = derive(story.facts)[1]
    story.update(50)
    kept, following, _ = derive(story.facts)
    assert (kept.state, kept.kept_at, kept.breached_at) == (PromiseState.KEPT, at(50), at(61))
    assert minute_of(following.due_at) == 80
    assert renewed.id not in {one.id for one in derive(story.facts)}


def test_counting_again_gives_the_same_names() -> None:
    story = Telling()
    names = [one.id for one in derive(story.facts)]
    story.update(20)
    assert [one.id for one in derive(story.facts)][::2] == names
