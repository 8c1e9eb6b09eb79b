"""What customers read: the four lines, the dates, and the same facts as text and as HTML."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from candor_common.events import IncidentStatus, MessageKind, PromiseKind, PromiseState, Update
from candor_common.languages import Language
from candor_notifier.domain.audience import Incomplete
from candor_notifier.domain.message import Words as Given
from candor_notifier.domain.words import WORDS
from candor_notifier.render import Mail, render
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    LANGUAGES,
    NOON,
    VOICE,
    a_breach_notice,
    a_promise,
    a_resolution,
    after,
    an_acknowledgement,
    an_incident,
    an_invitation,
    an_update,
    of_every_kind,
)


def shown(html: str) -> str:
    """What a reader sees of HTML, on one line."""
    body = html[html.index("<body") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def lines(mail: Mail) -> dict[str, str]:
    """The paragraphs of a text under their labels."""
    paragraphs = [paragraph.partition("\n") for paragraph in mail.text.strip().split("\n\n")]
    return {label: words for label, _, words in paragraphs if words}


EVERY_MESSAGE = [
    pytest.param(language, due, id=f"{language}-{due.message.kind.value}")
    for language in LANGUAGES
    for due in of_every_kind(language)
]


@pytest.mark.parametrize(("language", "due"), EVERY_MESSAGE)
def test_every_message_says_the_four_things_in_the_same_order(language: Language, due: Due) -> None:
    text = WORDS[language]
    mail = render(due, VOICE)
    for body in (mail.text, mail.html):
        places = [body.index(label) for label in (text.doing, text.expect, text.next_by, text.who)]
        assert places == sorted(places)
        assert text.reference.format(reference="INC-000042") in body
    assert mail.subject.endswith(" [INC-000042]")


@pytest.mark.parametrize(("language", "due"), EVERY_MESSAGE)
def test_text_and_html_hold_the_same_facts(language: Language, due: Due) -> None:
    mail = render(due, VOICE)
    read = shown(mail.html)
    links = re.findall(r'href="([^"]*)"', mail.html)
    for line in filter(None, mail.text.splitlines()):
        label, colon, link = line.partition("：http" if language != "en" else ": http")
        if colon:
            assert label in read
            assert unescape(links.pop(0)) == f"http{link}"
        else:
            assert line in read
    assert links == []
    assert f'<html lang="{language}">' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_message_has_a_subject_of_its_own(language: str) -> None:
    mails = [render(due, VOICE) for due in of_every_kind(language)]
    assert len({mail.subject for mail in mails}) == len(mails)


def test_the_two_chinese_writings_are_two() -> None:
    for simplified, traditional in zip(of_every_kind("zh-Hans"), of_every_kind("zh-Hant"), strict=True):
        assert render(simplified, VOICE).text != render(traditional, VOICE).text


def test_an_acknowledgement_names_the_promise_of_an_answer_and_the_target() -> None:
    fix = a_promise(PromiseKind.RESOLUTION, due_at=after(hours=4))
    said = lines(render(an_acknowledgement(None, fix, a_promise()), VOICE))
    assert "As we understand it: The shop answers with error 502" in said["What we are doing"]
    assert said["Next word by"] == "We will write to you by Tue 3 Mar, 21:00 (China Standard Time)."
    assert said["What to expect"].endswith(
        "We aim to have it fixed by Wed 4 Mar, 00:00 (China Standard Time)."
    )
    assert said["Who has it"] == "Network; nobody by name yet"


def test_an_acknowledgement_without_promises_names_no_date() -> None:
    said = lines(render(an_acknowledgement(), VOICE))
    assert said["Next word by"] == "We will write to you as soon as we know more."
    assert "We aim" not in said["What to expect"]


@pytest.mark.parametrize("given", [{"due_at": NOON}, {"due_at": after(hours=-1)}, {"running": False}])
def test_a_date_that_is_over_or_stopped_is_not_named(given: dict[str, Any]) -> None:
    said = lines(render(an_acknowledgement(None, a_promise(**given)), VOICE))
    assert said["Next word by"] == "We will write to you as soon as we know more."


def test_a_target_is_never_told_as_a_promise() -> None:
    said = lines(render(an_acknowledgement(None, a_promise(PromiseKind.RESOLUTION)), VOICE))
    assert said["Next word by"] == "We will write to you as soon as we know more."
    assert "We aim to have it fixed by" in said["What to expect"]


def test_an_update_says_what_the_person_wrote() -> None:
    words = Update(
        doing="We replace the switch.\r\nThen we test.", expect="Short breaks.", next_by=after(hours=2)
    )
    said = lines(render(an_update(words, an_incident(owner="Ana"), a_promise()), VOICE))
    assert said == {
        "What we are doing": "We replace the switch.\nThen we test.",
        "What to expect": "Short breaks.",
        "Next word by": "We will write to you by Tue 3 Mar, 22:00 (China Standard Time).",
        "Who has it": "Ana (Network)",
        "To reach us or to add something, just reply to this mail.": "Your reference: INC-000042",
    }


@pytest.mark.parametrize("next_by", [None, after(hours=-1)])
def test_an_update_without_a_date_ahead_names_none(next_by: object) -> None:
    words = Update.model_validate({"doing": "We look.", "expect": "Nothing.", "next_by": next_by})
    said = lines(render(an_update(words, None, a_promise()), VOICE))
    assert said["Next word by"] == "We will write to you as soon as we know more."


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (PromiseKind.FIRST_RESPONSE, "We promised to answer you by Tue 3 Mar, 19:00"),
        (PromiseKind.NEXT_UPDATE, "We promised to write to you by Tue 3 Mar, 19:00"),
        (PromiseKind.RESOLUTION, "We aimed to have it fixed by Tue 3 Mar, 19:00"),
    ],
)
def test_a_breach_notice_says_what_was_missed_and_makes_a_new_promise(kind: PromiseKind, told: str) -> None:
    missed = a_promise(kind, state=PromiseState.BREACHED, due_at=after(hours=-1))
    new = a_promise(PromiseKind.NEXT_UPDATE, due_at=after(minutes=30))
    mail = render(a_breach_notice(missed, None, new), VOICE)
    assert mail.text.startswith(told)
    is_target = kind is PromiseKind.RESOLUTION
    assert mail.subject.startswith("Not fixed in time: " if is_target else "We missed a promise: ")
    said = lines(mail)
    assert said["What we are doing"] == "It waits for somebody to take it."
    assert said["What to expect"] == "Your request is still open."
    assert said["Next word by"] == "We will write to you by Tue 3 Mar, 20:30 (China Standard Time)."


def test_a_breach_notice_repeats_the_last_human_words() -> None:
    told = Update(doing="We replace the switch.", expect="Short breaks.")
    incident = an_incident(owner="Ana", last_update=told, status=IncidentStatus.IN_PROGRESS)
    said = lines(render(a_breach_notice(a_promise(), incident), VOICE))
    assert said["What we are doing"] == "We replace the switch."
    assert said["Who has it"] == "Ana (Network)"


def test_a_breach_notice_does_not_call_open_what_was_resolved_meanwhile() -> None:
    incident = an_incident(status=IncidentStatus.RESOLVED)
    mail = render(a_breach_notice(a_promise(), incident), VOICE)
    assert "still open" not in mail.text
    assert (
        lines(mail)["Next word by"] == "Nothing is left for us to do here. If you write, we take it up again."
    )


def test_a_resolution_says_cause_deed_and_check_and_asks_to_confirm() -> None:
    said = lines(render(a_resolution(), VOICE))
    assert said["What was wrong"] == "A full disk."
    assert said["What we did"] == "Old logs were removed."
    assert said["How we checked"] == "The page loads again."
    assert said["What to expect"] == (
        "If it works for you too, please confirm it with the link below. If it does not, just reply and we go on."
    )


def test_a_survey_has_a_link_for_each_score() -> None:
    mail = render(an_invitation(an_incident()), VOICE)
    for score in range(1, 6):
        assert f"https://help.example/survey/the-token?score={score}\n" in mail.text
    assert "Very satisfied: https://help.example/survey/the-token?score=5" in mail.text


def test_a_survey_needs_no_incident() -> None:
    mail = render(an_invitation(None, language="zh-TW"), VOICE)
    assert mail.subject == "這次服務如何？INC-000042 [INC-000042]"
    assert "負責人\nSupport\n" in mail.text


def test_a_message_that_was_planned_without_its_words_is_not_sent() -> None:
    wordless = {MessageKind.ACKNOWLEDGEMENT, MessageKind.REOPENED, MessageKind.CLOSED}
    for due in of_every_kind():
        if due.message.kind not in wordless:
            with pytest.raises(Incomplete):
                render(replace(due, words=Given()), VOICE)
    unknown = an_acknowledgement().message.model_copy(update={"kind": MessageKind.UNKNOWN})
    with pytest.raises(Incomplete):
        render(replace(an_acknowledgement(), message=unknown), VOICE)


def test_the_same_record_gives_the_same_mail() -> None:
    for first, second in zip(of_every_kind(), of_every_kind(), strict=True):
        assert render(first, VOICE) == render(second, VOICE)


def test_what_only_the_team_may_know_is_not_in_any_message() -> None:
    for due in of_every_kind():
        assert due.incident is not None
        secret = due.incident.model_copy(update={"reason": "SECRET-RULE", "signal_key": "SECRET-KEY"})
        mail = render(replace(due, incident=secret), VOICE)
        assert "SECRET" not in mail.text + mail.html + mail.subject
