"""Which addresses are one inbox, and for whose nobody vouches."""

import pytest

from candor_common.events import Channel
from candor_notifier.domain.flood import inbox as inbox_of
from candor_notifier.domain.flood import may_be_made_up
from tests.unit.notifier.builders import an_incident


@pytest.mark.parametrize(
    ("recipient", "inbox"),
    [
        ("Li@Shop.example", "li@shop.example"),
        ("li+0@shop.example", "li@shop.example"),
        ("li+a+b@shop.example", "li@shop.example"),
        ("+li@shop.example", "+li@shop.example"),
        ("li@shop+1.example", "li@shop+1.example"),
        ("+14155550100", "+14155550100"),
        ("slack:T1/U1", "slack:t1/u1"),
        ("x" * 400 + "@shop.example", "x" * 320),
    ],
)
def test_an_inbox_is_told_by_its_address_without_case_and_tag(recipient: str, inbox: str) -> None:
    assert inbox_of(recipient) == inbox


@pytest.mark.parametrize(
    ("channel", "customer", "made_up"),
    [
        (Channel.MAIL, None, True),
        (Channel.FORM, None, True),
        (Channel.MAIL, "Shop", False),
        (Channel.REST, None, False),
        (Channel.SLACK, None, False),
        (Channel.PHONE, None, False),
    ],
)
def test_an_address_may_be_made_up_where_anybody_can_name_it(
    channel: Channel, customer: str | None, *, made_up: bool
) -> None:
    assert may_be_made_up(an_incident(channel=channel, customer=customer)) is made_up
