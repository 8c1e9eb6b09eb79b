"""The catalogue of the console: pages hold no words of their own, and every word of it is there to be used."""

import re
from importlib.resources import files

import pytest

from candor_common.events import IncidentStatus, Kind, Lane, LinkKind, PromiseKind, PromiseState
from candor_triage import words
from candor_triage.domain.board import Urgency

TEMPLATES = files("candor_triage") / "templates"
NAMES = sorted(one.name for one in TEMPLATES.iterdir() if one.name.endswith(".html"))
ALLOWED = {"Candor", "curl", "POST", "KEY"}
"""Our name, and what is code in every language."""


def source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def left_over(html: str) -> set[str]:
    """The words of a template that do not come from anywhere else."""
    html = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", html, flags=re.DOTALL)
    html = re.sub(r"<pre>.*?</pre>", " ", html, flags=re.DOTALL)
    html = re.sub(r"<[^>]*>", " ", html, flags=re.DOTALL)
    html = re.sub(r'[\w-]+="[^"]*"', " ", html)
    return set(re.findall(r"[^\W\d_]{2,}", html)) - ALLOWED


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_no_words_of_their_own(name: str) -> None:
    assert left_over(source(name)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_aloud_comes_from_the_catalogue_too(name: str) -> None:
    said = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', source(name))
    assert [one for one in said if "{{" not in one] == []


def test_a_word_left_in_a_template_would_be_found() -> None:
    assert left_over("<p>{{ t.board }} Hello {% if x %}<b>x</b>{% endif %}</p>") == {"Hello"}


def test_every_name_that_a_page_asks_for_is_in_the_catalogue() -> None:
    asked = {name for one in NAMES for name in re.findall(r"\bt\.(\w+)", source(one))}
    assert asked - words.TEXT.keys() == set()


def test_no_name_of_the_catalogue_is_one_that_templates_take_for_something_else() -> None:
    assert words.TEXT.keys() & set(dir(dict)) == set()


@pytest.mark.parametrize(
    ("told", "values"),
    [
        (words.KINDS, PromiseKind),
        (words.URGENCIES, Urgency),
        (words.STATUSES, IncidentStatus),
        (words.INCIDENT_KINDS, Kind),
        (words.LANES, Lane),
        (words.TIES, LinkKind),
    ],
)
def test_every_value_has_a_word(told: dict[str, str], values: type[PromiseKind]) -> None:
    assert set(told) == set(values)


def test_every_end_of_a_promise_has_a_word() -> None:
    assert set(words.ENDS) | {"unknown"} == set(PromiseState)
