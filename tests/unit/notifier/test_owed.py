"""What a survey has led to: who of the house hears of it, and what the customer reads when it was not done."""

from dataclasses import replace
from typing import Any

import pytest

from candor_common.events import (
    Incident,
    IncidentStatus,
    MessageKind,
    Priority,
    PromiseAtRisk,
    PromiseKind,
    PromiseMade,
    PromiseState,
    Update,
)
from candor_notifier.domain.message import Words
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.nudging import (
    Scene,
    after_it_was_missed,
    before_it_is_due,
    when_it_was_made,
)
from candor_notifier.nudges import urging
from candor_notifier.owed import in_its_words
from candor_notifier.render import Mail, render
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    DESK,
    LANGUAGES,
    NOON,
    VOICE,
    a_breach_notice,
    a_nudge,
    a_promise,
    after,
    an_incident,
)
from tests.unit.notifier.test_nudging import EVERYWHERE, charter, goes_to, of_operations

CALL, REPLY = PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY
OWED = [CALL, REPLY]


def scene(owner: str | None = None, desk: Any = DESK, **given: Any) -> Scene:
    """An incident that is over, as `charter` knows its team."""
    over: dict[str, Any] = {"status": IncidentStatus.CLOSED}
    known = given.pop("charter", charter(contact="team@house.example"))
    return Scene(of_operations(owner, **over | given), known, desk)


@pytest.mark.parametrize("kind", OWED)
@pytest.mark.parametrize(
    ("owner", "recipients"),
    [
        ("ana", ["ana@house.example"]),
        ("operations", ["team@house.example"]),
        ("infrastructure", ["above@house.example"]),
        ("bo", ["team@house.example"]),
        (None, ["team@house.example"]),
    ],
)
def test_whoever_owes_it_hears_of_it_when_it_is_promised_and_before_it_is_due(
    kind: PromiseKind, owner: str | None, recipients: list[str]
) -> None:
    promise = a_promise(kind, owner=owner)
    known = charter(contact="team@house.example", above="above@house.example")
    about = scene("somebody else", charter=known)
    made = when_it_was_made("e1", PromiseMade(promise=promise), about)
    risky = before_it_is_due("e2", PromiseAtRisk(promise=promise, fired_at=NOON), about)
    assert goes_to(made) == goes_to(risky) == recipients
    assert made[0].message.id != risky[0].message.id


def test_where_nobody_else_can_be_reached_the_lead_hears_of_it() -> None:
    made = PromiseMade(promise=a_promise(CALL, owner="bo"))
    assert goes_to(when_it_was_made("e1", made, scene(charter=charter()))) == ["lena@house.example"]


def test_a_promise_about_an_incident_and_a_date_that_moved_are_told_to_nobody_at_once() -> None:
    for promise in (a_promise(), a_promise(PromiseKind.RESOLUTION), a_promise(CALL, version=2)):
        assert when_it_was_made("e1", PromiseMade(promise=promise), scene("ana")) == []


def test_what_is_owed_wakes_nobody_however_urgent_the_incident_was() -> None:
    urgent = scene("ana", EVERYWHERE, priority=Priority.P1)
    promise = a_promise(CALL, owner="ana")
    assert goes_to(when_it_was_made("e1", PromiseMade(promise=promise), urgent)) == ["ana@house.example"]
    assert goes_to(after_it_was_missed(promise, urgent)) == ["lena@house.example"]


def test_only_promises_of_a_survey_urge_when_they_are_made() -> None:
    def events(*promises: Any) -> list[Any]:
        return [Told(PromiseMade(promise=one)) for one in promises]

    class Told:
        def __init__(self, fact: PromiseMade) -> None:
            self.fact = fact

    found = urging(events(a_promise(), a_promise(CALL), a_promise(REPLY)), charter())
    assert [one.fact.promise.kind for one in found] == OWED


@pytest.mark.parametrize("status", [IncidentStatus.MERGED, IncidentStatus.CANCELLED])
@pytest.mark.parametrize("kind", [MessageKind.NUDGE, MessageKind.BREACH_NOTICE])
def test_what_is_owed_outlives_the_incident(kind: MessageKind, status: IncidentStatus) -> None:
    owed, gone = a_promise(CALL, state=PromiseState.BREACHED), an_incident(status=status)
    assert why_needless(kind, Words(missed=owed), gone, owed) is None
    kept = a_promise(CALL, state=PromiseState.KEPT)
    assert why_needless(kind, Words(missed=owed), gone, kept)


def test_a_nudge_says_what_to_do() -> None:
    nudged = render(a_nudge(a_promise(CALL)), VOICE)
    assert nudged.subject.startswith("Due soon: the follow-up")
    assert "Get in touch with them" in nudged.text
    assert "Write it with the follow-up" in render(a_nudge(a_promise(REPLY)), VOICE).text
    assert "what we are doing, what to expect" in render(a_nudge(a_promise()), VOICE).text


def over(language: str = "en") -> Incident:
    said = Update(doing="We replace the switch.", expect="Short breaks.")
    return an_incident(language=language, status=IncidentStatus.CLOSED, last_update=said, owner="Ana")


def rendered(due: Due) -> Mail:
    """As delivery does it."""
    return render(due, replace(VOICE, words=in_its_words(VOICE.words, due.words.missed)))


def notice(kind: PromiseKind, language: str = "en", *others: Any) -> Mail:
    missed = a_promise(kind, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    return rendered(a_breach_notice(missed, over(language), *others))


@pytest.mark.parametrize(
    ("kind", "said"),
    [(CALL, "We promised to get in touch with you by"), (REPLY, "an answer to what you wrote in our survey")],
)
def test_the_customer_is_told_what_was_missed_and_nothing_of_the_incident(
    kind: PromiseKind, said: str
) -> None:
    mail = notice(kind)
    text = " ".join(mail.text.split())
    assert mail.subject.startswith("We missed a promise: ")
    assert said in text
    assert "Tue 3 Mar, 19:59" in text
    assert "can't name a date yet" in text
    for untrue in ("still open", "fixed", "works", "Nothing is left", "We replace the switch"):
        assert untrue not in text


@pytest.mark.parametrize("owed", OWED)
@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.MERGED])
def test_what_is_owed_now_is_named_with_its_date(owed: PromiseKind, status: IncidentStatus) -> None:
    ended = over().model_copy(update={"status": status, "merged_into": "INC-000002"})
    renewed, missed = a_promise(owed, due_at=after(days=4)), a_promise(CALL, state=PromiseState.BREACHED)
    text = " ".join(rendered(a_breach_notice(missed, ended, renewed)).text.split())
    assert "We will get in touch with you by Sat 7 Mar" in text
    assert "can't name a date" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_every_language(language: str) -> None:
    texts = {notice(kind, language).text for kind in OWED}
    assert len(texts) == 2
    assert not any("{" in text for text in texts)


def test_other_misses_keep_their_words() -> None:
    missed = a_promise(state=PromiseState.BREACHED)
    assert in_its_words(VOICE.words, missed) is VOICE.words
    assert in_its_words(VOICE.words, None) is VOICE.words
