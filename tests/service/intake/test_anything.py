"""Whatever is posted, the answer is a 202 or says what is wrong with it; never an error of ours."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor_intake import store
from tests.plugins.served import Served
from tests.service.intake.posting import GOOD, a_notification, an_alert
from tests.unit.intake.mails import a_mail

pytestmark = pytest.mark.packages("candor_intake")

anything = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

words = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["", "\x00", "\ud800", "a@b.example", "INC-000001", "🖨"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)
octets = st.binary(max_size=200)
printable = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30
)


def spoiled(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A good object with some of its parts replaced by anything."""
    return st.dictionaries(st.sampled_from(sorted(good)) | words, values, max_size=3).map(
        lambda bad: good | bad
    )


def as_json(value: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return value.map(lambda one: json.dumps(one).encode())


requests = spoiled(GOOD)
alerts = spoiled(an_alert())
notifications = spoiled(json.loads(a_notification()))
batches = as_json(st.fixed_dictionaries({"requests": st.lists(requests | values, max_size=5)}))
groups = as_json(
    st.tuples(notifications, st.lists(alerts, max_size=3)).map(lambda two: {**two[0], "alerts": two[1]})
)
header_names = st.sampled_from(
    [
        "From",
        "Reply_To",
        "Subject",
        "Message_ID",
        "References",
        "In_Reply_To",
        "To",
        "Content_Type",
        "Auto_Submitted",
    ]
)
header_values = st.binary(max_size=60).map(lambda value: value.replace(b"\n", b" "))
mails = st.builds(
    lambda text, headers: a_mail(text, **headers), octets, st.dictionaries(header_names, header_values)
)


def check(answer: httpx.Response) -> None:
    if answer.status_code != 202:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


async def post(
    intake: Served, path: str, content: bytes, key: str | None = None, **params: str
) -> httpx.Response:
    headers = [(b"content-type", b"message/rfc822" if "email" in path else b"application/json")]
    if key is not None:
        headers.append((b"idempotency-key", key.encode("latin-1")))
    answer = await intake.client.post(path, content=content, headers=headers, params=params)
    check(answer)
    return answer


@anything
@given(content=octets | as_json(values) | as_json(requests), key=st.none() | printable)
async def test_any_request(intake: Served, content: bytes, key: str | None) -> None:
    await post(intake, "/v1/requests", content, key)


@anything
@given(content=octets | as_json(values) | batches, key=st.none() | printable)
async def test_any_batch(intake: Served, content: bytes, key: str | None) -> None:
    await post(intake, "/v1/requests/batch", content, key)


@anything
@given(content=octets | as_json(values) | as_json(notifications) | groups)
async def test_any_notification(intake: Served, content: bytes) -> None:
    await post(intake, "/v1/hooks/alertmanager", content)


@anything
@given(
    content=octets | mails,
    envelope=st.dictionaries(st.sampled_from(["rcpt", "mail_from"]), printable, max_size=2),
)
async def test_any_mail(intake: Served, content: bytes, envelope: dict[str, str]) -> None:
    answer = await post(intake, "/v1/hooks/email/raw", content, **envelope)
    if content.strip():
        assert answer.status_code == 202
        assert (await intake.client.get(f"{answer.headers['Location']}/raw")).content in (
            content,
            await first(intake, answer),
        )


async def first(intake: Served, answer: httpx.Response) -> bytes:
    """The bytes of the mail whose repeat this was."""
    query = store.inbound.select().where(store.inbound.c.request_id == answer.json()["request_id"])
    [row] = await intake.rows(query)
    return bytes(row["raw"])
