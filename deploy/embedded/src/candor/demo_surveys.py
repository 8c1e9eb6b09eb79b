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
    """A customer is not, and says what would be better: both lead to a promise, and both are kept."""
    yield "The clinic is asked too, gives 2 of 5 and says what would be better"
    reference = stage.reference_of(words.CLINIC_ADDRESS)
    _answer(stage, reference, survey_page(stage, reference), "2", words.CLINIC_SUGGESTION)
    yield f"{reference}: somebody is to call, and somebody is to answer the suggestion, each by a date"
    opened = stage.until(f"{reference}: two follow-ups are open", lambda: _follow_ups(stage, reference))
    for kind in ("follow_up", "improvement_reply"):
        stage.promise(reference, kind, "open", lambda one: one["state"] == "open" and one["owner"])
    ids = {str(one["kind"]): str(one["id"]) for one in opened}
    yield f"{reference}: a person has called, and that promise is kept"
    _finish(stage, ids["follow_up"], words.CLINIC_CALLED)
    stage.ended(reference, "follow_up", "kept")
    yield f"{reference}: the suggestion is answered by mail, and that promise is kept too"
    _finish(stage, ids["improvement_reply"], words.CLINIC_ANSWER)
    stage.ended(reference, "improvement_reply", "kept")
    letter = stage.mail("answer", reference)
    expect(words.CLINIC_ANSWER in letter.text, "The mail does not hold the answer as it was written.")


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


def _finish(stage: Stage, follow_up: str, answer: str) -> None:
    stage.call("POST", f"/v1/follow-ups/{follow_up}/done", json={"by": "operations", "answer": answer})


def _follow_ups(stage: Stage, reference: str) -> list[Json] | None:
    found = [one["follow_up"] for one in stage.read("/v1/follow-ups", state="open", incident=reference)]
    return found if {one["kind"] for one in found} == {"follow_up", "improvement_reply"} else None
