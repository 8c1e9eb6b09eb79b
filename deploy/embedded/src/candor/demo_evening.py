"""The end of the demo's day: who waits is told by when there is more, and time goes its usual pace again."""

from collections.abc import Iterator, Mapping

from candor import demo_words as words
from candor.charter_reload import SERVICES
from candor.demo_charter import write_shipped_charter
from candor.demo_process import Running
from candor.demo_stage import Stage, seconds_from_now

HOUR = 3600
_OVER = ("resolved", "verified", "closed", "cancelled", "merged")
_WORDS: Mapping[str, Mapping[str, str]] = {
    words.HOTEL_ADDRESS: words.HOTEL_NIGHT,
    words.TRADITIONAL_ADDRESS: words.TRADITIONAL_NIGHT,
    words.SIMPLIFIED_ADDRESS: words.SIMPLIFIED_ANSWER,
}


def evening(stage: Stage) -> Iterator[str]:
    """Whoever looks around afterwards has an hour for an hour."""
    yield "The shift ends: every customer who still waits is told by when there is more"
    still = [one for one in stage.incidents() if one["status"] not in _OVER]
    for place, one in enumerate(still):
        customer = str((one["requester"] or {}).get("address"))
        if customer in _WORDS:
            next_by = seconds_from_now((2 + place / 3) * HOUR)
            stage.command(one["id"], "update", **_WORDS[customer], next_by=next_by)


def at_usual_pace(candor: Running, stage: Stage) -> None:
    """What is promised from now on is promised by the shipped charter."""
    write_shipped_charter(candor.charter)
    for name in SERVICES:
        stage.call("POST", f"/v1/charter/{name}/reload")
