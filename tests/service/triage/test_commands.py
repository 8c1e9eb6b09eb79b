"""What people do to incidents over HTTP, command by command."""

from datetime import timedelta

import pytest

from candor_common.events import (
    CustomerAsked,
    EstimateGiven,
    HelpAsked,
    IncidentAssigned,
    IncidentCancelled,
    IncidentEscalated,
    IncidentLinked,
    IncidentMerged,
    IncidentResumed,
    IncidentState,
    IncidentStatus,
    IncidentVerified,
    Link,
    LinkKind,
    PlanMade,
    Priority,
    PriorityChanged,
    WorkaroundGiven,
)
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.test_api import WORDS, listed
from tests.unit.triage.builders import a_clearing, a_reply, a_request, a_signal, after

EMITTED = {
    "assign": IncidentAssigned,
    "escalate": IncidentEscalated,
    "help": HelpAsked,
    "ask": CustomerAsked,
    "resume": IncidentResumed,
    "plan": PlanMade,
    "estimate": EstimateGiven,
    "workaround": WorkaroundGiven,
    "priority": PriorityChanged,
    "cancel": IncidentCancelled,
}
BEFORE = {"help": "acknowledge", "resume": "ask"}


@ON_SQLITE
@pytest.mark.parametrize("command", EMITTED)
async def test_a_command_tells_its_fact_and_stands_in_the_timeline(desk: Desk, command: str) -> None:
    await desk.receive(a_request("INC-000001"))
    if command in BEFORE:
        await desk.act("INC-000001", BEFORE[command], **WORDS[BEFORE[command]])
    await desk.told()
    before = await desk.kinds("INC-000001")
    incident = await desk.act("INC-000001", command, **WORDS[command])
    fact, state = await desk.told()
    assert isinstance(fact, EMITTED[command])
    assert isinstance(state, IncidentState)
    assert fact.incident == state.incident == incident == await desk.incident("INC-000001")
    assert len(await desk.kinds("INC-000001")) == len(before) + 1


@ON_SQLITE
async def test_the_words_of_commands_are_in_the_incident(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    for command in ("acknowledge", "help", "plan", "estimate", "workaround", "priority"):
        incident = await desk.act("INC-000001", command, **WORDS[command])
    assert (incident.owner, incident.second, incident.priority) == ("ana", "cy", Priority.P1)
    assert incident.plan is not None
    assert incident.plan.model_dump() == WORDS["plan"]
    assert incident.estimate is not None
    assert (incident.estimate.fixed_by, incident.estimate.reason) == (
        after(hours=3),
        "A disk is on its way.",
    )
    assert (incident.workaround, incident.status) == ("Use the copy.", IncidentStatus.WORKAROUND)


@ON_SQLITE
async def test_notes_and_decisions_stay_in_the_timeline(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    before = await desk.incident("INC-000001")
    await desk.told()
    await desk.act("INC-000001", "note", **WORDS["note"])
    await desk.act("INC-000001", "note", text="Once more.")
    await desk.act("INC-000001", "decision", **WORDS["decision"])
    assert await desk.told() == []
    assert await desk.incident("INC-000001") == before
    notes = [("ana", "The customer is nervous."), ("ana", "Once more.")]
    assert await desk.entries("INC-000001", "note") == notes
    assert await desk.entries("INC-000001", "decision") == [("ana", "We replace it.\nWhy: It is old.")]
    assert (await desk.command("INC-000001", "note", 9, **WORDS["note"])).status_code == 412


@ON_SQLITE
async def test_a_resolution_names_the_checks_that_were_made(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    incident = await desk.act(
        "INC-000001",
        "resolve",
        cause="A full disk.",
        done="Removed logs.",
        checked_function="Orders go through.",
        checked_performance="A page takes 80 ms.",
    )
    assert incident.resolution is not None
    assert incident.resolution.checked == "Orders go through.\nA page takes 80 ms."


@ON_SQLITE
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("resolve", {"cause": "A.", "done": "B."}),
        ("resolve", {"cause": "A.", "done": "B.", "checked_performance": "C."}),
        ("resolve", {"cause": "A.", "done": "B.", "checked": "C.", "checked_function": "D."}),
        ("assign", {}),
        ("assign", {"to": "charter"}),
        ("estimate", {"fixed_by": "2026-03-03T15:00:00", "reason": "So."}),
        ("estimate", {"fixed_by": "2026-03-03T15:00:00Z"}),
        ("priority", {"to": "unknown", "reason": "So."}),
        ("reopen", {}),
        ("cancel", {"reason": " "}),
        ("link", {"to": "INC-000009", "kind": "merged_from"}),
        ("merge", {"into": "no such/thing"}),
    ],
)
async def test_words_that_do_not_fit_are_unprocessable(
    desk: Desk, command: str, words: dict[str, str]
) -> None:
    await desk.receive(a_request("INC-000001"))
    assert (await desk.command("INC-000001", command, 1, **words)).status_code == 422
    assert (await desk.incident("INC-000001")).version == 1


@ON_SQLITE
@pytest.mark.parametrize("command", ["assign", "escalate"])
async def test_a_team_that_the_charter_does_not_have_is_a_bad_request(desk: Desk, command: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command("INC-000001", command, 1, **WORDS[command] | {"team": "sales"})
    assert (answer.status_code, "it has service-desk, operations" in answer.json()["detail"]) == (400, True)


@ON_SQLITE
async def test_an_escalation_goes_to_the_team_that_is_named_or_to_the_charters(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    assert (await desk.act("INC-000001", "escalate", reason="Too hard.")).team == "infrastructure"
    named = await desk.act("INC-000002", "escalate", reason="Too hard.", team="security", to="di")
    assert (named.team, named.owner, named.status) == ("security", "di", IncidentStatus.ASSIGNED)


@ON_SQLITE
async def test_a_confirmation_is_the_customers(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    await desk.act("INC-000001", "confirm")
    verified, _state = await desk.told()
    assert isinstance(verified, IncidentVerified)
    assert (verified.by, verified.by_customer) == ("ana", True)


@ON_SQLITE
async def test_an_answer_ends_the_wait(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.act("INC-000001", "ask", **WORDS["ask"])
    desk.clock.advance(timedelta(minutes=9))
    facts = await desk.receive(a_reply("INC-000001", "INC-000002", received_at=desk.clock.now()))
    assert [type(fact).__name__ for fact in facts[-3:]] == [
        "RequestJoined",
        "IncidentResumed",
        "IncidentState",
    ]
    assert (await desk.incident("INC-000001")).status is IncidentStatus.IN_PROGRESS
    assert (await desk.kinds("INC-000001"))[-2:] == ["reply", "resumed"]


async def test_two_incidents_are_linked_at_both_ends(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await desk.told()
    await desk.act("INC-000002", "link", to="INC-000001", kind="follows")
    told = [fact for fact in await desk.told() if isinstance(fact, IncidentLinked)]
    assert [(fact.subject, fact.incident.links[-1]) for fact in told] == [
        ("INC-000002", Link(incident_id="INC-000001", kind=LinkKind.FOLLOWS)),
        ("INC-000001", Link(incident_id="INC-000002", kind=LinkKind.FOLLOWED_BY)),
    ]
    assert (await desk.incident("INC-000001")).version == 2


async def test_what_comes_for_a_merged_incident_goes_to_the_one_that_goes_on(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await desk.receive(a_reply("INC-000001", "INC-000003"))
    await desk.told()
    gone = await desk.act("INC-000001", "merge", into="INC-000002")
    assert (gone.status, gone.merged_into) == (IncidentStatus.MERGED, "INC-000002")
    told = [type(fact) for fact in await desk.told()]
    assert told == [IncidentMerged, IncidentLinked, IncidentState, IncidentState]
    await desk.receive(a_reply("INC-000001", "INC-000004"), a_reply("INC-000003", "INC-000005"))
    for reference in ("INC-000003", "INC-000004", "INC-000005"):
        assert (await desk.incident(reference)).id == "INC-000002"
    assert await desk.kinds("INC-000002") == ["opened", "linked", "reply", "reply"]
    assert (await desk.incident("INC-000001")).id == "INC-000001"


@ON_SQLITE
async def test_merged_again_and_over_it_still_leads_on(desk: Desk) -> None:
    await desk.receive(*(a_request(f"INC-00000{number}") for number in (1, 2, 3)))
    await desk.act("INC-000001", "merge", into="INC-000002")
    await desk.act("INC-000002", "merge", into="INC-000003")
    await desk.receive(a_reply("INC-000001", "INC-000004"))
    assert (await desk.incident("INC-000004")).id == "INC-000003"
    await desk.resolve("INC-000003")
    desk.clock.advance(timedelta(days=8))
    await desk.receive(a_reply("INC-000001", "INC-000005", received_at=desk.clock.now()))
    await desk.receive(a_reply("INC-000002", "INC-000006", received_at=desk.clock.now()))
    assert (await desk.incident("INC-000006")).id == "INC-000005"


@ON_SQLITE
async def test_what_once_followed_can_take_in_what_it_followed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    desk.clock.advance(timedelta(days=8))
    await desk.receive(a_reply("INC-000001", "INC-000002", received_at=desk.clock.now()))
    await desk.act("INC-000001", "reopen", reason="The same again.")
    await desk.act("INC-000002", "merge", into="INC-000001")
    await desk.resolve("INC-000001")
    desk.clock.advance(timedelta(days=8))
    await desk.receive(a_reply("INC-000002", "INC-000003", received_at=desk.clock.now()))
    assert (await desk.incident("INC-000003")).id == "INC-000003"


@ON_SQLITE
async def test_signals_of_a_merged_incident_go_to_the_one_that_goes_on(desk: Desk) -> None:
    await desk.receive(a_signal("INC-000001"), a_request("INC-000002"))
    await desk.act("INC-000001", "merge", into="INC-000002")
    await desk.receive(a_signal("INC-000003"))
    await desk.receive(a_clearing("INC-000004"))
    assert (await desk.incident("INC-000003")).id == (await desk.incident("INC-000004")).id == "INC-000002"
    assert (await desk.incident("INC-000002")).status is IncidentStatus.OPEN


@ON_SQLITE
async def test_a_signal_after_a_cancellation_begins_anew(desk: Desk) -> None:
    await desk.receive(a_signal("INC-000001"))
    await desk.act("INC-000001", "cancel", reason="A test of the monitoring.")
    await desk.receive(a_signal("INC-000002"))
    assert (await desk.incident("INC-000002")).id == "INC-000002"


@ON_SQLITE
async def test_a_merged_incident_takes_no_commands_and_names_the_other(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    gone = await desk.act("INC-000001", "merge", into="INC-000002")
    answer = await desk.command("INC-000001", "update", gone.version, **WORDS["update"])
    assert (answer.status_code, answer.json()["allowed"]) == (409, [])
    assert answer.json()["detail"] == (
        "INC-000001 can't take `update`: it is part of INC-000002 now; go on there."
    )
    shown = (await desk.client.get("/v1/incidents/INC-000001")).json()
    assert (shown["incident"]["merged_into"], shown["allowed"]) == ("INC-000002", [])


@ON_SQLITE
@pytest.mark.parametrize("command", ["merge", "link"])
async def test_another_incident_must_be_there_to_be_named(desk: Desk, command: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command("INC-000001", command, 1, **WORDS[command])
    assert (answer.status_code, answer.json()["detail"]) == (400, "There is no incident INC-000009 to name.")


@ON_SQLITE
async def test_a_joined_reference_names_its_incident_in_a_body_too(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"), a_reply("INC-000002", "INC-000003"))
    assert (await desk.act("INC-000001", "merge", into="INC-000003")).merged_into == "INC-000002"


@ON_SQLITE
async def test_the_board_shows_whose_it_is_and_what_to_look_at(desk: Desk) -> None:
    await desk.receive(
        a_request("INC-000001", subject_line="Hello", text="Lorem ipsum."),
        a_request("INC-000002", received_at=after(minutes=1)),
        a_request("INC-000003", received_at=after(minutes=2)),
    )
    await desk.act("INC-000002", "assign", to="bo")
    await desk.act("INC-000003", "ask", by="bo", question="Since when?")
    assert await listed(desk, unsure=True) == ["INC-000001"]
    assert await listed(desk, unsure=False) == ["INC-000003", "INC-000002"]
    assert await listed(desk, owner="bo") == ["INC-000003", "INC-000002"]
    assert await listed(desk, owner="bo", status="assigned") == ["INC-000002"]
    assert await listed(desk, status=["waiting_on_customer"]) == ["INC-000003"]
    await desk.act("INC-000001", "acknowledge")
    assert await listed(desk, unsure=True) == []
