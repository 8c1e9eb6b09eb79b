"""The end of the demo's day: what is open gets a date, and time goes its usual pace again."""

from collections.abc import Iterator, Mapping

from candor import demo_words as words
from candor.charter_reload import SERVICES
from candor.demo_charter import write_shipped_charter
from candor.demo_process import Running
from candor.demo_stage import Json, Stage, seconds_from_now

HOUR = 3600
_OVER = ("resolved", "verified", "closed", "cancelled", "merged")
_DATES: Mapping[str, str] = {
    words.HOTEL_ADDRESS: words.HOTEL_WHEN,
    words.TRADITIONAL_ADDRESS: words.TRADITIONAL_WHEN,
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    words.HOTEL_ADDRESS: words.HOTEL_LATER,
    words.TRADITIONAL_ADDRESS: words.TRADITIONAL_NEXT,
    words.SIMPLIFIED_ADDRESS: words.SIMPLIFIED_ANSWER,
}


def evening(stage: Stage) -> Iterator[str]:
    """Whoever looks around afterwards has an hour for an hour."""
    yield "The shift ends: whatever is open gets a date, and each customer the next word by a time"
    still = [one for one in stage.incidents() if one["status"] not in _OVER]
    for place, one in enumerate(still):
        _hand_over(stage, one, 2 + place / 3)


def at_usual_pace(candor: Running, stage: Stage) -> None:
    """What is promised from now on is promised by the shipped charter."""
    write_shipped_charter(candor.charter)
    for name in SERVICES:
        stage.call("POST", f"/v1/charter/{name}/reload")


def _hand_over(stage: Stage, incident: Json, hours: float) -> None:
    reference, customer = incident["id"], str((incident["requester"] or {}).get("address"))
    reason = _DATES.get(customer, words.ALERT_WHEN)
    if customer != words.SIMPLIFIED_ADDRESS:
        stage.command(reference, "estimate", fixed_by=seconds_from_now(2 * hours * HOUR), reason=reason)
    if customer in _WORDS:
        stage.command(reference, "update", **_WORDS[customer], next_by=seconds_from_now(hours * HOUR))
