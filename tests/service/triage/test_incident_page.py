"""The incident's page: what it shows, and its commands as forms without script."""

from typing import Any

import pytest

from candor_common.events import PromiseBreached, PromiseMade, PromiseState
from candor_triage import commands
from candor_triage.domain.rules import RULES
from candor_triage.incident_words import COMMANDS, LABELS, OPTIONS
from candor_triage.pages import forms
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser, Page
from tests.unit.triage.builders import CHARTER, NOON, a_reply, a_request, a_signal, after
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
HERE = "/incidents/INC-000001"
WORDS = {"doing": "We look.", "expect": "An hour.", "by": "ana"}


def offered(page: Page) -> list[str]:
    """The commands that have a form, in their order."""
    return [one.action.rpartition("/")[2] for one in page.forms if one.action.startswith("/incidents/")]


async def send(browser: Browser, command: str, status: int = 200, /, **words: str) -> Page:
    page = await browser.open(HERE)
    return await browser.send(page.form(f"{HERE}/{command}"), status, **{"by": "ana"} | words)


async def test_words_of_the_customer_ours_and_notes_stand_apart(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001", text="And now?"))
    await send(browser, "update", **WORDS)
    await send(browser, "note", text="It is the import again.")
    page = await browser.open(HERE)
    assert page.having("article") == ["entry customer", "entry customer", "entry ours", "entry notes"]
    assert len([link for link in page.links if link.endswith("/original")]) == 2
    assert "Team only" in page.text
    assert "It is the import again." in page.text


@pytest.mark.parametrize(
    ("show", "shown", "hidden"),
    [
        ("notes", "secret thought", "We look."),
        ("ours", "We look.", "secret thought"),
        ("customer", "The page does not load", "We look."),
        ("system", "Opened as", "secret thought"),
    ],
)
async def test_the_stream_can_be_looked_at_in_parts(
    desk: Desk, browser: Browser, show: str, shown: str, hidden: str
) -> None:
    await desk.receive(a_request("INC-000001"))
    await send(browser, "update", **WORDS)
    await send(browser, "note", text="secret thought")
    text = (await browser.open(f"{HERE}?show={show}")).text
    assert shown in text
    assert hidden not in text


async def test_the_next_promise_stands_first_and_every_one_has_a_strip_in_words(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"), PromiseMade(promise=a_promise()))
    missed = a_promise(
        "p2", state=PromiseState.BREACHED, breached_at=after(minutes=30), due_at=after(minutes=30)
    )
    await desk.receive(PromiseBreached(promise=missed, fired_at=NOON))
    desk.clock.set(after(minutes=40))
    page = await browser.open(HERE)
    assert "Missed: first answer" in page.text
    assert page.text.index("Missed: first answer") < page.text.index("What happened")
    assert "10 min late" in page.text
    assert "first answer: made 12:00, due 13:00, 20 min left" in page.text
    assert "first answer: made 12:00, due 12:30, Missed" in page.text


async def test_an_incident_is_led_from_start_to_end_by_forms_alone(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"))
    await send(browser, "acknowledge")
    await send(browser, "update", **WORDS, next_by="2026-03-03T14:30")
    await send(browser, "ask", question="Since when?")
    await send(browser, "resume")
    await send(browser, "plan", what="Restart", who="ana", timetable="now")
    await send(browser, "estimate", fixed_by="2026-03-03T16:00", reason="It takes that long.")
    await send(browser, "workaround", text="Use the other one.")
    await send(browser, "priority", to="P1", reason="Worse than thought.")
    await send(browser, "resolve", cause="c", done="d", checked_function="f", checked_performance="p")
    await send(browser, "verify")
    page = await send(browser, "close")
    assert offered(page) == ["note", "reopen", "decision", "link"]
    incident = await desk.incident("INC-000001")
    assert (incident.status, incident.owner, incident.priority) == ("closed", "ana", "P1")
    assert incident.last_update is not None
    assert incident.last_update.next_by == after(hours=2, minutes=30)
    assert incident.resolution is not None
    assert incident.resolution.checked == "f\np"


async def test_times_are_read_by_the_clock_of_the_house(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"))
    desk.runtime.context.settings.__dict__["time_zone"] = "Asia/Shanghai"
    await send(browser, "update", **WORDS, next_by="2026-03-03T21:30")
    told = (await desk.incident("INC-000001")).last_update
    assert told is not None
    assert told.next_by == after(hours=1, minutes=30)


@pytest.mark.parametrize(
    ("command", "words", "refusal"),
    [
        ("update", WORDS | {"next_by": "2020-01-01T10:00"}, (409, "“Next word by” is not in the future")),
        ("update", WORDS | {"next_by": "tomorrow"}, (422, "Next word by")),
        ("update", WORDS | {"doing": " "}, (422, "What are we doing? field required")),
        ("note", {"text": "x", "by": "charter"}, (422, "`charter` is not a person")),
        ("assign", {"by": "ana", "team": "nowhere"}, (400, "The charter has no team nowhere")),
        ("merge", {"by": "ana", "into": "INC-000001"}, (409, "is the same incident")),
        ("link", {"by": "ana", "to": "INC-999999"}, (400, "There is no incident INC-999999")),
    ],
)
async def test_a_refusal_stands_on_the_page_in_words_and_nothing_is_changed(
    desk: Desk, browser: Browser, command: str, words: dict[str, str], refusal: tuple[int, str]
) -> None:
    await desk.receive(a_request("INC-000001"))
    status, why = refusal
    page = await send(browser, command, status, **words)
    assert "Not done" in page.text
    assert why in page.text
    assert (await desk.incident("INC-000001")).version == 1
    again = page.form(f"{HERE}/{command}").values
    kept = {name: text for name, text in words.items() if again[name] == text}
    assert kept.keys() >= {name for name, text in words.items() if text.strip() and name != "team"}


async def test_who_writes_on_an_old_version_sees_what_is_new_and_keeps_their_words(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"))
    old = (await browser.open(HERE)).form(f"{HERE}/update")
    await desk.act("INC-000001", "acknowledge", by="bo")
    page = await browser.send(old, 412, **WORDS)
    assert "Somebody changed it while you wrote" in page.text
    fresh = page.form(f"{HERE}/update")
    assert fresh.values["doing"] == "We look."
    await browser.send(fresh)
    assert (await desk.incident("INC-000001")).last_update is not None


async def test_a_form_that_is_sent_twice_is_carried_out_once(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"))
    form = (await browser.open(HERE)).form(f"{HERE}/note")
    for text in ("A thought.", "A thought.", "Another one."):
        page = await browser.send(form, by="ana", text=text)
    assert page.having("article").count("entry notes") == 2


async def test_a_command_that_is_not_allowed_is_refused_with_the_reason(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"))
    form = (await browser.open(HERE)).form(f"{HERE}/acknowledge")
    form.action = f"{HERE}/close"
    page = await browser.send(form, 409, by="ana")
    assert "nobody has resolved it yet" in page.text


@ON_SQLITE
@pytest.mark.parametrize("command", ["nonsense", "acknowledge.html"])
async def test_what_is_no_command_is_said_to_be_none(desk: Desk, browser: Browser, command: str) -> None:
    await desk.receive(a_request("INC-000001"))
    form = (await browser.open(HERE)).form(f"{HERE}/acknowledge")
    form.action = f"{HERE}/{command}"
    assert "There is no command" in (await browser.send(form, 404, by="ana")).text


async def test_similar_incidents_of_the_past_are_shown_with_their_cause(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000009"), a_request("INC-000001"))
    await desk.resolve("INC-000009")
    page = await browser.open(HERE)
    assert "/incidents/INC-000009" in page.links
    assert "it was: A full disk." in page.text


async def test_a_reference_that_leads_elsewhere_goes_there(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001", "INC-000002"))
    answer = await browser.get("/incidents/INC-000002")
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)


@ON_SQLITE
async def test_an_unknown_reference_is_said_to_be_unknown(browser: Browser) -> None:
    assert "There is no incident INC-999999" in (await browser.open("/incidents/INC-999999", 404)).text


async def test_linked_incidents_are_named(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002", subject_line="Another one"))
    await send(browser, "link", to="INC-000002", kind="related")
    page = await browser.open(HERE)
    assert "belongs together with" in page.text
    assert "Another one" in page.text


async def test_what_a_machine_reported_has_no_page_for_a_customer(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_signal("INC-000001"))
    page = await browser.open(HERE)
    assert "Nobody: a machine reported it." in page.text
    assert not [link for link in page.links if "/c/" in link]


async def test_the_page_takes_few_questions(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), PromiseMade(promise=a_promise()))
    with desk.statements() as sent:
        await browser.open(HERE)
    assert len([one for one in sent if one.lstrip().upper().startswith("SELECT")]) <= 6


def test_every_command_of_the_api_has_a_form_with_words_for_everything() -> None:
    served: list[Any] = list(commands.works.routes)
    names = {one.path.rpartition("/")[2] for one in served}
    assert names <= COMMANDS.keys()
    for form in forms.forms(sorted(names)):
        assert {one.name for one in form.fields} <= LABELS.keys(), form.command
        assert {option for one in form.fields for option in one.options} <= OPTIONS.keys(), form.command


def test_every_command_of_the_rules_is_in_the_catalogue() -> None:
    assert RULES.keys() <= COMMANDS.keys()


def test_teams_are_chosen_from_the_charter() -> None:
    [team] = [one for one in forms.form_of("escalate").fields if one.name == "team"]
    assert forms.choices(CHARTER, team) == tuple(CHARTER.content.teams)


async def test_times_in_what_is_told_are_by_the_clock_of_the_house(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"), PromiseMade(promise=a_promise()))
    desk.runtime.context.settings.__dict__["time_zone"] = "Asia/Shanghai"
    await send(browser, "update", **WORDS, next_by="2026-03-03T21:30")
    text = (await browser.open(HERE)).text
    assert "Promised: first answer by\n21:00" in text
    assert "Next word by\n21:30" in text
    assert "Times are told in China Standard Time." in text
    assert "UTC" not in text


async def test_what_only_looks_like_a_time_stays_as_it_was_written(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", text="Down since 2026-03-03 11:00 UTC"))
    words = WORDS | {"doing": "<b> 2026-02-31 10:00 UTC </b>"}
    page = await send(browser, "update", **words)
    assert "Down since 2026-03-03 11:00 UTC" in page.text
    assert "<b> 2026-02-31 10:00 UTC </b>" in page.text


async def test_what_was_missed_stands_open_and_asks_why_until_that_is_said(
    desk: Desk, browser: Browser
) -> None:
    missed = a_promise(state=PromiseState.BREACHED, breached_at=after(hours=1))
    await desk.receive(a_request("INC-000001"), PromiseBreached(promise=missed, fired_at=NOON))
    page = await browser.open(HERE)
    assert "1 missed" in page.text
    assert f"/promises#miss-{missed.id}" in page.links
    wall = await browser.open("/promises")
    words = {"cause": "Nobody was on shift.", "measure": "A second person.", "by": "lea"}
    await browser.send(wall.form(f"/promises/{missed.id}/miss"), **words)
    page = await browser.open(HERE)
    assert "Nobody was on shift." in page.text
    assert f"/promises#miss-{missed.id}" not in page.links


async def test_what_a_customer_will_read_can_be_previewed_and_changed(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001"))
    page = await browser.open(HERE)
    form = page.form(f"{HERE}/update")
    assert (form.values["incident"], form.values["command"]) == ("INC-000001", "update")
    to_preview = [given.get("formaction") for tag, given in page.tags if tag == "button"]
    assert to_preview.count("/v1/messages/preview") == len(
        {"update", "ask", "estimate", "workaround", "resolve"}
    )
    again = await browser.send(form, **WORDS, change="1")
    assert again.form(f"{HERE}/update").values["doing"] == "We look."
    assert (await desk.incident("INC-000001")).version == 1


async def test_nothing_is_previewed_where_nobody_would_read_it(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_signal("INC-000001"))
    page = await browser.open(HERE)
    assert [given for tag, given in page.tags if tag == "button" and "formaction" in given] == []
