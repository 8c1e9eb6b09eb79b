"""A reply to what is resolved that reads like "thank you, it works" joins and opens nothing again."""

from datetime import timedelta

import pytest

from candor_common.events import Attachment, Incident, IncidentStatus, Origin, RequestJoined
from candor_triage.domain.customer import insisting
from candor_triage.domain.ending import close, verify
from candor_triage.domain.work import acknowledge
from tests.unit.triage.arrivals import WITHIN, facts, kinds, received, resolved
from tests.unit.triage.builders import NOON, a_reply, after, an_incident

THANKS = "Thank you, it works now!"
REOPENS = ["RequestJoined", "IncidentReopened"]


def over() -> list[Incident]:
    ended = resolved(an_incident())
    return [ended, verify(ended, "charter", NOON).incident, close(ended, "ana", NOON)[-1].incident]


@pytest.mark.parametrize("known", over(), ids=lambda one: one.status.value)
@pytest.mark.parametrize("text", [THANKS, "谢谢，现在好了", "謝謝，已經可以了"])
def test_it_stays_as_it_is_and_the_timeline_says_why(known: Incident, text: str) -> None:
    outcome = received(a_reply(known.id, text=text, received_at=after(hours=1)), known)
    [change] = outcome.changes
    assert isinstance(change.fact, RequestJoined)
    assert (outcome.fate, outcome.incident_id, kinds(outcome)) == (
        "joined",
        known.id,
        ["reply", "reads_confirmed"],
    )
    assert outcome.entries[1].text.startswith("That reads like a confirmation, so it was not opened again.")
    stays = ("status", "resolved_at", "verified_at", "closed_at", "reopened", "resolution")
    assert [getattr(change.incident, name) for name in stays] == [getattr(known, name) for name in stays]


def test_nobody_waits_for_an_answer_to_it() -> None:
    [change] = received(a_reply("INC-000001", text=THANKS), resolved(an_incident())).changes
    assert isinstance(change.fact, RequestJoined)
    assert change.fact.by_customer is False


def test_the_names_of_who_writes_and_of_the_owner_are_known() -> None:
    known = resolved(acknowledge(an_incident(), "Zoë", NOON).incident, "Zoë")
    text = "Hi Zoë, all good, thanks.\nLi Wei"
    assert facts(received(a_reply("INC-000001", text=text), known)) == ["RequestJoined"]
    assert facts(received(a_reply("INC-000001", text=text.replace("Zoë", "Ada")), known)) == REOPENS


SCREENSHOT = Attachment(name="screen.png", content_type="image/png", size=1, sha256="0" * 64)


@pytest.mark.parametrize(
    "reply",
    [
        a_reply("INC-000001", text="Thanks, but it still does not load."),
        a_reply("INC-000001", text="Thank you, does it work now?"),
        a_reply("INC-000001", text=""),
        a_reply("INC-000001", text=THANKS, attachments=(SCREENSHOT,)),
        insisting(a_reply("INC-000001", text=THANKS)),
    ],
    ids=["a but", "a question", "nothing", "a file", "beside a plain no"],
)
def test_in_doubt_it_is_opened_again(reply: object) -> None:
    assert facts(received(reply, resolved(an_incident()))) == REOPENS  # type: ignore[arg-type]


def test_it_means_nothing_before_the_resolution_or_long_after() -> None:
    assert kinds(received(a_reply("INC-000001", text=THANKS), an_incident())) == ["reply"]
    late = a_reply("INC-000001", text=THANKS, received_at=NOON + WITHIN + timedelta(seconds=1))
    assert received(late, resolved(an_incident())).fate == "opened"


def test_no_machine_confirms() -> None:
    outcome = received(a_reply("INC-000001", text=THANKS, origin=Origin.AUTO_REPLY), resolved(an_incident()))
    assert kinds(outcome) == ["auto_reply"]
    assert outcome.changes[-1].incident.status is IncidentStatus.RESOLVED
