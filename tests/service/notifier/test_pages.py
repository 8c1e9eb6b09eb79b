"""The mailbox in a browser, and the messages over HTTP."""

import re
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.embedded import embedded
from candor_common.events import IncidentResolved, IncidentUpdated, SurveyInvited, Update
from candor_common.keys import KeyRing, keys_path
from candor_common.runtime import create_app
from candor_common.settings import Settings
from tests.service.notifier.conftest import ON_SQLITE, QUIET, Office
from tests.unit.notifier.builders import FIXED, NOON, a_survey, an_incident

EVIL = "<script>alert(1)</script>"
SCRIPTS = re.compile("<script[^>]*>")
OURS = '<script src="/static/candor.js">'
"""By which a theme that was chosen holds here, too."""


async def one_mail(office: Office, title: str = "Shop") -> str:
    incident = an_incident(title=title, version=2)
    words = Update(doing=f"We look at {EVIL}", expect="{{ 7 * 7 }}")
    await office.hear(IncidentUpdated(incident=incident, by="ana", update=words))
    await office.deliver()
    return (await office.only()).id


async def test_an_empty_mailbox_says_how_to_fill_it(office: Office) -> None:
    page = await office.client.get("/mailbox")
    assert page.status_code == 200
    assert "No mail yet" in page.text
    assert "curl -sS http://candor.test/v1/requests" in page.text


async def test_the_list_shows_every_mail_without_running_it(office: Office) -> None:
    identifier = await one_mail(office, title=EVIL)
    page = await office.client.get("/mailbox")
    assert page.status_code == 200
    assert f'<a href="/mailbox/{identifier}">' in page.text
    assert "li@shop.example" in page.text
    assert SCRIPTS.findall(page.text) == [OURS]
    assert "&lt;script&gt;" in page.text


async def test_a_mail_is_shown_as_text_as_html_and_as_source(office: Office) -> None:
    identifier = await one_mail(office)
    page = await office.client.get(f"/mailbox/{identifier}")
    assert page.status_code == 200
    assert "We look at &lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert f'src="/mailbox/{identifier}/html"' in page.text
    assert "X-Candor-Loop: help.example" in page.text
    assert SCRIPTS.findall(page.text) == [OURS]


async def test_the_html_of_a_mail_is_locked_into_its_frame(office: Office) -> None:
    identifier = await one_mail(office)
    page = await office.client.get(f"/mailbox/{identifier}/html")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "We look at &lt;script&gt;" in page.text


async def test_every_kind_of_mail_can_be_read(office: Office) -> None:
    done = an_incident(version=3, language="zh-Hans", title="网店打不开")
    await office.hear(
        IncidentResolved(incident=done, by="ana", resolution=FIXED),
        SurveyInvited(survey=a_survey(language="zh-Hans")),
    )
    await office.deliver()
    for message in await office.messages():
        page = await office.client.get(f"/mailbox/{message.id}")
        assert page.status_code == 200
        assert "处理进展" in page.text


@ON_SQLITE
@pytest.mark.parametrize("path", ["/mailbox/0-0", "/mailbox/0-0/html"])
async def test_a_mail_that_is_not_there_is_not_found(office: Office, path: str) -> None:
    answer = await office.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_with_a_mail_server_there_is_no_mailbox(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, smtp_url=SecretStr("smtp://127.0.0.1:9"))
    app = create_app([QUIET], settings, embedded, clock=ManualClock(NOON), background=False)
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/mailbox")
    assert answer.status_code == 404
    assert "CANDOR_SMTP_URL" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "base", "headers", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", {}, 200),
        ("127.0.0.1", "http://localhost:8080", {}, 200),
        ("127.0.0.1", "http://rebound.example:8080", {}, 303),
        ("127.0.0.1", "http://localhost", {"X-Forwarded-For": "203.0.113.9"}, 303),
        ("0.0.0.0", "http://localhost:8080", {}, 303),
    ],
)
async def test_only_this_machine_reads_the_mailbox_without_a_key(
    tmp_path: Path, host: str, base: str, headers: dict[str, str], status: int
) -> None:
    settings = Settings(data_dir=tmp_path, host=host)
    key = KeyRing(keys_path(settings)).add("local", ("read",))
    app = create_app([QUIET], settings, embedded, clock=ManualClock(NOON), background=False)
    async with app.router.lifespan_context(app), client_of(app, base) as client:
        assert (await client.get("/mailbox", headers=headers)).status_code == status
        headers = {**headers, "Authorization": f"Bearer {key}"}
        assert (await client.get("/mailbox", headers=headers)).status_code == 200


async def test_messages_are_listed_and_shown(office: Office) -> None:
    identifier = await one_mail(office)
    listed = (await office.client.get("/v1/messages")).json()["messages"]
    assert [one["id"] for one in listed] == [identifier]
    shown = (await office.client.get(f"/v1/messages/{identifier}")).json()
    assert shown == listed[0]
    assert (shown["state"], shown["recipient"]) == ("sent", "li@shop.example")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("incident=INC-000042", 1),
        ("incident=INC-000043", 0),
        ("state=sent", 1),
        ("state=delayed", 0),
        ("incident=INC-000042&state=sent&limit=1", 1),
    ],
)
async def test_messages_can_be_chosen(office: Office, query: str, count: int) -> None:
    await one_mail(office)
    assert len((await office.client.get(f"/v1/messages?{query}")).json()["messages"]) == count


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "status"), [("?state=lost", 422), ("?limit=0", 422), ("/0-0", 404), ("/%00", 422)]
)
async def test_what_can_not_be_answered_is_a_problem(office: Office, path: str, status: int) -> None:
    answer = await office.client.get(f"/v1/messages{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_messages_need_a_key_with_the_right_to_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key = KeyRing(keys_path(settings)).add("poster", ("post",))
    app = create_app([QUIET], settings, embedded, clock=ManualClock(NOON), background=False)
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert (await client.get("/v1/messages")).status_code == 401
        assert (await client.get("/v1/messages", headers={"X-API-Key": key})).status_code == 403


def client_of(app: object, base: str = "http://localhost") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base)  # type: ignore[arg-type]
