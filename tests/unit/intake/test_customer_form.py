"""The form of a customer: what is shown can be sent back, and whatever is sent is a customer or says what is wrong."""

from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel
from candor_intake.customer_form import ABOUT, ABOUT_PERSON, WAYS, fields_of, filled_of
from candor_intake.customer_shapes import Address, Customer, Person
from tests.unit.intake.doors import ODD_TEXT

SHOP = Customer(
    id="1",
    name="Shop Ltd",
    contacts=(
        Person(name="Ann", addresses=(Address(channel=Channel.SMS, address="+8613800138000"),)),
        Person(addresses=(Address(channel=Channel.FORM, address="ben@shop.example"),)),
    ),
)
NAMES = st.sampled_from(
    [*ABOUT, *(f"contact-{place}-{name}" for place in (0, 1, 7) for name in (*ABOUT_PERSON, *WAYS))]
)
VALUES = ODD_TEXT | st.sampled_from(
    ["a@b.example", "a@b.example, +8613800138000", "vip", "zh-Hans", ",", "x"]
)


def test_what_is_shown_and_sent_back_is_the_same_customer() -> None:
    filled = filled_of(fields_of(SHOP), SHOP)
    assert filled.customer is not None
    assert Customer(id="1", **dict(filled.customer)) == SHOP
    assert list(filled.contacts) == [0, 1, 2]


def test_a_contact_that_was_emptied_is_gone_and_faults_stay_where_they_are() -> None:
    fields = fields_of(SHOP) | {
        "contact-0-name": "",
        "contact-0-phone": " ",
        "contact-4-mail": "ok@b.example, no",
    }
    filled = filled_of(fields)
    assert filled.faults == {"contact-4-mail": "An e-mail address is needed here."}
    right = filled_of(fields | {"contact-4-mail": ""})
    assert right.customer is not None
    assert [one.addresses[0].address for one in right.customer.contacts] == ["ben@shop.example"]


def test_an_address_that_stands_there_twice_is_said_of_the_whole() -> None:
    twice = {"name": "Shop", "contact-0-mail": "a@b.example", "contact-1-mail": "A@b.example"}
    assert filled_of(twice).faults == {"form": "An address stands there twice."}


@given(st.dictionaries(NAMES | ODD_TEXT | st.just("contact-99999-name"), VALUES))
def test_any_fields_are_a_customer_or_say_what_is_wrong(fields: dict[str, str]) -> None:
    filled = filled_of(fields, SHOP)
    assert (filled.customer is None) == bool(filled.faults)
    assert len(filled.contacts) <= 9
    if filled.customer:
        again = filled_of(fields_of(filled.customer), None).customer
        assert again is not None
        assert again.name == filled.customer.name
