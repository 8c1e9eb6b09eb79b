"""From a fix that holds to a survey, and from its answer to somebody who gets in touch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from candor_common.events import (
    FollowUpDone,
    FollowUpOpened,
    IncidentDisputed,
    IncidentReopened,
    IncidentVerified,
    PromiseKept,
    PromiseMade,
    ReplyReceived,
    SurveyAnswered,
    SurveyInvited,
    SurveySkipped,
)
from tests.worlds.actions import alert, do, letter, request, resolve
from tests.worlds.embedded import World, opened
from tests.worlds.moments import at, days, hours
from tests.worlds.story import Action, Telling, event, mail, push, story, want

ANN = "ann@shop.example"
DOWN = request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)
FIX = resolve("A disk.", "Replaced.", "Orders go through.")
HELD = 10 + days(2)
"""When the watch over a fix of minute 10 ends."""
ASKED = HELD + 60


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


def say(**said: str) -> Action:
    """The customer clicks on a score in the mail, and sends the form with more."""

    async def run(telling: Telling) -> None:
        [got] = telling.mails("survey", ANN)
        path = got.survey_link[got.survey_link.index("/survey/") :]
        page = await telling.stage.http.get(path, params={"overall": said.get("overall", "")})
        assert page.status_code == 200
        answer = await telling.stage.http.post(path, data=said)
        assert answer.status_code == 303, answer.text

    return do(f"answer {said}", run)


def finish(kind: str, answer: str) -> Action:
    """Somebody does what an answer has led to."""

    async def run(telling: Telling) -> None:
        listed = await telling.stage.http.get("/v1/follow-ups", params={"state": "open"})
        [one] = [found["follow_up"] for found in listed.json() if found["follow_up"]["kind"] == kind]
        body = {"by": "ben", "answer": answer}
        done = await telling.stage.http.post(f"/v1/follow-ups/{one['id']}/done", json=body)
        assert done.status_code == 200, done.text

    return do(f"finish {kind}", run)


async def test_a_low_score_leads_to_somebody_who_gets_in_touch(world: World) -> None:
    await world.tell(
        story(
            "a fix that holds, an unhappy customer, and a call",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), FIX),
            want(at(10), mail("resolution", to=ANN)),
            *(want(at(0), event(PromiseMade, kind=kind)) for kind in ("first_response", "resolution")),
            *(want(at(10), event(PromiseKept, kind=kind)) for kind in ("first_response", "resolution")),
            want(at(HELD), event(IncidentVerified, by="charter")),
            want(at(ASKED), event(SurveyInvited)),
            want(at(ASKED), mail("survey", to=ANN)),
            push(at(ASKED + 30), say(overall="2", speed="5", comment="Call before you restart.")),
            want(at(ASKED + 30), event(SurveyAnswered, overall=2, speed=5, solved=None)),
            want(at(ASKED + 30), event(FollowUpOpened)),
            want(at(ASKED + 30), event(FollowUpOpened)),
            want(at(ASKED + 30), event(PromiseMade, kind="follow_up", due_at=at(ASKED + 30 + days(1)))),
            want(at(ASKED + 30), event(PromiseMade, kind="improvement_reply")),
            push(at(ASKED + hours(3)), finish("follow_up", "Called; it was the restart at noon.")),
            want(at(ASKED + hours(3)), event(FollowUpDone)),
            want(at(ASKED + hours(3)), event(PromiseKept, kind="follow_up")),
            push(at(ASKED + hours(4)), say(overall="4", comment="Call before you restart.")),
            want(at(ASKED + hours(4)), event(SurveyAnswered, overall=4, speed=None)),
            end=ASKED + hours(5),
        )
    )
    summed = (await world.http.get("/v1/feedback/summary")).json()["all"]
    assert (summed["invitations"], summed["answers"], summed["questions"]["overall"]["mean"]) == (1, 1, 4.0)


async def test_a_fix_that_does_not_hold_is_not_asked_about(world: World) -> None:
    await world.tell(
        story(
            "the customer writes again before the survey leaves",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), FIX),
            want(at(10), mail("resolution", to=ANN)),
            want(at(HELD), event(IncidentVerified)),
            push(at(HELD + 30), letter("Re: Shop", "Down again.", sender=ANN, answers="resolution")),
            want(at(HELD + 30), event(IncidentReopened)),
            want(at(HELD + 30, HELD + 31), mail("reopened", to=ANN)),
            want(at(HELD + 30), event(SurveySkipped, reason="opened again")),
            end=HELD + 45,
        )
    )


async def test_what_a_customer_says_is_not_solved_goes_on(world: World) -> None:
    await world.tell(
        story(
            "the survey brings it to light",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), FIX),
            want(at(10), mail("resolution", to=ANN)),
            want(at(ASKED), mail("survey", to=ANN)),
            push(at(ASKED + 10), say(solved="no")),
            want(at(ASKED + 10), event(SurveyAnswered, overall=None, solved=False)),
            want(at(ASKED + 10), event(IncidentReopened, status="reopened")),
            want(at(ASKED + 10, ASKED + 11), mail("reopened", to=ANN)),
            want(at(ASKED + 10), event(FollowUpOpened)),
            end=ASKED + 20,
        )
    )


async def test_what_is_not_solved_after_all_goes_on_in_an_incident_that_follows(world: World) -> None:
    late = ASKED + days(9)
    await world.tell(
        story(
            "the survey is answered when the incident is closed and can't be opened again",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), FIX),
            want(at(10), mail("resolution", to=ANN)),
            want(at(ASKED), mail("survey", to=ANN)),
            want(at(10 + days(7)), mail("closed", to=ANN)),
            push(at(late), say(solved="no", comment="It is down every night.")),
            want(at(late), event(SurveyAnswered, solved=False)),
            want(at(late), event(IncidentDisputed, status="closed", text="It is down every night.")),
            want(at(late), event(ReplyReceived)),
            want(at(late, late + 1), mail("acknowledgement", to=ANN)),
            end=late + 20,
        )
    )
    listed = (await world.http.get("/v1/incidents")).json()["incidents"]
    assert [one["status"] for one in listed] == ["open", "closed"]
    follows, old = listed
    assert follows["links"] == [{"incident_id": old["id"], "kind": "follows"}]
    assert (follows["title"], follows["requester"]) == (old["title"], old["requester"])
    assert follows["description"] == "It is down every night."
    timeline = (await world.http.get(f"/v1/incidents/{old['id']}")).json()["timeline"]
    assert any(follows["id"] in one["text"] for one in timeline)


async def test_that_no_machine_was_asked_is_told(world: World) -> None:
    await world.tell(
        story(
            "an alert clears and stays away",
            push(at(0), alert("DiskFull")),
            push(at(10), alert("DiskFull", status="resolved")),
            want(at(HELD), event(IncidentVerified)),
            want(at(HELD), event(SurveySkipped, reason="a machine reported it")),
            end=ASKED + 60,
        )
    )
