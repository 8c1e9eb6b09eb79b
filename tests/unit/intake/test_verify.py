"""Signatures, by the vectors that the providers published and against their own libraries."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from candor_intake.domain.source import Material, Options, Source
from candor_intake.sources.signed import SIGNED
from candor_intake.verify import shared_secret, slack, twilio
from candor_intake.verify.delivery import Delivery, NotGenuine

Verify: TypeAlias = Callable[[Delivery], None]

J = '{"text":"打印机坏了"}'.encode()
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK = Delivery(
    headers={
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    body=SLACK_BODY,
    at=datetime.fromtimestamp(1531420618, UTC),
)
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHAT = Source(
    "zulip-3fa9c1", "zulip", "chat", Options(), datetime(2026, 1, 1, tzinfo=UTC), Material(secret=WHSEC)
)
STANDARD = Delivery(
    headers={
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body=b'{"test": 2432232314}',
    at=datetime.fromtimestamp(1614265330, UTC),
)
BEARER = Delivery({"authorization": "Bearer s3cret"}, b"{}", datetime(2026, 11, 22, tzinfo=UTC))
TWILIO_FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
TWILIO = Delivery(
    headers={
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    },
    body=urlencode(TWILIO_FIELDS).encode(),
    at=datetime(2026, 11, 22, tzinfo=UTC),
    url="https://mycompany.com/myapp.php?foo=1&bar=2",
)
TOKEN = twilio.Secrets(tokens=("12345",))

CASES: tuple[tuple[str, Verify, Delivery], ...] = (
    ("slack", lambda delivery: slack.verify(delivery, [SLACK_SECRET]), SLACK),
    ("standard", lambda delivery: SIGNED["chat"].verify(delivery, CHAT), STANDARD),
    ("twilio", lambda delivery: twilio.verify(delivery, TOKEN), TWILIO),
)
each = pytest.mark.parametrize(
    ("verify", "delivery"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)


def with_headers(delivery: Delivery, headers: Mapping[str, str]) -> Delivery:
    return replace(delivery, headers={**delivery.headers, **headers})


def reason(verify: Callable[[], None]) -> str:
    with pytest.raises(NotGenuine) as caught:
        verify()
    return caught.value.reason


@each
def test_the_published_vector_is_genuine(verify: Verify, delivery: Delivery) -> None:
    verify(delivery)


@each
def test_another_body_is_not(verify: Verify, delivery: Delivery) -> None:
    assert "does not match" in reason(lambda: verify(replace(delivery, body=delivery.body + b"x")))


@each
def test_each_header_of_the_signature_is_needed(verify: Verify, delivery: Delivery) -> None:
    for name in delivery.headers.keys() - {"content-type"}:
        rest = {other: value for other, value in delivery.headers.items() if other != name}
        assert name in reason(lambda rest=rest: verify(replace(delivery, headers=rest)))  # type: ignore[misc]  # a default freezes the loop's value


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
@pytest.mark.parametrize(("verify", "delivery"), [case[1:] for case in CASES[:2]])
def test_what_was_signed_too_long_ago_or_ahead_is_refused(
    verify: Verify, delivery: Delivery, seconds: int
) -> None:
    assert "five minutes" in reason(
        lambda: verify(replace(delivery, at=delivery.at + timedelta(seconds=seconds)))
    )


@pytest.mark.parametrize("seconds", [-300, 0, 300])
@pytest.mark.parametrize(("verify", "delivery"), [case[1:] for case in CASES[:2]])
def test_five_minutes_either_way_are_allowed(verify: Verify, delivery: Delivery, seconds: int) -> None:
    verify(replace(delivery, at=delivery.at + timedelta(seconds=seconds)))


def test_without_a_secret_nothing_is_genuine() -> None:
    for secrets in ([], [""], [" "]):
        assert "no secret" in reason(lambda secrets=secrets: slack.verify(SLACK, secrets))  # type: ignore[misc]  # as above
    assert "no secret" in reason(lambda: shared_secret.verify(BEARER, [""]))
    assert "no secret" in reason(lambda: twilio.verify(TWILIO, twilio.Secrets(tokens=("",))))


def test_reasons_hold_no_secret() -> None:
    wrong = replace(TWILIO, body=b"x=1")
    for secret, why in (
        ("12345", reason(lambda: twilio.verify(wrong, TOKEN))),
        (SLACK_SECRET, reason(lambda: slack.verify(replace(SLACK, body=b""), [SLACK_SECRET]))),
    ):
        assert secret not in why
    assert "12345" not in repr(TOKEN)
    assert "1234567890ABCDE" not in repr(TWILIO)


def test_a_secret_can_be_replaced_while_both_are_in_use() -> None:
    slack.verify(SLACK, ["the new one", SLACK_SECRET])
    shared_secret.verify(BEARER, ["the new one", "s3cret"])
    twilio.verify(TWILIO, twilio.Secrets(tokens=("the new one", "12345")))


# A secret that is sent along


def test_a_secret_may_be_a_bearer_token_or_the_password_of_basic() -> None:
    shared_secret.verify(BEARER, ["s3cret"])
    basic = base64.b64encode(b"pbx:s3cret").decode()
    shared_secret.verify(with_headers(BEARER, {"authorization": f"Basic {basic}"}), ["s3cret"])


@pytest.mark.parametrize(
    "given", ["Bearer s3cre", "Bearer", "Basic s3cret", "Basic 打印", "s3cret", "Basic cDo="]
)
def test_any_other_secret_is_not_genuine(given: str) -> None:
    assert "does not match" in reason(
        lambda: shared_secret.verify(with_headers(BEARER, {"authorization": given}), ["s3cret"])
    )


# Slack


@given(st.binary(max_size=60), st.integers(10**9, 2 * 10**9))
def test_what_slacks_library_signs_is_genuine(body: bytes, seconds: int) -> None:
    timestamp, text = str(seconds), body.decode("utf-8", "replace")
    signature = SignatureVerifier(SLACK_SECRET).generate_signature(timestamp=timestamp, body=text)
    assert signature is not None
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}
    slack.verify(Delivery(headers, text.encode(), datetime.fromtimestamp(seconds, UTC)), [SLACK_SECRET])
    assert SignatureVerifier(SLACK_SECRET).signing_secret == SLACK_SECRET


# Twilio

ODD_FIELDS = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), min_size=1, max_size=5)


@given(ODD_FIELDS, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_what_twilios_library_signs_is_genuine(fields: dict[str, str], algorithm: str) -> None:
    url = "https://candor.example/v1/hooks/twilio/sms?tenant=1"
    signature = RequestValidator("12345").compute_signature(url, fields, algorithm)
    headers = {
        "content-type": twilio.FORM,
        "x-twilio-signature": signature,
        "x-twilio-webhooks-signature-settings": f"key=k1,algorithm={algorithm}",
    }
    delivery = Delivery(headers, urlencode(fields).encode(), TWILIO.at, url)
    twilio.verify(delivery, twilio.Secrets(tokens=("12345",), shared_keys={"k1": "12345"}))


@pytest.mark.parametrize(
    ("signed", "arrived"),
    [
        ("https://a.example:443/x", "https://a.example/x"),
        ("https://a.example/x", "https://a.example:443/x"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("https://a.example/x", "https://a.example:8443/x"),
        ("https://u:p@a.example:443/x?y=a.example", "https://u:p@a.example/x?y=a.example"),
    ],
)
def test_an_address_may_be_signed_with_or_without_its_port(signed: str, arrived: str) -> None:
    signature = RequestValidator("12345").compute_signature(signed, {"a": "1"})
    headers = {"content-type": twilio.FORM, "x-twilio-signature": signature}
    twilio.verify(Delivery(headers, b"a=1", TWILIO.at, arrived), TOKEN)


def test_a_signature_by_a_shared_key_is_checked_with_that_key() -> None:
    by_key = {
        "x-twilio-signature": "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=",
        "x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }
    delivery = with_headers(TWILIO, by_key)
    twilio.verify(delivery, twilio.Secrets(shared_keys={"webhooks_sharedkey_1": "12345"}))
    assert "no secret" in reason(lambda: twilio.verify(delivery, TOKEN))
    unknown = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_MD5"}
    assert "algorithm" in reason(lambda: twilio.verify(with_headers(TWILIO, unknown), TOKEN))


def signed_json(body: bytes, digest: str) -> Delivery:
    url = f"https://candor.example/v1/hooks/twilio?bodySHA256={digest}"
    signature = RequestValidator("12345").compute_signature(url, {})
    return Delivery(
        {"content-type": "application/json", "x-twilio-signature": signature}, body, TWILIO.at, url
    )


def test_a_body_that_is_no_form_is_covered_by_its_hash() -> None:
    twilio.verify(signed_json(J, hashlib.sha256(J).hexdigest()), TOKEN)
    assert "does not match" in reason(lambda: twilio.verify(signed_json(J, "0" * 64), TOKEN))
    uncovered = replace(signed_json(J, ""), url="https://candor.example/")
    assert "does not cover" in reason(lambda: twilio.verify(uncovered, TOKEN))


def test_a_form_sent_as_something_else_is_not_covered() -> None:
    assert "does not cover" in reason(
        lambda: twilio.verify(with_headers(TWILIO, {"content-type": "text/plain"}), TOKEN)
    )


def test_blank_and_repeated_fields_are_signed_as_well() -> None:
    body = b"b=2&a=&b=1&b=2"
    signed = "https://a.example/" + "a" + "b1" + "b2"
    expected = base64.b64encode(hmac.digest(b"12345", signed.encode(), "sha1")).decode()
    assert twilio.sign_form("12345", "https://a.example/", body) == expected


# Anything

ODD = st.text(alphabet=st.characters(), max_size=12)


@each
@given(data=st.data())
def test_anything_else_is_only_not_genuine(verify: Verify, delivery: Delivery, data: st.DataObject) -> None:
    names = sorted({*delivery.headers, "x-twilio-webhooks-signature-settings"})
    headers = data.draw(st.dictionaries(st.sampled_from(names), ODD))
    changed = replace(
        with_headers(delivery, headers), body=data.draw(st.binary(max_size=40)), url=data.draw(ODD)
    )
    with pytest.raises(NotGenuine):
        verify(changed)
