"""The small day that the demo plays. A scene says what happens next, does it, and checks what came of it."""

import re
from collections.abc import Callable, Iterator

from candor import demo_words as words
from candor.demo_process import DemoFailed
from candor.demo_stage import Stage, expect, seconds_from_now

Scene = Callable[[Stage], Iterator[str]]

_SURVEY_LINK = re.compile(r"https?://[^/\s]+(/survey/\S+\?score=5)")


def urgent_request(stage: Stage) -> Iterator[str]:
    """A promise is given and kept."""
    yield "A shop is down: an urgent request comes in over REST and is acknowledged by mail"
    reference = stage.request(words.SHOP)
    stage.mail("acknowledgement", reference)
    yield f"{reference}: a person takes it"
    stage.command(reference, "acknowledge")
    yield f"{reference}: writes what is being done, what to expect, and by when there is more"
    stage.command(reference, "update", **words.SHOP_FOUND, next_by=seconds_from_now(10))
    stage.mail("update", reference)
    stage.ended(reference, "first_response", "kept")
    yield f"{reference}: three seconds of work pass; the next word comes in time"
    stage.let_pass(3)
    stage.command(reference, "update", **words.SHOP_NEARLY, next_by=seconds_from_now(10))
    stage.ended(reference, "next_update", "kept")
    yield f"{reference}: it works again, and the customer reads why and how it was checked"
    stage.command(reference, "resolve", **words.SHOP_MENDED)
    stage.mail("resolution", reference)
    stage.ended(reference, "resolution", "kept")
    yield f"{reference}: a person looks again: the fix holds"
    stage.command(reference, "verify")


def chinese_mails(stage: Stage) -> Iterator[str]:
    """Customers are read as they wrote, and answered in their language."""
    yield "A mail in Simplified Chinese comes in; it says gb2312 and is GB18030 in truth"
    simplified = stage.post_mail(words.simplified_mail())
    _is_read(stage, simplified, words.SIMPLIFIED_TEXT, "zh-Hans")
    stage.mail("acknowledgement", simplified)
    yield "A mail in Traditional Chinese comes in, and is acknowledged in Traditional Chinese"
    traditional = stage.post_mail(words.traditional_mail())
    _is_read(stage, traditional, words.TRADITIONAL_TEXT, "zh-Hant")
    stage.mail("acknowledgement", traditional)
    yield f"{traditional}: a person answers it"
    stage.command(traditional, "update", **words.TRADITIONAL_ANSWER, next_by=seconds_from_now(120))
    stage.mail("update", traditional)
    stage.ended(traditional, "first_response", "kept")


def alert(stage: Stage) -> Iterator[str]:
    """A fault that goes away by itself."""
    yield "Alertmanager: a disk fills up"
    reference = stage.alert(words.disk_alert("firing"))
    stage.until(f"{reference} is an incident", lambda: stage.promises(reference) or None)
    yield f"{reference}: Alertmanager repeats itself, which changes nothing"
    again = stage.alert(words.disk_alert("firing"))
    expect(again == reference, f"The repeated alert of {reference} became {again}.")
    yield f"{reference}: the alert is over, and the incident ends with it"
    stage.alert(words.disk_alert("resolved"))
    stage.ended(reference, "resolution", "kept")
    after = stage.incident(reference)
    expect(after["status"] == "resolved", f"{reference} is {after['status']}, not resolved.")


def unanswered_request(stage: Stage) -> Iterator[str]:
    """A promise is missed, and that is said."""
    yield "A hotel can't take bookings; this time nobody answers"
    reference = stage.request(words.HELP_DESK)
    stage.mail("acknowledgement", reference)
    yield f"{reference}: three quarters of the time go by, then the promise to answer is at risk"
    stage.promise(reference, "first_response", "at risk", lambda one: one["warned_at"])
    yield f"{reference}: the time is over, then the promise is breached"
    stage.ended(reference, "first_response", "breached")
    yield f"{reference}: the customer is told so, and gets a new promise"
    stage.mail("breach_notice", reference)
    stage.promise(reference, "next_update", "made", lambda _one: True)
    yield f"{reference}: a person answers, and the new promise is kept"
    stage.command(reference, "update", **words.HELP_DESK_ANSWER, next_by=seconds_from_now(120))
    stage.mail("update", reference)
    stage.ended(reference, "next_update", "kept")


def survey(stage: Stage) -> Iterator[str]:
    """A customer says how it went."""
    yield "The first customer is asked how it went"
    invited = stage.message("survey")
    link = _SURVEY_LINK.search(stage.letter(invited).text)
    if link is None:
        raise DemoFailed("The mail with the survey has no link to it.")
    yield "The customer opens the link, finds the form and sends it"
    page = stage.call("GET", link[1]).text
    expect('name="overall"' in page, "The page of the survey shows no form.")
    answer = {"overall": "5", "comment": "You said when, and then you did."}
    thanks = stage.call("POST", link[1].partition("?")[0], data=answer)
    expect(thanks.has_redirect_location, "The answer to the survey does not lead to a page with thanks.")
    stage.call("GET", thanks.headers["Location"])
    states = {one["state"] for one in stage.read("/v1/surveys", incident=invited["incident_id"])}
    expect(states == {"answered"}, f"The survey of {invited['incident_id']} is {states}, not answered.")


SCENES: tuple[Scene, ...] = (urgent_request, chinese_mails, alert, unanswered_request, survey)


def _is_read(stage: Stage, reference: str, text: str, language: str) -> None:
    read = stage.incident(reference)
    expect(text in read["description"], f"{reference} was not read as it was written: {read['description']}")
    expect(read["language"] == language, f"{reference} is {read['language']}, not {language}.")
