"""Incidents over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import IncidentAcknowledged, IncidentState, IncidentUpdated
from candor_common.trace import trace_id
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.unit.triage.builders import a_reply, a_request, a_signal, after

WORDS: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "assign": {"to": "bo"},
    "escalate": {"reason": "It is the network."},
    "help": {"who": "cy", "reason": "He knows the disks."},
    "update": {"doing": "We look.", "expect": "An hour."},
    "ask": {"question": "Since when?"},
    "resume": {},
    "plan": {"what": "Replace the disk.", "who": "bo", "timetable": "By 13:00."},
    "estimate": {"fixed_by": "2026-03-03T15:00:00Z", "reason": "A disk is on its way."},
    "workaround": {"text": "Use the copy."},
    "resolve": {"cause": "A full disk.", "done": "Removed logs.", "checked": "It loads."},
    "verify": {},
    "confirm": {},
    "close": {},
    "reopen": {"reason": "It is slow."},
    "priority": {"to": "P1", "reason": "The whole shop is down."},
    "note": {"text": "The customer is nervous."},
    "decision": {"decision": "We replace it.", "reason": "It is old."},
    "link": {"to": "INC-000009"},
    "merge": {"into": "INC-000009"},
    "cancel": {"reason": "An advertisement."},
}
OPEN_COMMANDS = [
    one for one in WORDS if one not in ("help", "resume", "verify", "confirm", "close", "reopen")
]
"""What an incident that has just been opened takes."""


async def listed(desk: Desk, **query: Any) -> list[str]:
    answer = await desk.client.get("/v1/incidents", params=query)
    assert answer.status_code == 200
    return [incident["id"] for incident in answer.json()["incidents"]]


async def test_an_incident_is_shown_with_its_history_and_what_it_would_take(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001", text="Hello?"))
    answer = await desk.client.get("/v1/incidents/INC-000001")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    shown = answer.json()
    assert (shown["incident"]["id"], shown["incident"]["version"]) == ("INC-000001", 2)
    assert shown["allowed"] == OPEN_COMMANDS
    assert [line["kind"] for line in shown["timeline"]] == ["opened", "reply"]
    assert shown["timeline"][1] == {
        "at": "2026-03-03T12:00:00Z",
        "kind": "reply",
        "actor": "Li Wei <li@example.com>",
        "text": "Hello?",
    }


async def test_a_reference_that_leads_elsewhere_is_answered_with_the_incident(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001", "INC-000002"))
    answer = await desk.client.get("/v1/incidents/INC-000002")
    assert answer.json()["incident"]["id"] == "INC-000001"
    assert answer.headers["Content-Location"] == "/v1/incidents/INC-000001"
    assert (await desk.command("INC-000002", "acknowledge", 2)).json()["id"] == "INC-000001"


@pytest.mark.parametrize("command", WORDS)
async def test_an_unknown_reference_is_not_found(desk: Desk, command: str) -> None:
    assert (await desk.client.get("/v1/incidents/INC-999999")).status_code == 404
    answer = await desk.command("INC-999999", command, 1, **WORDS[command])
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:candor:problem:not-found")


async def test_an_incident_is_led_from_start_to_end_and_back(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    statuses = []
    commands = ["acknowledge", "update", "resolve", "verify", "close", "reopen"]
    for version, command in enumerate(commands, 1):
        answer = await desk.command("INC-000001", command, version, **WORDS[command])
        assert (answer.status_code, answer.headers["ETag"]) == (200, f'"{version + 1}"')
        statuses.append(answer.json()["status"])
    assert statuses == ["in_progress", "in_progress", "resolved", "verified", "closed", "reopened"]
    told = await desk.told()
    assert [fact.sequence for fact in told] == [2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    assert all(isinstance(fact, IncidentState) for fact in told[1::2])
    assert await desk.kinds("INC-000001") == [
        "opened",
        "acknowledged",
        "updated",
        "resolved",
        "verified",
        "closed",
        "reopened",
    ]


async def test_an_update_carries_the_words_and_the_time_in_utc(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command(
        "INC-000001", "update", 1, **WORDS["update"], next_by="2026-03-03T21:30:00+08:00"
    )
    told = WORDS["update"] | {"next_by": "2026-03-03T13:30:00Z", "by_phone": False}
    assert answer.json()["last_update"] == told
    updated, _state = await desk.told()
    assert isinstance(updated, IncidentUpdated)
    assert (updated.by, updated.update.next_by) == ("ana", after(hours=1, minutes=30))


@ON_SQLITE
async def test_without_a_version_nothing_is_changed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command("INC-000001", "acknowledge", None)
    assert (answer.status_code, answer.headers["Content-Type"]) == (428, "application/problem+json")
    assert await desk.told() == []


@ON_SQLITE
@pytest.mark.parametrize("given", ["1", 'W/"1"', "*", '"one"', '"1", "2"', ""])
async def test_a_version_that_is_none_is_a_bad_request(desk: Desk, given: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.client.post(
        "/v1/incidents/INC-000001/acknowledge", json={"by": "ana"}, headers={"If-Match": given}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("version", [1, 3])
async def test_a_stale_version_is_answered_with_the_current_one(desk: Desk, version: int) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001"))
    answer = await desk.command("INC-000001", "acknowledge", version)
    assert (answer.status_code, answer.headers["ETag"]) == (412, '"2"')
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:candor:problem:precondition-failed",
        "title": "Changed in the meantime",
        "status": 412,
        "detail": "INC-000001 is at version 2; read it again before you decide.",
        "version": 2,
    }
    assert await desk.told() == []


async def test_a_refusal_says_why_and_what_would_be_allowed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command("INC-000001", "close", 1)
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/problem+json")
    assert answer.json() == {
        "type": "urn:candor:problem:refused",
        "title": "Not allowed now",
        "status": 409,
        "detail": "INC-000001 can't take `close`: nobody has resolved it yet.",
        "allowed": OPEN_COMMANDS,
    }
    assert await desk.told() == []
    assert await desk.kinds("INC-000001") == ["opened"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"by": ""}, "#/by"),
        ({"by": "  "}, "#/by"),
        ({"by": "Signal"}, "#/by"),
        ({"by": "charter"}, "#/by"),
        ({}, "#/by"),
        ({"by": "ana", "whom": "bo"}, "#/whom"),
    ],
)
async def test_a_command_that_does_not_fit_is_unprocessable(
    desk: Desk, body: dict[str, str], pointer: str
) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.client.post(
        "/v1/incidents/INC-000001/acknowledge", json=body, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


@ON_SQLITE
@pytest.mark.parametrize("next_by", ["2026-03-03T13:00:00", "soon"])
async def test_a_time_without_a_zone_is_unprocessable(desk: Desk, next_by: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await desk.command("INC-000001", "update", 1, **WORDS["update"], next_by=next_by)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/next_by")


async def test_of_two_who_take_it_at_once_one_is_told_that_it_changed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    answers = await asyncio.gather(
        *(desk.command("INC-000001", "acknowledge", 1, by=name) for name in ("ana", "bo", "cy", "di"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    acknowledged, state = await desk.told()
    assert isinstance(acknowledged, IncidentAcknowledged)
    assert acknowledged.incident == await desk.incident("INC-000001")
    assert state.sequence == 2


async def test_replies_and_commands_at_once_never_overwrite_each_other(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    replies = [desk.envelope(a_reply("INC-000001", f"INC-00005{number}")) for number in range(5)]
    commands = [desk.command("INC-000001", "acknowledge", version) for version in range(1, 7)]
    applied = asyncio.gather(*(desk.apply([envelope]) for envelope in replies))
    answers = await asyncio.gather(*commands)
    await applied
    taken = sum(answer.status_code == 200 for answer in answers)
    incident = await desk.incident("INC-000001")
    assert incident.version == 1 + len(replies) + taken
    told = [fact.sequence for fact in await desk.told() if not isinstance(fact, IncidentState)]
    assert told == list(range(2, incident.version + 1))


async def test_the_trace_of_a_caller_goes_on(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    headers = {"If-Match": '"1"', "traceparent": trace}
    await desk.client.post("/v1/incidents/INC-000001/acknowledge", json={"by": "ana"}, headers=headers)
    assert {trace_id(told.traceparent) for told in await desk.envelopes()} == {trace_id(trace)}


async def test_the_board_lists_the_newest_first_page_by_page(desk: Desk) -> None:
    times = [0, 3, 1, 1, 2]
    await desk.receive(
        *(a_request(f"INC-00000{n}", received_at=after(minutes=at)) for n, at in enumerate(times))
    )
    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while not pages or cursor:
        answer = (await desk.client.get("/v1/incidents", params={"limit": "2"} | cursor)).json()
        pages.append([incident["id"] for incident in answer["incidents"]])
        cursor = {"cursor": answer["next"]} if answer["next"] else {}
    assert pages == [["INC-000001", "INC-000004"], ["INC-000003", "INC-000002"], ["INC-000000"]]


async def test_what_arrives_while_somebody_pages_shifts_nothing(desk: Desk) -> None:
    await desk.receive(*(a_request(f"INC-00000{n}", received_at=after(minutes=n)) for n in range(3)))
    first = (await desk.client.get("/v1/incidents", params={"limit": 2})).json()
    await desk.receive(a_request("INC-000009", received_at=after(minutes=9)))
    assert await listed(desk, cursor=first["next"]) == ["INC-000000"]


async def test_the_board_is_filtered(desk: Desk) -> None:
    await desk.receive(
        a_request("INC-000001", subject_line="Question", text="How do I log in?"),
        a_request("INC-000002", subject_line="Outage", text="The site is down", received_at=after(minutes=1)),
        a_signal("INC-000003", received_at=after(minutes=2)),
    )
    assert (await desk.command("INC-000003", "acknowledge", 1)).status_code == 200
    assert await listed(desk, status="open") == ["INC-000002", "INC-000001"]
    assert await listed(desk, status=["open", "in_progress"]) == ["INC-000003", "INC-000002", "INC-000001"]
    assert await listed(desk, team="service-desk") == ["INC-000001"]
    assert await listed(desk, lane="emergency") == ["INC-000002"]
    assert await listed(desk, priority=["P1", "P4"]) == ["INC-000002", "INC-000001"]
    assert await listed(desk, priority="P1", team="service-desk") == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"status": "done"}, 422),
        ({"priority": "P5"}, 422),
        ({"color": "red"}, 422),
        ({"limit": "0"}, 422),
        ({"team": "a\x00b"}, 422),
        ({"cursor": "???"}, 400),
        ({"cursor": "bm8"}, 400),
        ({"cursor": "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCBJTkMtMQ"}, 400),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    desk: Desk, query: dict[str, str], status: int
) -> None:
    assert (await desk.client.get("/v1/incidents", params=query)).status_code == status


@ON_SQLITE
async def test_a_reference_is_checked_before_anything_is_asked(desk: Desk) -> None:
    assert (await desk.client.get("/v1/incidents/INC%00")).status_code == 422


async def test_an_incident_that_time_passed_by_shows_the_clock_of_the_command(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    desk.clock.advance(timedelta(hours=2))
    answer = await desk.command("INC-000001", "resolve", 1, **WORDS["resolve"])
    assert answer.json()["resolved_at"] == "2026-03-03T14:00:00Z"
