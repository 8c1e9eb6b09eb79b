"""Who runs the installation lets senders in; their secrets are shown once, and no door is open without one."""

import asyncio
from typing import Any

import pytest

from candor_intake import store
from candor_intake.source_api import KINDS
from candor_intake.tables import source as table
from tests.plugins.served import Served
from tests.service.intake import senders
from tests.service.intake.senders import SLACK_SECRET, TWILIO_TOKEN, let_in

pytestmark = pytest.mark.packages("candor_intake")

MAPPING = {"paths": {"id": "call.uid", "caller": "legs.0.from", "direction": "way"}, "incoming": ["in"]}
WANTED: dict[str, dict[str, Any]] = {
    "slack": {"secret": SLACK_SECRET},
    "chat": {},
    "twilio-voice": {"secret": TWILIO_TOKEN},
    "twilio-sms": {"secret": TWILIO_TOKEN},
    "call-record": {"options": {"mapping": MAPPING}},
    "pagerduty": {},
}


async def refused(intake: Served, **wanted: Any) -> list[str]:
    answer = await intake.client.post("/v1/sources", json=wanted)
    assert answer.status_code == 422, answer.text
    return [one["pointer"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_source_has_an_address_to_paste_and_passes_its_test(intake: Served, kind: str) -> None:
    sender = await let_in(intake, kind, **WANTED[kind])
    assert sender.url.startswith("http://candor.test/v")
    answer = await intake.client.post(f"/v1/sources/{sender.id}/test")
    assert answer.json()["taken"], answer.text
    assert "read as a" in answer.json()["outcome"]
    # The test is kept, and nobody is set to work by it.
    assert await intake.count(store.inbound) == 1
    assert await intake.told() == []


async def test_a_secret_is_shown_once_and_never_again(intake: Served) -> None:
    sender = await let_in(intake, "chat")
    assert sender.secret.startswith("whsec_")
    listed = await intake.client.get("/v1/sources")
    assert [one["name"] for one in listed.json()["sources"]] == ["desk"]
    assert sender.secret not in listed.text
    given = await intake.client.post(
        "/v1/sources", json={"name": "slack", "kind": "slack", "secret": SLACK_SECRET}
    )
    assert given.json()["secret"] is None
    assert SLACK_SECRET not in given.text


async def test_what_is_wrong_with_a_source_is_said_without_its_secret(intake: Served) -> None:
    assert await refused(intake, name="a", kind="fax") == ["#/kind"]
    assert await refused(intake, name="A b", kind="chat") == ["#/name"]
    assert await refused(intake, name="a", kind="slack") == ["#/secret"]
    assert await refused(intake, name="a", kind="chat", secret="whsec_" + "é" * 20) == ["#/secret"]
    assert await refused(intake, name="a", kind="chat", secret="a secret that is no base64!") == ["#/secret"]
    assert await refused(intake, name="a", kind="call-record") == ["#/options/mapping"]
    assert await refused(intake, name="a", kind="chat", options={"langauge": "en"}) == ["#/options/langauge"]
    wrong = {"mapping": {"paths": {"id": "x"}}}
    assert await refused(intake, name="a", kind="call-record", options=wrong) == ["#/options/mapping"]
    assert await intake.count(table) == 0


async def test_a_name_can_be_used_again_only_when_it_is_free(intake: Served) -> None:
    first = await let_in(intake, "chat")
    twice = await intake.client.post("/v1/sources", json={"name": "desk", "kind": "chat"})
    assert twice.status_code == 409
    assert (await intake.client.delete(f"/v1/sources/{first.id}")).status_code == 204
    assert (await intake.client.delete(f"/v1/sources/{first.id}")).status_code == 404
    second = await let_in(intake, "chat")
    assert second.path != first.path


async def test_of_two_that_take_a_name_at_once_one_gets_it(intake: Served) -> None:
    wanted = {"name": "desk", "kind": "chat"}
    answers = await asyncio.gather(*(intake.client.post("/v1/sources", json=wanted) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_who_is_locked_out_stays_out_and_their_secret_is_forgotten(intake: Served) -> None:
    sender = await let_in(intake, "chat")
    await intake.client.delete(f"/v1/sources/{sender.id}")
    assert (await senders.from_chat(intake, sender, senders.a_chat_message())).status_code == 404
    [row] = await intake.rows(table.select())
    assert row["material"].secret == ""
    assert row["disabled_at"] == intake.clock.now()
    assert (await intake.client.post(f"/v1/sources/{sender.id}/test")).status_code == 404


async def test_only_who_operates_may_let_in(intake: Served) -> None:
    operator, sender = intake.key("ana", "operate"), intake.key("shop", "post", "read", "work")
    wanted = {"name": "desk", "kind": "chat"}
    assert (await intake.client.post("/v1/sources", json=wanted, headers=sender)).status_code == 403
    assert (await intake.client.get("/v1/sources", headers=sender)).status_code == 403
    assert (await intake.client.post("/v1/sources", json=wanted, headers=operator)).status_code == 201
