"""Turns that a request takes in the demo: a question that stops the clock, and a fix that did not hold."""

from collections.abc import Iterator
from datetime import timedelta

from candor import demo_words as words
from candor.demo_stage import Stage, expect, moment, page_of, seconds_from_now


def question(stage: Stage) -> Iterator[str]:
    """While the customer has the word, the time is not ours to lose."""
    reference = stage.reference_of(words.TRADITIONAL_ADDRESS)
    yield f"{reference}: a person asks the customer something, and the clock of the fix stands still"
    before = stage.promise(reference, "resolution", "made", lambda one: one["running"])
    stage.command(reference, "ask", question=words.TRADITIONAL_QUESTION)
    asked = stage.message("question", reference)
    stage.promise(reference, "resolution", "paused", lambda one: not one["running"])
    yield f"{reference}: two seconds go by; the customer answers by mail, and the clock goes on"
    stage.let_pass(2)
    stage.reply(words.traditional_answer(asked["message_id"]))
    stage.status(reference, "in_progress")
    after = stage.promise(reference, "resolution", "resumed", lambda one: one["running"])
    moved = moment(after["due_at"]) - moment(before["due_at"])
    expect(moved >= timedelta(seconds=2), f"{reference}: the fix is due {moved} later, not two seconds.")
    yield f"{reference}: a person goes on with what the customer said"
    stage.command(reference, "update", **words.TRADITIONAL_NEXT, next_by=seconds_from_now(120))
    stage.mail("update", reference, 2)


def reopening(stage: Stage) -> Iterator[str]:
    """A fix that the customer sees otherwise is no fix."""
    yield "A clinic's connection drops; a person takes it and mends it"
    reference = stage.request(words.CLINIC)
    stage.mail("acknowledgement", reference)
    stage.command(reference, "acknowledge")
    stage.command(reference, "resolve", **words.CLINIC_RESTARTED)
    page = page_of(stage.mail("resolution", reference))
    yield f"{reference}: the customer opens the page in the mail and says that it is not solved"
    expect("/not-solved" in stage.visit(page), f"{reference}: the customer's page has no form to say no.")
    stage.submit(f"{page}/not-solved", text=words.CLINIC_STILL)
    stage.status(reference, "reopened")
    yield f"{reference}: it is open again; a person finds the true cause"
    stage.command(reference, "update", **words.CLINIC_FOUND, next_by=seconds_from_now(20))
    stage.mail("update", reference)
    stage.ended(reference, "next_update", "kept")
    yield f"{reference}: it is mended once more, and a person looks again: this time the fix holds"
    stage.command(reference, "resolve", **words.CLINIC_MENDED)
    stage.mail("resolution", reference, 2)
    stage.ended(reference, "resolution", "kept")
    stage.command(reference, "verify")
    stage.status(reference, "verified")
