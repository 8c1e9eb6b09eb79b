"""Whoever writes from a known address is known: their customer, lane, language and zone are told with the request."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from candor_common.clock import ManualClock
from candor_common.events import Channel, Lane, ReplyReceived, RequestReceived
from candor_intake.accept import Desk
from candor_intake.directory import LOOK_AGAIN_AFTER
from candor_intake.tables import contact, contact_address
from tests.plugins.served import Served
from tests.service.intake.posting import GOOD, batch, body, mail, post, post_batch
from tests.service.intake.senders import from_twilio, twilio
from tests.service.intake.test_desk import a_post

pytestmark = pytest.mark.packages("candor_intake")

ZHANG: dict[str, Any] = {
    "name": "张三",
    "addresses": [
        {"channel": "mail", "address": "Zhang@Example.com"},
        {"channel": "sms", "address": "+86 138-0013-8000"},
        {"channel": "slack", "address": "slack:T1/U1"},
    ],
}
SHOP: dict[str, Any] = {
    "name": "Shop Ltd",
    "lane": "vip",
    "language": "zh-Hans",
    "zone": "Asia/Shanghai",
    "contacts": [ZHANG],
}


async def add(intake: Served, **changes: Any) -> dict[str, Any]:
    answer = await intake.client.post("/v1/customers", json=SHOP | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def received(intake: Served) -> RequestReceived:
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    return fact


async def test_a_request_from_a_known_address_says_whose_it_is(intake: Served) -> None:
    await add(intake)
    await post(intake, body(**{"from": {"address": "zhang+shop@EXAMPLE.com"}}))
    fact = await received(intake)
    assert (fact.customer, fact.lane, fact.language, fact.verified) == ("Shop Ltd", Lane.VIP, "zh-Hans", True)
    assert (fact.sender.name, fact.sender.zone) == ("张三", "Asia/Shanghai")


async def test_what_is_known_of_the_person_comes_before_what_is_known_of_the_customer(intake: Served) -> None:
    await add(intake, contacts=[ZHANG | {"language": "zh-Hant", "zone": "Asia/Taipei"}])
    await post(intake, body(**{"from": {"address": "zhang@example.com", "name": "Z. San"}}))
    fact = await received(intake)
    assert (fact.language, fact.sender.zone, fact.sender.name) == ("zh-Hant", "Asia/Taipei", "Z. San")


async def test_a_sender_whom_nobody_knows_is_not_verified(intake: Served) -> None:
    await post(intake, body())
    assert (await received(intake)).verified is False
    await add(intake)
    await post(intake, body(**{"from": {"address": "somebody@example.com"}}))
    fact = await received(intake)
    assert (fact.verified, fact.customer, fact.lane, fact.sender.zone) == (False, None, None, None)


async def test_an_address_is_known_on_every_channel_that_it_is_used_on(intake: Served) -> None:
    await add(intake)
    sender = await twilio(intake, "twilio-sms")
    fields = {"MessageSid": "SM1", "From": "+8613800138000", "To": "+1800", "Body": "It is down."}
    await from_twilio(intake, sender, fields)
    fact = await received(intake)
    assert (fact.channel, fact.customer) == (Channel.SMS, "Shop Ltd")


async def test_a_reply_tells_the_zone_too(intake: Served) -> None:
    await add(intake)
    await mail(intake, From="zhang@example.com", Message_ID="<1@b.example>")
    await mail(intake, From="zhang@example.com", Message_ID="<2@b.example>", In_Reply_To="<1@b.example>")
    _, reply = await intake.told()
    assert isinstance(reply, ReplyReceived)
    assert reply.sender.zone == "Asia/Shanghai"


async def test_a_customer_can_be_changed_and_old_addresses_are_forgotten(intake: Served) -> None:
    made = await add(intake)
    other = {"name": "Li", "addresses": [{"channel": "mail", "address": "li@example.com"}]}
    path = f"/v1/customers/{made['id']}"
    changed = await intake.client.put(path, json={"name": "Shop AG", "contacts": [other]})
    assert changed.json() == (await intake.client.get(path)).json()
    assert (await intake.count(contact), await intake.count(contact_address)) == (1, 1)
    await post(intake, body())
    assert (await received(intake)).verified is False
    await post(intake, body(**{"from": {"address": "li@example.com"}}))
    fact = await received(intake)
    assert (fact.customer, fact.lane) == ("Shop AG", None)
    assert (await intake.client.put("/v1/customers/none", json=SHOP)).status_code == 404


async def test_customers_are_listed_page_by_page(intake: Served) -> None:
    names = [f"Customer {number}" for number in range(5)]
    for name in names:
        await add(intake, name=name, contacts=[])
    seen, after = [], ""
    for _ in range(3):
        page = (await intake.client.get("/v1/customers", params={"limit": 2, "after": after})).json()
        seen += [one["name"] for one in page["customers"]]
        after = page["next"] or ""
    assert seen == names
    assert after == ""


async def test_an_address_belongs_to_one_customer(intake: Served) -> None:
    await add(intake)
    taken = await intake.client.post("/v1/customers", json=SHOP | {"name": "Other"})
    assert taken.status_code == 409
    assert "belongs to another" in taken.json()["detail"]
    fresh = [ZHANG | {"addresses": [{"channel": "mail", "address": "new@example.com"}]}]
    wanted = SHOP | {"contacts": fresh}
    answers = await asyncio.gather(*(intake.client.post("/v1/customers", json=wanted) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    "changes",
    [
        {"lane": "unknown"},
        {"zone": "Mars/Olympus"},
        {"language": "fr"},
        {"name": " "},
        {"contacts": [{"addresses": [{"channel": "mail", "address": "nobody"}]}]},
        {"contacts": [{"addresses": [{"channel": "sms", "address": "nobody"}]}]},
        {"contacts": [{"addresses": [{"channel": "alert", "address": "x"}]}]},
        {"contacts": [ZHANG, ZHANG]},
        {"colour": "blue"},
    ],
)
async def test_a_customer_that_makes_no_sense_is_refused(intake: Served, changes: dict[str, Any]) -> None:
    assert (await intake.client.post("/v1/customers", json=SHOP | changes)).status_code == 422


async def test_only_who_operates_sees_customers(intake: Served) -> None:
    engineer, operator = intake.key("ana", "read", "work", "post"), intake.key("op", "operate")
    assert (await intake.client.get("/v1/customers", headers=engineer)).status_code == 403
    assert (await intake.client.post("/v1/customers", json=SHOP, headers=engineer)).status_code == 403
    assert (await intake.client.post("/v1/customers", json=SHOP, headers=operator)).status_code == 201


async def test_looking_up_costs_one_statement_for_a_group_and_none_without_customers(intake: Served) -> None:
    async def lookups(size: int) -> int:
        with intake.statements() as sent:
            await post_batch(intake, batch(*[GOOD] * size))
        return len([one for one in sent if "intake_contact" in one])

    await post(intake, body())
    assert [await lookups(size) for size in (1, 50)] == [0, 0]
    await add(intake)
    await post(intake, body())
    assert [await lookups(size) for size in (1, 50)] == [1, 1]


async def test_a_customer_whom_another_replica_took_in_is_known_soon(
    intake: Served, clock: ManualClock
) -> None:
    other = Desk.over(intake.database, 500)
    await other.take(a_post())
    await intake.told()
    await add(intake)
    clock.advance(LOOK_AGAIN_AFTER - timedelta(seconds=1))
    await other.take(a_post())
    assert (await received(intake)).verified is False
    clock.advance(timedelta(seconds=1))
    await other.take(a_post())
    assert (await received(intake)).verified is True
