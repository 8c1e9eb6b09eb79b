"""Numbers of telephones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.sources.phone_number import caller, phone_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("(415) 867-5309", "4158675309"),
        ("０１０－６２３４５６７８", "01062345678"),
        ("010-62345678 转 801", "01062345678x801"),
        ("+1 415 867 5309 ext. 12", "+14158675309x12"),
        ("110", "110"),
        ("*31#", "*31#"),
        ("", None),
        ("12", None),
        ("call me", None),
        ("+", None),
        ("1" * 30, None),
        ("1" * 100_000, None),
        ("٣٤٥٦", None),
        ("138\n0013", "1380013"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: str | None) -> None:
    assert phone_number(typed) == number


@pytest.mark.parametrize(
    ("reported", "address"),
    [
        ("+14158675309", "+14158675309"),
        ("anonymous", ""),
        ("ANONYMOUS", ""),
        ("+266696687", ""),
        ("", ""),
        ("sip:alice@pbx.example", "sip:alice%40pbx.example"),
        ("client:zhang", "client:zhang"),
        ("Zhang@desk", "phone:Zhang%40desk"),
        ("86", "phone:86"),
    ],
)
def test_a_caller_is_a_number_an_address_or_withheld(reported: str, address: str) -> None:
    assert caller(reported) == address


@given(st.text(alphabet=st.characters(), max_size=30))
def test_no_caller_is_an_address_of_mail(reported: str) -> None:
    address = caller(reported)
    assert "@" not in address
    assert "\n" not in address
    address.encode()
