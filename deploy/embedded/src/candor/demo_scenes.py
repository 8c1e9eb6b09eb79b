"""The small day that the demo plays. A scene says what happens next, does it, and checks what came of it."""

from collections.abc import Callable, Iterator

from candor import demo_words as words
from candor.demo_evening import evening
from candor.demo_outage import urgent_request
from candor.demo_process import DemoFailed
from candor.demo_stage import Stage, expect, seconds_from_now
from candor.demo_surveys import low_score, survey
from candor.demo_turns import question, reopening

Scene = Callable[[Stage], Iterator[str]]
LATE = 20
"""Seconds until the word to the hotel that does not come."""


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


def alert_storm(stage: Stage) -> Iterator[str]:
    """Many alerts, few faults; and one that goes away by itself."""
    yield f"Alertmanager: three faults come and go, {3 * words.FLAPS} alerts within minutes"
    before = len(stage.incidents())
    named = [stage.alerts(words.storm(flap)) for flap in range(words.FLAPS)]
    disk = named[0][0]
    led_to = stage.until("the storm is read", lambda: _led_to(stage, named))
    opened = len(stage.incidents()) - before
    expect(len(led_to) == opened == 3, f"The storm led to {sorted(led_to)}, and {opened} incidents opened.")
    yield f"{', '.join(sorted(led_to))}: that is {opened} incidents; Alertmanager repeats itself in vain"
    again = stage.alerts(words.storm(0))
    expect(again == named[0], f"The repeated alerts of {named[0]} became {again}.")
    yield f"{disk}: the alert is over, and the incident ends with it"
    stage.alerts(words.disk_alert_over())
    stage.ended(disk, "resolution", "kept")
    stage.status(disk, "resolved")


def late_update(stage: Stage) -> Iterator[str]:
    """A promise is missed, and that is said."""
    yield "A hotel waits for its bookings; a person answers, and says by when there is more"
    reference = stage.request(words.HOTEL)
    stage.mail("acknowledgement", reference)
    stage.command(reference, "update", **words.HOTEL_FOUND, next_by=seconds_from_now(LATE))
    stage.mail("update", reference)
    stage.ended(reference, "first_response", "kept")
    yield f"{reference}: three quarters of the time go by without a word, and the promise is at risk"
    stage.promise(reference, "next_update", "at risk", lambda one: one["warned_at"])
    yield f"{reference}: the time is over, then the promise is breached"
    stage.ended(reference, "next_update", "breached")
    yield f"{reference}: the customer is told so, and gets a new promise"
    stage.mail("breach_notice", reference)
    stage.promise(reference, "next_update", "made", lambda one: one["state"] == "open")
    yield f"{reference}: a person writes what came out, and the new promise is kept"
    stage.command(reference, "update", **words.HOTEL_LATER, next_by=seconds_from_now(120))
    stage.mail("update", reference, 2)
    stage.ended(reference, "next_update", "kept")


SCENES: tuple[Scene, ...] = (
    urgent_request,
    chinese_mails,
    alert_storm,
    question,
    reopening,
    late_update,
    survey,
    low_score,
    evening,
)


def _led_to(stage: Stage, named: list[list[str]]) -> set[str] | None:
    """The incidents that alerts led to, once the last of them is there."""
    try:
        return {stage.incident(one)["id"] for receipt in named for one in receipt}
    except DemoFailed:
        return None


def _is_read(stage: Stage, reference: str, text: str, language: str) -> None:
    read = stage.incident(reference)
    expect(text in read["description"], f"{reference} was not read as it was written: {read['description']}")
    expect(read["language"] == language, f"{reference} is {read['language']}, not {language}.")
