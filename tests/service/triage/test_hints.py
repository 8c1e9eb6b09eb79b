"""An incident that seems to follow another one is tied to it, for the team only."""

from candor_common.events import LinkKind
from candor_triage.domain.hints import SEEMS_TO_FOLLOW
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import a_reply, a_request


async def ties(desk: Desk, reference: str) -> list[tuple[str, LinkKind]]:
    return [(one.incident_id, one.kind) for one in (await desk.incident(reference)).links]


async def test_the_team_reads_what_a_stranger_seems_to_follow(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    before = await desk.incident("INC-000001")
    await desk.receive(a_request("INC-000002", labels={SEEMS_TO_FOLLOW: "INC-000001"}))
    assert await ties(desk, "INC-000002") == [("INC-000001", LinkKind.RELATED)]
    assert await desk.kinds("INC-000002") == ["opened", "possible_follow_up"]
    assert await desk.incident("INC-000001") == before


async def test_a_reference_is_followed_to_the_incident_that_it_led_to(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.receive(a_reply("INC-000001", "INC-000002"))
    await desk.receive(a_request("INC-000003", labels={SEEMS_TO_FOLLOW: "INC-000002"}))
    assert await ties(desk, "INC-000003") == [("INC-000001", LinkKind.RELATED)]


async def test_both_may_come_in_one_round(desk: Desk) -> None:
    hinting = a_request("INC-000002", labels={SEEMS_TO_FOLLOW: "INC-000001"})
    await desk.receive(a_request("INC-000001"), hinting)
    assert await ties(desk, "INC-000002") == [("INC-000001", LinkKind.RELATED)]


async def test_what_nobody_knows_ties_nothing(desk: Desk) -> None:
    await desk.receive(a_request("INC-000002", labels={SEEMS_TO_FOLLOW: "INC-000999"}))
    assert await ties(desk, "INC-000002") == []
    assert await desk.kinds("INC-000002") == ["opened"]
