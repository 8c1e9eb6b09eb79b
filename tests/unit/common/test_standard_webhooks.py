"""Signatures of Standard Webhooks, by the published vector and against the standard's own library."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from candor_common.standard_webhooks import NotGenuine, key_of, new_secret, sign, signed, verify

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = key_of(WHSEC)
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": SIGNATURE,
}


def test_the_published_vector_is_signed_and_believed() -> None:
    assert signed([KEY], HEADERS["webhook-id"], AT, BODY) == HEADERS
    assert verify(HEADERS, BODY, [KEY], AT) == HEADERS["webhook-id"]


def test_a_moment_has_the_same_signature_in_every_zone() -> None:
    in_shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert sign([KEY], HEADERS["webhook-id"], in_shanghai, BODY) == SIGNATURE
    with pytest.raises(ValueError, match="zone"):
        sign([KEY], "msg_1", AT.replace(tzinfo=None), BODY)


@given(st.text(min_size=1, max_size=20), st.integers(10**9, 4 * 10**9))
def test_we_sign_as_their_library_does(text: str, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert sign([KEY], "msg_1", at, text.encode()) == Webhook(WHSEC).sign("msg_1", at, text)


def test_a_new_secret_serves_both_sides() -> None:
    secret, now = new_secret(), datetime.now(UTC)
    headers = signed([b"o" * 24, key_of(secret)], "msg_1", now, b"{}")
    assert Webhook(secret).verify(b"{}", headers) == {}
    assert verify(headers, b"{}", [key_of(secret)], now) == "msg_1"
    assert new_secret() != secret


@pytest.mark.parametrize("seconds", [-301, 301, 10**8])
def test_what_was_signed_long_ago_or_will_be_is_refused(seconds: int) -> None:
    with pytest.raises(NotGenuine, match="five minutes"):
        verify(HEADERS, BODY, [KEY], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_tolerance_is_five_minutes_either_way(seconds: int) -> None:
    assert verify(HEADERS, BODY, [KEY], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", list(HEADERS))
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_header_is_not_genuine(name: str, value: str | None) -> None:
    given_headers = {**HEADERS, name: value or ""}
    with pytest.raises(NotGenuine, match=f"no {name} header"):
        verify(given_headers, BODY, [KEY], AT)


@pytest.mark.parametrize("signature", ["v1", "v1,", ",", "v1a,g0hM9SsE", "v2,g0hM", "v1,打印", "x" * 10_000])
def test_a_malformed_signature_is_only_not_genuine(signature: str) -> None:
    with pytest.raises(NotGenuine, match="does not match"):
        verify({**HEADERS, "webhook-signature": signature}, BODY, [KEY], AT)


def test_other_bytes_with_the_same_meaning_are_not_genuine() -> None:
    with pytest.raises(NotGenuine):
        verify(HEADERS, BODY.replace(b" ", b""), [KEY], AT)


def test_signatures_of_other_versions_beside_ours_do_no_harm() -> None:
    several = f"v1a,AAAA v1,BBBB {SIGNATURE} nonsense"
    assert verify({**HEADERS, "webhook-signature": several}, BODY, [KEY], AT)


def test_without_a_key_nothing_is_genuine() -> None:
    with pytest.raises(NotGenuine, match="no secret"):
        verify(HEADERS, BODY, [], AT)


def test_an_id_in_which_a_full_stop_shifts_the_parts_is_refused() -> None:
    shifted = {
        **HEADERS,
        "webhook-id": "a.1614265330",
        "webhook-signature": sign([KEY], "a", AT, b"1614265330.x"),
    }
    with pytest.raises(NotGenuine, match="full stop"):
        verify(shifted, b"x", [KEY], AT)
    with pytest.raises(ValueError, match="full stop"):
        sign([KEY], "a.b", AT, b"")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_打印", "whsec_####################"])
def test_an_unusable_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        key_of(secret)
