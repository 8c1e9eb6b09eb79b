"""Who answers or names an incident without taking part in it: colleagues of the same customer join, all others do not,
and what they write is told with a hint for the team."""

from typing import Any

import pytest

from candor_common.events import Fact, ReplyReceived, RequestReceived
from candor_intake.domain.facts import SEEMS_TO_FOLLOW
from candor_triage.domain.hints import SEEMS_TO_FOLLOW as READ_BY_TRIAGE
from tests.plugins.served import Served
from tests.service.intake.posting import body, mail, post
from tests.service.intake.test_customers import add

pytestmark = pytest.mark.packages("candor_intake")

ANSWER = {"Message_ID": "<two@example.com>", "In_Reply_To": "<one@example.com>"}
LI = {"name": "Li", "addresses": [{"channel": "mail", "address": "li@example.com"}]}
ZHANG = {"name": "Zhang", "addresses": [{"channel": "mail", "address": "zhang@example.com"}]}


def labels(fact: Fact) -> dict[str, str]:
    assert isinstance(fact, RequestReceived)
    return fact.labels


async def test_a_stranger_in_the_thread_opens_an_incident_with_a_hint(intake: Served) -> None:
    await mail(intake)
    await mail(intake, From="li@example.com", **ANSWER)
    await mail(intake, From="wu@example.com", Subject="[INC-000002]", Message_ID="<three@example.com>")
    first, second, third = await intake.told()
    assert [labels(one) for one in (first, second, third)] == [
        {},
        {SEEMS_TO_FOLLOW: "INC-000001"},
        {SEEMS_TO_FOLLOW: "INC-000002"},
    ]
    assert (second.key, third.key) == ("INC-000002", "INC-000003")


async def test_what_was_given_to_nobody_is_no_hint(intake: Served) -> None:
    await mail(intake, Subject="[INC-000999]", In_Reply_To="<lost@example.com>")
    assert labels((await intake.told())[0]) == {}


async def test_a_label_of_that_name_says_nothing_when_a_sender_gives_it(intake: Served) -> None:
    await mail(intake)
    await post(intake, body(labels={SEEMS_TO_FOLLOW: "INC-000001", "shop": "12"}))
    assert labels((await intake.told())[1]) == {"shop": "12"}


def test_both_services_know_the_hint_by_the_same_name() -> None:
    assert SEEMS_TO_FOLLOW == READ_BY_TRIAGE


@pytest.mark.parametrize(
    ("customers", "joins"),
    [([{"contacts": [ZHANG, LI]}], True), ([{"contacts": [ZHANG]}, {"contacts": [LI]}], False)],
    ids=["the same customer", "two customers of one name"],
)
async def test_a_contact_of_the_same_customer_joins_and_takes_part(
    intake: Served, customers: list[dict[str, Any]], joins: bool
) -> None:
    for one in customers:
        await add(intake, **one)
    await mail(intake)
    await mail(intake, From="Li <li@example.com>", **ANSWER)
    told = (await intake.told())[1]
    assert isinstance(told, ReplyReceived) is joins
    assert isinstance(told, RequestReceived) is not joins
    await mail(
        intake, From="li@example.com", Message_ID="<3@example.com>", To="support+INC-000001@candor.localhost"
    )
    [again] = await intake.told()
    assert isinstance(again, ReplyReceived) is joins


async def test_the_address_of_an_answer_counts_more_than_its_subject(intake: Served) -> None:
    for number in (1, 2):
        await mail(intake, Message_ID=f"<{number}@example.com>")
    to = "support+INC-000001@candor.localhost"
    await mail(
        intake, Message_ID="<3@example.com>", To=to, Subject="[INC-000002]", In_Reply_To="<2@example.com>"
    )
    reply = (await intake.told())[2]
    assert isinstance(reply, ReplyReceived)
    assert reply.incident_id == "INC-000001"
