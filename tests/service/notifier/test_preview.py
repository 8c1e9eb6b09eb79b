"""The preview of a message: what it shows is what the customer gets, and nothing is kept of it."""

import email
import re
from datetime import timedelta
from email.policy import default
from typing import Any

import httpx
import pytest

from candor_common.events import (
    Channel,
    Contact,
    CustomerAsked,
    EstimateGiven,
    Fact,
    Incident,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    PromiseKind,
    PromiseMade,
    WorkaroundGiven,
)
from candor_notifier.channels import mailbox
from candor_notifier.domain.drafted import Draft, foretold
from tests.service.notifier.conftest import ON_SQLITE, Office
from tests.unit.notifier.builders import LANGUAGES, a_promise, after, an_incident

HERE = "http://localhost/v1/messages/preview"
HOSTILE = "<script>alert(1)</script>"
DRAFTS: dict[str, tuple[type[Fact], dict[str, str]]] = {
    "update": (IncidentUpdated, {"doing": "We look.", "expect": "An hour.", "next_by": "2026-03-03T14:00Z"}),
    "ask": (CustomerAsked, {"question": "Since when?"}),
    "estimate": (EstimateGiven, {"fixed_by": "2026-03-03T16:00Z", "reason": "A disk is copied."}),
    "workaround": (WorkaroundGiven, {"text": "Use the other one."}),
    "resolve": (IncidentResolved, {"cause": "Disk", "done": "Room", "checked_function": "It loads."}),
}
"""By command: what it tells, and in which words."""


def drafted(command: str, **given: str) -> dict[str, str]:
    words = DRAFTS[command][1]
    return {"incident": "INC-000042", "command": command, "by": "ana"} | words | given


async def opened(office: Office, **given: Any) -> Incident:
    incident = an_incident(**given)
    promises = [a_promise(), a_promise(PromiseKind.RESOLUTION, due_at=after(hours=4))]
    await office.hear(
        IncidentOpened(incident=incident, request_id="r"), *(PromiseMade(promise=one) for one in promises)
    )
    await office.deliver(seconds=5)
    return incident


async def preview(office: Office, command: str, **given: str) -> httpx.Response:
    return await office.client.post(HERE, json=drafted(command, **given))


async def left(office: Office) -> tuple[str, str]:
    """Subject and text of the newest mail."""
    rows = await office.database.read(lambda connection: mailbox.newest(connection, 1))
    found = await office.database.read(lambda connection: mailbox.by_id(connection, rows[0]["id"]))
    assert found is not None
    mail = email.message_from_bytes(bytes(found["raw"]), policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(mail["Subject"]), str(body.get_content())


def unsigned(text: str) -> str:
    """Without the signature in the link, which is another each second, and as mail ends its lines."""
    return re.sub(r"/c/\S+", "/c/", text).replace("\r\n", "\n").strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", DRAFTS)
async def test_what_is_shown_is_what_leaves(office: Office, command: str, language: str) -> None:
    incident = await opened(office, language=language, requester=Contact(address="li@shop.example"))
    shown = (await preview(office, command)).raise_for_status().json()
    fact = foretold(Draft.model_validate(drafted(command)), incident, office.clock.now())
    later = fact.incident.model_copy(update={"version": 2})
    office.clock.advance(timedelta(seconds=1))
    await office.hear(fact.model_copy(update={"incident": later}))
    await office.deliver()
    subject, text = await left(office)
    assert (shown["channel"], shown["recipient"], shown["language"]) == ("mail", "li@shop.example", language)
    assert shown["subject"] == subject
    assert unsigned(shown["text"]) == unsigned(text)


async def test_nothing_is_kept_of_it(office: Office) -> None:
    await opened(office)
    before, told = await office.messages(), await office.told()
    assert len(told) == 1
    for command in DRAFTS:
        (await preview(office, command)).raise_for_status()
    await office.deliver(minutes=1)
    assert await office.messages() == before
    assert await office.told() == []


async def test_times_are_read_by_the_clock_of_the_house_and_told_in_the_zone_of_the_customer(
    office: Office,
) -> None:
    await opened(office, requester=Contact(address="li@shop.example", zone="Asia/Tokyo"))
    office.runtime.context.settings.__dict__["time_zone"] = "Asia/Shanghai"
    shown = (await preview(office, "update", next_by="2026-03-03T22:00")).json()
    assert "We will write to you by Tue 3 Mar, 23:00 (Japan Standard Time)" in shown["text"]


async def test_a_telephone_gets_the_short_form(office: Office) -> None:
    office.runtime.context.settings.__dict__["sms_url"] = "set"
    await opened(office, channel=Channel.SMS, requester=Contact(address="+4915100000"))
    shown = (await preview(office, "update")).json()
    assert (shown["channel"], shown["subject"], shown["html"]) == ("sms", "", "")
    assert shown["text"].startswith("We look.")
    assert shown["text"].endswith("[INC-000042]")


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (drafted("update", incident="INC-999999"), 404, "There is no incident INC-999999"),
        (drafted("update") | {"command": "note"}, 422, "command"),
        (drafted("estimate", fixed_by=""), 422, "Name the date"),
        (drafted("update", next_by="tomorrow"), 422, "next_by"),
        ([], 400, "JSON object"),
    ],
)
@ON_SQLITE
async def test_what_can_not_be_shown_is_a_problem(
    office: Office, body: object, status: int, why: str
) -> None:
    await opened(office)
    answer = await office.client.post(HERE, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert why in answer.json()["detail"]


async def test_without_a_customer_nobody_would_get_it(office: Office) -> None:
    await opened(office, requester=None)
    answer = await preview(office, "update")
    assert answer.status_code == 409
    assert "no customer wrote this incident" in answer.json()["detail"]


@ON_SQLITE
@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("read",), 403), (("read", "work"), 200)])
async def test_it_needs_a_key_that_may_work(office: Office, scopes: tuple[Any, ...], status: int) -> None:
    await opened(office)
    headers = office.key("somebody", *scopes) if scopes else {}
    if not scopes:
        office.key("another", "work")
    answer = await office.client.post(HERE, json=drafted("update"), headers=headers)
    assert answer.status_code == status


@ON_SQLITE
async def test_a_form_without_script_gets_a_page_that_carries_on_what_was_written(office: Office) -> None:
    await opened(office)
    key = office.key("ana", "work")
    given = drafted("update", doing=HOSTILE, csrf="kept", version="3")
    answer = await office.client.post(HERE, data=given, headers=key | {"Accept": "text/html"})
    assert answer.status_code == 200
    assert "News about: The shop answers with error 502 [INC-000042]" in answer.text
    assert 'action="/incidents/INC-000042/update"' in answer.text
    assert HOSTILE not in answer.text
    assert answer.text.count("&lt;script&gt;") == 2
    for name, value in {"csrf": "kept", "version": "3", "expect": "An hour."}.items():
        assert f'<textarea name="{name}" hidden>\n{value}</textarea>' in answer.text


@ON_SQLITE
async def test_a_form_of_another_site_gets_nothing(office: Office) -> None:
    await opened(office)
    answer = await office.client.post(HERE, data=drafted("update"), headers={"Accept": "text/html"})
    assert answer.status_code == 403


@ON_SQLITE
async def test_a_page_says_why_nothing_can_be_shown(office: Office) -> None:
    await opened(office)
    given, key = drafted("estimate", fixed_by=""), office.key("ana", "work")
    answer = await office.client.post(HERE, data=given, headers=key | {"Accept": "text/html"})
    assert answer.status_code == 422
    assert "Name the date, and the message is shown here." in answer.text
    assert "Send it to the customer" not in answer.text
