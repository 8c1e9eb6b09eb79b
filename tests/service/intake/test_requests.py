"""Requests posted as JSON: stored, answered, and told to the others."""

import json

import pytest

from candor_common.events import Channel, RequestReceived
from candor_common.trace import new_trace, trace_id
from candor_intake import store
from tests.plugins.databases import START
from tests.plugins.served import ADDRESS, Served
from tests.service.intake.posting import GOOD, batch, body, post, post_batch, raw_of, types

pytestmark = pytest.mark.packages("candor_intake")


async def test_a_request_gets_a_reference_and_a_place_to_look(intake: Served) -> None:
    answer = await post(intake, body())
    receipt = answer.json()
    assert answer.status_code == 202
    assert receipt["reference"] == "INC-000001"
    assert answer.headers["Location"] == receipt["status_url"]
    assert receipt["status_url"] == f"{ADDRESS}/v1/requests/{receipt['request_id']}"
    assert (await intake.client.get(answer.headers["Location"])).json() == {
        "request_id": receipt["request_id"],
        "reference": "INC-000001",
        "channel": "rest",
        "received_at": "2026-03-02T09:00:00Z",
        "incident": None,
        "incident_status": None,
        "ignored_because": None,
    }


async def test_the_others_are_told_of_it_once(intake: Served) -> None:
    receipt = (await post(intake, body(text="磁盘满了", urgent=True, labels={"floor": "3"}))).json()
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert (fact.request_id, fact.reference) == (receipt["request_id"], receipt["reference"])
    assert (fact.conversation_id, fact.received_at, fact.channel) == (fact.reference, START, Channel.REST)
    assert (fact.sender.address, fact.subject_line, fact.text) == ("zhang@example.com", "Printer", "磁盘满了")
    assert (fact.language, fact.urgent, fact.labels) == ("zh-Hans", True, {"floor": "3"})


async def test_the_bytes_come_back_as_a_download(intake: Served) -> None:
    content = body(text="<script>alert(1)</script>") + b"\r\n  "
    answer = await raw_of(intake, (await post(intake, content)).json())
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_was_never_posted_is_not_found(intake: Served) -> None:
    for path in ("", "/raw"):
        answer = await intake.client.get(f"/v1/requests/00000000-0000-7000-8000-000000000000{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    for name in ("batch", "%00", "INC-000001"):
        assert (await intake.client.get(f"/v1/requests/{name}")).status_code == 422


async def test_the_trace_of_the_sender_goes_on(intake: Served) -> None:
    sent = new_trace()
    await post(intake, body(), traceparent=sent)
    await post(intake, body(), traceparent="00-nonsense-01")
    first, second = await intake.envelopes()
    assert trace_id(first.traceparent) == trace_id(sent)
    assert first.traceparent != sent
    assert len(second.traceparent) == len(sent)


async def test_every_item_of_a_batch_has_its_own_answer(intake: Served) -> None:
    content = batch(GOOD, {"subject": "No text"}, GOOD | {"subject": "Screen"})
    answer = await post_batch(intake, content)
    first, bad, last = answer.json()["results"]
    assert answer.status_code == 202
    assert (first["reference"], last["reference"]) == ("INC-000001", "INC-000002")
    assert bad == {"detail": "Field required.", "pointer": "#/requests/1/text"}
    assert types(await intake.told()) == ["RequestReceived", "RequestReceived"]
    for receipt in (first, last):
        assert (await raw_of(intake, receipt)).content == content


async def test_a_batch_is_stored_once_however_many_items_it_has(intake: Served) -> None:
    await post_batch(intake, batch(*[GOOD] * 50))
    rows = await intake.rows(
        store.inbound.select().with_only_columns(store.inbound.c.raw, store.inbound.c.raw_in)
    )
    assert sorted(row["raw"] is None for row in rows) == [False] + [True] * 49


async def test_a_batch_of_which_nothing_can_be_used_is_refused(intake: Served) -> None:
    answer = await post_batch(intake, batch({"subject": "No text"}, {}))
    assert answer.status_code == 422
    assert [one["pointer"].split("/")[2] for one in answer.json()["errors"]] == ["0", "1"]
    assert await intake.count(store.inbound) == 0


async def test_a_batch_has_one_to_five_hundred_requests(intake: Served) -> None:
    for count in (0, 501):
        answer = await post_batch(intake, batch(*[GOOD] * count))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "#/requests"


async def test_a_large_body_is_read_as_well_as_a_small_one(intake: Served) -> None:
    content = batch(*[GOOD | {"text": "long " * 2_000}] * 20)
    assert len(content) > 100_000
    answer = await post_batch(intake, content)
    assert [one["reference"] for one in answer.json()["results"]] == [f"INC-{n:06d}" for n in range(1, 21)]


async def test_a_round_of_requests_costs_the_same_few_statements_whatever_its_size(intake: Served) -> None:
    await post(intake, body())
    counts = []
    for size in (1, 100):
        with intake.statements() as sent:
            await post_batch(intake, batch(*[GOOD] * size))
        counts.append(len([one for one in sent if one.lower().startswith(("insert", "update", "select"))]))
    assert counts == [4, 4]


async def test_the_counters_of_the_operator_move(intake: Served) -> None:
    async def counted() -> list[float]:
        names = ("requests_accepted", "requests_repeated", "requests_refused")
        return [await intake.metric(f"candor_{name}_total", channel="rest") for name in names]

    before = await counted()
    await post(intake, body(), key="k")
    await post(intake, body(), key="k")
    await post(intake, b"{}")
    await post_batch(intake, batch(GOOD, {}))
    assert [after - earlier for after, earlier in zip(await counted(), before, strict=True)] == [2, 1, 2]


async def test_only_who_may_post_can_post_and_only_who_works_can_see_the_bytes(intake: Served) -> None:
    sender, engineer = intake.key("shop", "post"), intake.key("ana", "work")
    assert (await post(intake, body())).status_code == 401
    assert (await post(intake, body(), **engineer)).status_code == 403
    receipt = (await post(intake, body(), **sender)).json()
    path = f"/v1/requests/{receipt['request_id']}"
    assert (await intake.client.get(path, headers=sender)).json()["reference"] == "INC-000001"
    assert (await intake.client.get(f"{path}/raw", headers=sender)).status_code == 403
    assert (await intake.client.get(f"{path}/raw", headers=engineer)).status_code == 200


async def test_openapi_describes_the_doors_and_their_refusals(intake: Served) -> None:
    document = json.loads((await intake.client.get("/openapi.json")).content)
    for path in ("/v1/requests", "/v1/requests/batch", "/v1/hooks/email/raw", "/v1/hooks/alertmanager"):
        door = document["paths"][path]["post"]
        assert {"202", "400", "413", "415", "422", "503"} <= set(door["responses"])
        assert door["requestBody"]["required"]
