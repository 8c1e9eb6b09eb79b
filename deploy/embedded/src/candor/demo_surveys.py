"""Customers say in the demo how it went, and what they say leads somewhere."""

import re
from collections.abc import Iterator

from candor import demo_words as words
from candor.demo_process import DemoFailed
from candor.demo_stage import Json, Stage, expect

_LINK = re.compile(r"https?://[^/\s]+(/survey/[^\s?]+)\?score=")


def survey(stage: Stage) -> Iterator[str]:
    """A customer is content."""
    yield "The first customer is asked how it went"
    reference = stage.reference_of(words.SHOP_ADDRESS)
    page = survey_page(stage, reference)
    yield "The customer opens the link, finds the form and sends it"
    _answer(stage, reference, page, "5", "")


def low_score(stage: Stage) -> Iterator[str]:
    """A customer is not, and says what would be better: both lead to a promise."""
    yield "The clinic is asked too, gives 2 of 5 and says what would be better"
    reference = stage.reference_of(words.CLINIC_ADDRESS)
    _answer(stage, reference, survey_page(stage, reference), "2", words.CLINIC_SUGGESTION)
    yield f"{reference}: somebody is to call, and somebody is to answer the suggestion, each by a date"
    opened = stage.until(f"{reference}: two follow-ups are open", lambda: _follow_ups(stage, reference))
    for kind in ("follow_up", "improvement_reply"):
        stage.promise(reference, kind, "open", lambda one: one["state"] == "open" and one["owner"])
    yield f"{reference}: a person has called, and that promise is kept"
    call = next(one["id"] for one in opened if one["kind"] == "follow_up")
    done = {"by": "operations", "answer": words.CLINIC_CALLED}
    stage.call("POST", f"/v1/follow-ups/{call}/done", json=done)
    stage.ended(reference, "follow_up", "kept")


def survey_page(stage: Stage, reference: str) -> str:
    """The path of the page that a survey's mail links to. Raises DemoFailed when it links to none."""
    link = _LINK.search(stage.mail("survey", reference).text)
    if link is None:
        raise DemoFailed("The mail with the survey has no link to it.")
    return link[1]


def _answer(stage: Stage, reference: str, page: str, score: str, comment: str) -> None:
    shown = stage.visit(f"{page}?score={score}")
    expect('name="overall"' in shown, "The page of the survey shows no form.")
    stage.submit(page, overall=score, comment=comment)
    states = {one["state"] for one in stage.read("/v1/surveys", incident=reference)}
    expect(states == {"answered"}, f"The survey of {reference} is {states}, not answered.")


def _follow_ups(stage: Stage, reference: str) -> list[Json] | None:
    found = [one["follow_up"] for one in stage.read("/v1/follow-ups", state="open", incident=reference)]
    return found if {one["kind"] for one in found} == {"follow_up", "improvement_reply"} else None
