"""The urgent outage of the demo: an estimate is given and moved, and the customer says that it works."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from candor import demo_words as words
from candor.demo_stage import Stage, expect, page_of, seconds_from_now

ESTIMATE, MOVED = timedelta(seconds=115), timedelta(seconds=240)
"""From now. Further apart than a minute, and than the target from the first, so that each reads as another time."""


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
    yield from _estimates(stage, reference)
    yield f"{reference}: meanwhile the shop can sell in another way"
    stage.command(reference, "workaround", text=words.SHOP_WORKAROUND)
    stage.mail("workaround", reference)
    yield f"{reference}: three seconds of work pass; the next word comes in time"
    stage.let_pass(3)
    stage.command(reference, "update", **words.SHOP_NEARLY, next_by=seconds_from_now(10))
    stage.ended(reference, "next_update", "kept")
    yield from _end(stage, reference)


def _estimates(stage: Stage, reference: str) -> Iterator[str]:
    first, second = datetime.now(UTC) + ESTIMATE, datetime.now(UTC) + MOVED
    yield f"{reference}: says when it will work again"
    stage.command(reference, "estimate", fixed_by=first.isoformat(), reason=words.SHOP_WHEN)
    stage.mail("estimate", reference)
    yield f"{reference}: it takes longer, and that is said before the time is over"
    stage.command(reference, "estimate", fixed_by=second.isoformat(), reason=words.SHOP_LATER)
    told = stage.mail("estimate", reference, 2).text
    for one in (first, second):
        there = one.astimezone(ZoneInfo(words.SHOP_ZONE)).strftime("%H:%M")
        expect(there in told, f"{reference}: the mail about the new time does not name {there}: {told}")
    expect(words.SHOP_LATER in told, f"{reference}: the mail about the new time does not say why: {told}")


def _end(stage: Stage, reference: str) -> Iterator[str]:
    yield f"{reference}: it works again, and the customer reads why and how it was checked"
    stage.command(reference, "resolve", **words.SHOP_MENDED)
    told = stage.mail("resolution", reference)
    for kind in ("resolution", "estimate"):
        stage.ended(reference, kind, "kept")
    yield f"{reference}: the customer opens the page in the mail and says that it works"
    page = page_of(told)
    expect("/works" in stage.visit(page), f"{reference}: the customer's page has no form to confirm.")
    stage.submit(f"{page}/works")
    stage.status(reference, "verified")
