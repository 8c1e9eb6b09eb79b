"""What customers say about the fix: in a survey, and on a page of their own."""

from datetime import timedelta

import pytest

from candor_common.errors import NotFound
from candor_common.events import (
    Incident,
    IncidentDisputed,
    IncidentReopened,
    IncidentResumed,
    IncidentStatus,
    IncidentVerified,
    RequestJoined,
    SurveyAnswered,
)
from candor_triage import customers
from candor_triage.customers import Said
from candor_triage.domain.life import Refused
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.unit.triage.builders import CHARTER, LI, NOON, a_request, after
from tests.unit.triage.test_timeline import a_survey

SAYS_NO = "The customer says in the survey that it is not solved."
LATE = CHARTER.reopen_within + timedelta(seconds=1)


async def fixed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()


def answered(solved: bool | None, **given: object) -> SurveyAnswered:
    return SurveyAnswered(survey=a_survey(**{"solved": solved, "answered_at": after(hours=1)} | given))


async def test_not_solved_in_a_survey_opens_it_again(desk: Desk) -> None:
    await fixed(desk)
    reopened, state = await desk.receive(answered(False, overall=1))
    assert isinstance(reopened, IncidentReopened)
    assert (reopened.by, reopened.reason) == ("li@example.com", SAYS_NO)
    assert (await desk.incident("INC-000001")).status is IncidentStatus.REOPENED
    assert state.sequence == 3
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "survey_answered", "reopened"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("said", "text"),
    [({"comment": "It is down again."}, "It is down again."), ({"language": "zh-Hant"}, "問題沒有解決")],
    ids=["in their words", "by one click"],
)
async def test_a_no_that_comes_too_late_is_told_as_words_of_the_customer(
    desk: Desk, said: dict[str, str], text: str
) -> None:
    await fixed(desk)
    disputed, state = await desk.receive(answered(False, answered_at=NOON + LATE, **said))
    assert isinstance(disputed, IncidentDisputed)
    assert (disputed.by, disputed.text, disputed.said_at) == (LI, text, NOON + LATE)
    assert (await desk.incident("INC-000001")).status is IncidentStatus.RESOLVED
    assert state.sequence == 3
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "survey_answered", "disputed"]


@ON_SQLITE
async def test_the_same_late_words_of_a_survey_have_one_id(desk: Desk) -> None:
    await fixed(desk)
    late = NOON + LATE
    ids = []
    for score, comment in ((1, "Down again."), (2, "Down again."), (2, "Still down.")):
        heard = await desk.receive(answered(False, answered_at=late, overall=score, comment=comment))
        ids += [one.request_id for one in heard if isinstance(one, IncidentDisputed)]
    assert (ids[0] == ids[1], ids[1] == ids[2]) == (True, False)


@ON_SQLITE
async def test_a_no_about_an_earlier_resolution_is_noted(desk: Desk) -> None:
    await fixed(desk)
    assert await desk.receive(answered(False, answered_at=after(minutes=-1))) == []
    why = "It is not opened again by that any more."
    assert await desk.entries("INC-000001", "warning") == [("charter", f"{SAYS_NO} {why}")]


@ON_SQLITE
async def test_a_second_no_changes_nothing_more(desk: Desk) -> None:
    await fixed(desk)
    await desk.receive(answered(False), answered(False, comment="Really."))
    assert (await desk.incident("INC-000001")).reopened == 1
    assert len(await desk.entries("INC-000001", "survey_answered")) == 2


@ON_SQLITE
async def test_a_yes_in_a_survey_confirms_it(desk: Desk) -> None:
    await fixed(desk)
    verified, _state = await desk.receive(answered(True))
    assert isinstance(verified, IncidentVerified)
    assert verified.by_customer
    assert await desk.receive(answered(True), answered(None, overall=3)) == []


@ON_SQLITE
async def test_an_answer_about_what_is_not_known_here_stays_in_its_timeline(desk: Desk) -> None:
    assert await desk.receive(answered(False)) == []
    assert await desk.kinds("INC-000001") == ["survey_answered"]


async def confirm(desk: Desk) -> Incident:
    return await desk.database.transact(lambda one: customers.confirm(one, "INC-000001", LI))


async def not_solved(desk: Desk) -> Incident:
    return await desk.database.transact(
        lambda one: customers.not_solved(one, "INC-000001", LI, "It is slow.", CHARTER)
    )


async def write(desk: Desk, id: str, reference: str = "INC-000001") -> Incident:
    said = Said(id, "It is the second shop.")
    return await desk.database.transact(lambda one: customers.add_words(one, reference, LI, said, CHARTER))


async def test_on_their_page_customers_confirm_a_fix_once(desk: Desk) -> None:
    await fixed(desk)
    assert (await confirm(desk)).status is IncidentStatus.VERIFIED
    assert (await confirm(desk)).version == 3
    verified, _state = await desk.told()
    assert isinstance(verified, IncidentVerified)
    assert (verified.by, verified.by_customer) == ("li@example.com", True)


async def test_on_their_page_customers_say_that_it_is_not_solved(desk: Desk) -> None:
    await fixed(desk)
    assert (await not_solved(desk)).status is IncidentStatus.REOPENED
    assert (await not_solved(desk)).reopened == 1
    assert await desk.entries("INC-000001", "reopened") == [("li@example.com", "Opened again: It is slow.")]


@ON_SQLITE
async def test_what_is_not_possible_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await confirm(desk)
    await desk.receive(a_request("INC-000001"))
    for attempt in (confirm, not_solved):
        with pytest.raises(Refused, match="nobody has resolved it yet"):
            await attempt(desk)
    await desk.act("INC-000001", "cancel", reason="An advertisement.")
    with pytest.raises(Refused, match="nothing comes after it"):
        await write(desk, "late")


@ON_SQLITE
async def test_what_is_said_on_their_page_too_late_to_open_it_again_is_told_once(desk: Desk) -> None:
    await fixed(desk)
    desk.clock.advance(LATE)
    for act in (not_solved(desk), write(desk, "late"), write(desk, "late")):
        assert (await act).status is IncidentStatus.RESOLVED
    said = [one for one in await desk.told() if isinstance(one, IncidentDisputed)]
    assert [one.text for one in said] == ["It is slow.", "It is the second shop.", "It is the second shop."]
    assert len({one.request_id for one in said}) == 2


async def test_words_of_a_page_are_a_reply_and_are_taken_once(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.act("INC-000001", "ask", question="Which shop?")
    await desk.told()
    assert (await write(desk, "one")).status is IncidentStatus.IN_PROGRESS
    assert [type(fact) for fact in (await desk.told())[:2]] == [RequestJoined, IncidentResumed]
    assert (await write(desk, "one")).version == 4
    assert await desk.entries("INC-000001", "reply") == [
        ("Li Wei <li@example.com>", "It is the second shop.")
    ]


@ON_SQLITE
async def test_words_for_a_merged_incident_reach_the_one_that_goes_on(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await desk.act("INC-000001", "merge", into="INC-000002")
    assert (await write(desk, "one")).id == "INC-000001"
    assert await desk.kinds("INC-000002") == ["opened", "linked", "reply"]
    await desk.act("INC-000002", "cancel", reason="An advertisement.")
    with pytest.raises(Refused):
        await write(desk, "two")
