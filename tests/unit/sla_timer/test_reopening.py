from tests.unit.sla_timer.telling import Telling


def test_a_reopening_goes_on_with_what_was_left_of_the_resolution() -> None:
    story = Telling()
    story.resolved(100)
    story.reopened(1000)
    story.resolved(1050)
    story.reopened(2000)
    assert [one for one in story.promises() if one[0] == "resolution"] == [
        ("resolution", 0, 240, "kept", 100),
        ("resolution", 1000, 1140, "kept", 1050),
        ("resolution", 2000, 2090, "open", None),
    ]


def test_nothing_is_left_of_a_resolution_that_was_missed() -> None:
    story = Telling(awaits_answer=False)
    story.tick(241)
    story.resolved(300)
    story.reopened(400)
    assert story.promises() == [("resolution", 0, 240, "breached", None)]


def test_who_was_told_that_it_works_is_promised_a_word_when_it_is_reopened() -> None:
    story = Telling()
    story.resolved(30)
    story.resolution_sent(31)
    story.reopened(500)
    assert story.promises()[1] == ("next_update", 500, 530, "open", None)


def test_a_resolution_message_that_leaves_after_the_reopening_promises_the_next_word() -> None:
    story = Telling()
    story.resolved(30)
    story.reopened(40)
    story.resolution_sent(45)
    assert story.promises()[:2] == [
        ("first_response", 0, 60, "kept", 45),
        ("next_update", 45, 75, "open", None),
    ]


def test_times_of_an_incident_that_step_back_count_as_the_time_before() -> None:
    story = Telling(awaits_answer=False)
    story.resolved(100)
    story.reopened(90)
    assert story.promises()[1] == ("resolution", 100, 240, "open", None)


def test_what_was_closed_and_is_opened_again_goes_on_with_what_was_left() -> None:
    story = Telling()
    story.resolved(100)
    story.resolution_sent(101)
    story.closed(500)
    story.reopened(1000)
    assert story.promises() == [
        ("first_response", 0, 60, "open", None),
        ("next_update", 1000, 1030, "open", None),
        ("resolution", 0, 240, "kept", 100),
        ("resolution", 1000, 1140, "open", None),
    ]
