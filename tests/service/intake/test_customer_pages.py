"""Customers at the console: found, changed and merged by forms, and those verified who wrote and were not known."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from candor_common.events import Channel, Contact, Origin
from candor_intake.tables import contact, customer, unverified_contact
from tests.plugins.facts import an_incident, opened
from tests.plugins.served import Served
from tests.service.intake.test_customers import SHOP, add

pytestmark = pytest.mark.packages("candor_intake")

ANN = Contact(address="Ann@Shop.example", name="Ann <b>")


@pytest.fixture
def operator(intake: Served) -> dict[str, str]:
    return intake.key("op", "operate")


async def wrote(intake: Served, *writers: Contact | None, **changes: Any) -> None:
    """Incidents were opened by them."""
    for number, writer in enumerate(writers):
        given = {"requester": writer, "origin": Origin.HUMAN, **changes}
        await intake.hear(opened(f"r{number}", an_incident(f"INC-{number:06d}", **given)))


async def fill_in(intake: Served, path: str, operator: dict[str, str], **fields: str) -> httpx.Response:
    named = {name.replace("__", "-"): value for name, value in fields.items()}
    return await intake.client.post(path, data=named, headers=operator)


async def shown(intake: Served, path: str, operator: dict[str, str]) -> str:
    page = await intake.client.get(path, headers=operator)
    assert page.status_code == 200, page.text
    return page.text


def filled_in(page: str) -> dict[str, str]:
    """What the fields of a page hold."""
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


async def test_customers_are_found_by_name_contact_and_address(
    intake: Served, operator: dict[str, str]
) -> None:
    await intake.client.post("/v1/customers", json=SHOP, headers=operator)
    await intake.client.post("/v1/customers", json={"name": "100% Cotton_Mill"}, headers=operator)
    for text, found in (
        ("", {"Shop Ltd", "100% Cotton_Mill"}),
        ("SHOP", {"Shop Ltd"}),
        ("张", {"Shop Ltd"}),
        ("zhang@exam", {"Shop Ltd"}),
        ("slack:t1", {"Shop Ltd"}),
        ("0%", {"100% Cotton_Mill"}),
        ("_", {"100% Cotton_Mill"}),
        ("nobody", set()),
    ):
        page = await shown(intake, f"/customers?q={quote(text)}", operator)
        assert {name for name in ("Shop Ltd", "100% Cotton_Mill") if f">{name}</a>" in page} == found, text


async def test_a_page_that_is_sent_back_as_it_came_changes_nothing(
    intake: Served, operator: dict[str, str]
) -> None:
    made = (await intake.client.post("/v1/customers", json=SHOP, headers=operator)).json()
    path = f"/customers/{made['id']}"
    fields = filled_in(await shown(intake, path, operator))
    saved = await intake.client.post(path, data=fields, headers=operator)
    assert saved.status_code == 303, saved.text
    assert "It is kept" in await shown(intake, saved.headers["Location"], operator)
    assert (await intake.client.get(f"/v1{path}", headers=operator)).json() == made


async def test_a_customer_is_made_and_changed_by_forms(intake: Served, operator: dict[str, str]) -> None:
    sent = await fill_in(
        intake,
        "/customers/new",
        operator,
        name="Shop Ltd",
        lane="vip",
        contact__0__name="Ann",
        contact__0__mail="ann@shop.example, ann@home.example",
        contact__0__phone="+86 138 0013 8000",
    )
    assert sent.status_code == 303, sent.text
    path = sent.headers["Location"].partition("?")[0]
    fields = filled_in(await shown(intake, path, operator))
    assert (fields["lane"], fields["contact-0-phone"]) == ("vip", "+8613800138000")
    more = fields | {
        "contact-0-mail": "ann@shop.example",
        "contact-1-name": "Ben",
        "contact-1-zone": "Asia/Tokyo",
    }
    assert (await intake.client.post(path, data=more, headers=operator)).status_code == 303
    kept = (await intake.client.get(f"/v1{path}", headers=operator)).json()
    assert [one["name"] for one in kept["contacts"]] == ["Ann", "Ben"]
    assert [one["address"] for one in kept["contacts"][0]["addresses"]] == [
        "ann@shop.example",
        "+8613800138000",
    ]


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    intake: Served, operator: dict[str, str]
) -> None:
    evil = '"><script>alert(1)</script>'
    page = await fill_in(
        intake,
        "/customers/new",
        operator,
        name=evil,
        zone="Mars/Olympus",
        contact__0__name="Ann",
        contact__2__mail="a@b.example, nobody",
    )
    assert page.status_code == 422
    for name in ("zone", "contact-2-mail"):
        assert f'id="{name}-fault"' in page.text
        assert f'href="#{name}"' in page.text
    assert "<script>" not in page.text
    assert 'value="a@b.example, nobody"' in page.text
    assert await intake.count(customer) == 0


async def test_an_address_of_another_customer_is_refused_in_words(
    intake: Served, operator: dict[str, str]
) -> None:
    await intake.client.post("/v1/customers", json=SHOP, headers=operator)
    page = await fill_in(
        intake, "/customers/new", operator, name="Other", contact__0__mail="zhang@example.com"
    )
    assert page.status_code == 422
    assert "belongs to another customer" in page.text


async def test_of_two_who_change_a_customer_at_once_the_second_is_told(
    intake: Served, operator: dict[str, str]
) -> None:
    made = (await intake.client.post("/v1/customers", json=SHOP, headers=operator)).json()
    path = f"/customers/{made['id']}"
    fields = filled_in(await shown(intake, path, operator))
    intake.clock.advance(timedelta(seconds=1))
    first = await intake.client.post(path, data=fields | {"name": "First"}, headers=operator)
    second = await intake.client.post(path, data=fields | {"name": "Second"}, headers=operator)
    assert (first.status_code, second.status_code) == (303, 422)
    assert "Somebody else has changed this customer" in second.text
    assert 'value="Second"' in second.text


async def test_who_wrote_and_is_not_known_is_listed_and_verified(
    intake: Served, operator: dict[str, str]
) -> None:
    made = (await intake.client.post("/v1/customers", json=SHOP, headers=operator)).json()
    await wrote(intake, ANN, ANN, None, Contact(address=""))
    page = await shown(intake, "/customers", operator)
    assert page.count("Ann@Shop.example</") == 1
    assert "Ann &lt;b&gt;" in page
    assert "/incidents/INC-000000" in page
    [path] = re.findall(r'href="(/customers/unverified[^"]+)"', page)
    assert "Whose is Ann@Shop.example?" in await shown(intake, path, operator)
    wrong = await fill_in(intake, path, operator, customer="No such", do="add")
    assert (wrong.status_code, "No customer has this name" in wrong.text) == (422, True)
    taken = await fill_in(intake, path, operator, customer="shop ltd", do="new")
    assert (taken.status_code, "There is a customer of this name" in taken.text) == (422, True)
    right = await fill_in(intake, path, operator, customer="shop ltd", do="add")
    assert right.headers["Location"] == f"/customers/{made['id']}?saved=true"
    kept = (await intake.client.get(f"/v1/customers/{made['id']}", headers=operator)).json()
    assert [one["name"] for one in kept["contacts"]] == ["张三", "Ann <b>"]
    assert await intake.count(unverified_contact) == 0
    assert (await intake.client.get(path, headers=operator)).status_code == 404


async def test_a_new_customer_is_made_of_somebody_who_wrote(intake: Served, operator: dict[str, str]) -> None:
    slack = Contact(address="slack:T1/U 1")
    await wrote(intake, slack, channel=Channel.SLACK)
    [path] = re.findall(r'href="(/customers/unverified[^"]+)"', await shown(intake, "/customers", operator))
    assert (await fill_in(intake, path, operator, customer="Shop", do="new")).status_code == 303
    assert (await intake.count(customer), await intake.count(contact)) == (1, 1)
    await wrote(intake, slack, channel=Channel.SLACK)
    assert "Wrote and not verified" not in await shown(intake, "/customers", operator)


async def test_somebody_can_be_taken_off_the_list(intake: Served, operator: dict[str, str]) -> None:
    await wrote(intake, ANN)
    [path] = re.findall(r'href="(/customers/unverified[^"]+)"', await shown(intake, "/customers", operator))
    assert (await fill_in(intake, path, operator, do="forget")).headers["Location"] == "/customers"
    assert await intake.count(unverified_contact) == 0


async def test_who_is_known_or_no_person_is_not_listed(intake: Served) -> None:
    await wrote(intake, ANN, customer="Shop Ltd")
    await wrote(intake, ANN, origin=Origin.MACHINE)
    assert await intake.count(unverified_contact) == 0


async def test_two_customers_become_one(intake: Served, operator: dict[str, str]) -> None:
    one = (await intake.client.post("/v1/customers", json=SHOP, headers=operator)).json()
    ben = {"name": "Ben", "addresses": [{"channel": "mail", "address": "ben@shop.example"}]}
    other = (
        await intake.client.post(
            "/v1/customers", json={"name": "Shop GmbH", "contacts": [ben]}, headers=operator
        )
    ).json()
    path = f"/customers/{one['id']}/merge"
    for wrong in ("nobody", "Shop Ltd"):
        assert "There is none like that" in (await fill_in(intake, path, operator, other=wrong)).text
    assert (await fill_in(intake, path, operator, other="shop gmbh")).status_code == 303
    kept = (await intake.client.get(f"/v1/customers/{one['id']}", headers=operator)).json()
    assert [person["name"] for person in kept["contacts"]] == ["张三", "Ben"]
    assert (await intake.client.get(f"/customers/{other['id']}", headers=operator)).status_code == 404


async def test_only_who_operates_sees_the_pages_and_forms_from_elsewhere_are_refused(intake: Served) -> None:
    made = await add(intake)
    engineer = intake.key("ana", "read", "work")
    for path in ("/customers", "/customers/new", f"/customers/{made['id']}"):
        for headers in ({}, engineer):
            refused = await intake.client.get(path, headers=headers)
            assert (refused.status_code, refused.headers["Location"][:9]) == (303, "/sign-in?")
    assert "lacks=operate" in refused.headers["Location"]
    for path in (f"/customers/{made['id']}", f"/customers/{made['id']}/merge", "/customers/new"):
        assert (await intake.client.post(path, data={"name": "x"})).status_code == 303
    assert (await intake.client.get(f"/customers/{made['id']}")).status_code == 303
    assert await intake.count(customer) == 1
