"""What customers read when the charter has words of its own: the same facts, and nothing evaluated or let through."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.charter import load_charter
from candor_common.languages import LANGUAGES, Language
from candor_notifier.domain.words import WORDS, words_of
from candor_notifier.render import render
from candor_notifier.voice import Voice
from tests.unit.notifier.builders import (
    VOICE,
    a_promise,
    an_acknowledgement,
    an_incident,
    an_invitation,
    of_every_kind,
)
from tests.unit.notifier.test_render import lines
from tests.worlds.charters import shipped, write

HOTLINE = {
    "en": "Day & night: <call> 400-800",
    "zh-Hans": "24 小时热线：400-800",
    "zh-Hant": "24 小時專線：400-800",
}


def speaking(folder: Path, **own: Any) -> Voice:
    """The voice of a house with a charter of its own."""
    charter = load_charter(write(shipped() | own, folder / "house.yaml"))
    return replace(VOICE, words=words_of(charter))


def everywhere(text: str) -> dict[Language, str]:
    return dict.fromkeys(LANGUAGES, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_of_the_charter_stands_in_the_place_of_the_shipped_one(
    language: Language, tmp_path: Path
) -> None:
    voice = speaking(tmp_path, texts={"messages": {"reply": HOTLINE}})
    for due in of_every_kind(language):
        text = render(due, voice).text
        assert HOTLINE[language] in text
        assert WORDS[language].reply not in text


def test_a_sentence_of_the_charter_is_escaped_in_html(tmp_path: Path) -> None:
    voice = speaking(tmp_path, texts={"messages": {"reply": HOTLINE}})
    mail = render(an_acknowledgement(), voice)
    assert "Day & night: <call> 400-800" in mail.text
    assert "Day &amp; night: &lt;call&gt; 400-800" in mail.html
    assert "<call>" not in mail.html


def test_dates_stand_where_the_charter_wants_them(tmp_path: Path) -> None:
    voice = speaking(tmp_path, texts={"messages": {"write_by": everywhere("{time} is our word.")}})
    said = lines(render(an_acknowledgement(None, a_promise()), voice))
    assert said["Next word by"] == "Tue 3 Mar, 21:00 (China Standard Time) is our word."


@given(st.text(st.sampled_from("{}[].!:<&a_0 title"), min_size=1, max_size=40))
def test_what_a_customer_wrote_is_never_read_as_a_template(title: str) -> None:
    told = f"x{title}x"
    mail = render(an_acknowledgement(an_incident(title=told, description=told)), VOICE)
    assert " ".join(told.split()) in mail.subject
    assert " ".join(told.split()) in mail.text


def test_the_mail_asks_the_first_question_of_the_charter(tmp_path: Path) -> None:
    answers = everywhere("a")
    survey = shipped()["survey"] | {
        "questions": {"overall": everywhere("Was it <any> good?")},
        "scores": {language: ["1st", "2nd", "3rd", "4th", "5th"] for language in answers},
    }
    mail = render(an_invitation(), speaking(tmp_path, survey=survey))
    assert mail.text.startswith("Was it <any> good? One click is enough:\n\n1st: https://")
    assert "Was it &lt;any&gt; good?" in mail.html
    assert mail.gist.startswith("Was it <any> good?")
