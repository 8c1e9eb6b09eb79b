"""Whatever comes to a door, it is understood, ignored or refused with a reason; it never breaks the parser.

Doors and signatures are taken from the registry: one that is added is tried here, or misses its entry below.
"""

import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor_common import standard_webhooks
from candor_intake import verify
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Signal
from candor_intake.domain.source import Material, Options, Paths, Source
from candor_intake.sources import alertmanager, call_note, form, mail, pagerduty, rest
from candor_intake.sources.door import FORM, JSON
from candor_intake.sources.form_body import fields
from candor_intake.sources.record_mapping import TARGETS, BadMapping
from candor_intake.sources.registry import BY_NAME, DOORS
from candor_intake.sources.samples import sample
from candor_intake.sources.signed import SIGNED, mapping_of
from candor_intake.sources.slack import Challenge
from candor_intake.verify.delivery import Delivery, NotGenuine
from tests.unit.intake.doors import ANY_JSON, ODD_TEXT, check_fit
from tests.unit.intake.mails import a_mail

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADDRESS = "https://candor.example/v1/hooks"
MAPPING = {"paths": {"id": "call.uid", "caller": "legs.0.from", "text": "said"}}
Read = Callable[[bytes], Iterable[object]]


def a_source(kind: str) -> Source:
    options = Options(mapping=Paths(paths=MAPPING["paths"])) if kind == "call-record" else Options()
    return Source("desk-1", "desk", kind, options, NOW, Material(secret=standard_webhooks.new_secret()))


def one(read: Callable[[bytes], object]) -> Read:
    return lambda body: [read(body)]


def of_pagerduty(body: bytes) -> list[object]:
    """Both of its addresses, and the answers to what is refused there."""
    found: list[object] = []
    for read in (pagerduty.parse, pagerduty.parse_change):
        try:
            found.append(read(body).inbound)
        except BadPayload as fault:
            json.dumps(pagerduty.answer_to(fault).body, ensure_ascii=False).encode()
    return found


def a_form(body: bytes) -> list[object]:
    given = fields(body)
    return [form.parse(given, [form.Upload(name, name, body) for name in list(given)[:2]])]


UNSIGNED: dict[str, Read] = {
    "rest": one(rest.parse),
    "rest-batch": rest.parse_batch,
    "mail": one(mail.parse),
    "alertmanager": alertmanager.parse,
    "pagerduty": of_pagerduty,
    "form": a_form,
    "call-note": one(lambda body: call_note.parse(fields(body), taken_by="ada")),
}
"""How the bytes of a door without a signature are read. A new one gets its line here."""

REQUEST = {"subject": "Printer", "text": "It is broken.", "from": {"address": "zhang@example.com"}}
ALERT = {"status": "firing", "labels": {"alertname": "Disk"}, "annotations": {"summary": "Full"}}
FIELDS = {
    "address": "a@b.example",
    "name": "Li",
    "number": "+8613800138000",
    "text": "Help",
    "submission": "1",
}
EXAMPLES: dict[str, bytes] = {
    "rest": json.dumps(REQUEST).encode(),
    "rest-batch": json.dumps({"requests": [REQUEST, REQUEST]}).encode(),
    "mail": a_mail(b"Help", Message_ID="<1@b.example>"),
    "alertmanager": json.dumps({"version": "4", "alerts": [ALERT, ALERT]}).encode(),
    "form": urlencode(FIELDS).encode(),
    "call-note": urlencode(FIELDS).encode(),
}


def example(name: str) -> bytes:
    """Something that the door takes."""
    return EXAMPLES[name] if name in EXAMPLES else sample(a_source(name), ADDRESS, NOW).body


def read_of(name: str) -> Read:
    if name in SIGNED:
        source = a_source(name)
        return one(lambda body: SIGNED[name].parse(body, source))
    return UNSIGNED[name]


def changed(value: Any, draw: st.DataObject) -> Any:
    """JSON with something else somewhere in it."""
    if isinstance(value, dict) and value and draw.draw(st.booleans()):
        name = draw.draw(st.sampled_from(sorted(value)))
        return value | {draw.draw(st.just(name) | ODD_TEXT): changed(value[name], draw)}
    if isinstance(value, list) and value and draw.draw(st.booleans()):
        return [changed(value[0], draw), *value[1:]]
    return draw.draw(ANY_JSON)


def spoiled(body: bytes, kind: str, draw: st.DataObject) -> bytes:
    """Something close to what the door takes, or anything."""
    if draw.draw(st.booleans()):
        start, end = sorted(draw.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
        return body[:start] + draw.draw(st.binary(max_size=20)) + body[end:]
    if kind == JSON:
        return json.dumps(changed(json.loads(body), draw)).encode()
    if kind == FORM:
        given = dict(parse_qsl(body.decode())) | draw.draw(
            st.dictionaries(
                st.sampled_from([name for name, _ in parse_qsl(body.decode())]), st.text(max_size=8)
            )
        )
        return urlencode(given).encode("utf-8", "replace")
    return draw.draw(st.binary(max_size=200))


each_door = pytest.mark.parametrize("name", [door.name for door in DOORS])
often = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_every_door_is_tried() -> None:
    assert SIGNED.keys() | UNSIGNED.keys() == BY_NAME.keys()
    assert not SIGNED.keys() & UNSIGNED.keys()


@each_door
def test_a_door_takes_its_example(name: str) -> None:
    taken = list(read_of(name)(example(name)))
    assert isinstance(taken[0], Request | Signal), taken


@each_door
@often
@given(draw=st.data())
def test_any_bytes_are_understood_or_refused(name: str, draw: st.DataObject) -> None:
    body = spoiled(example(name), BY_NAME[name].content_types[0], draw)
    try:
        taken = list(read_of(name)(body))
    except BadPayload as fault:
        f"{fault.detail}{fault.pointer}".encode()
        return
    for inbound in taken:
        match inbound:
            case Request() | Signal() | Ignored():
                # A mail may be nothing but its subject.
                check_fit(inbound, wordless=name == "mail")
            case Challenge(text=text):
                text.encode()
            case BadPayload():
                f"{inbound.detail}{inbound.pointer}".encode()
            case _:
                raise AssertionError(inbound)


# Signatures

SCHEMES = {
    "slack": ("x-slack-signature", "x-slack-request-timestamp"),
    "twilio": ("x-twilio-signature", "x-twilio-webhooks-signature-settings", "content-type"),
    "shared_secret": ("authorization",),
}
"""The headers that each module in `verify/` reads."""
HEADERS = sorted({name for names in SCHEMES.values() for name in names} | {"webhook-id", "webhook-timestamp"})
SIGNED_LIKE = st.sampled_from(
    ["v0=", "v1,", "Basic ", "Bearer ", "1772442000", "key=k,algorithm=HMAC_SHA256", "="]
)


def test_every_scheme_is_tried() -> None:
    modules = {one.name for one in pkgutil.iter_modules(verify.__path__)} - {"delivery"}
    assert SCHEMES.keys() == modules


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_signed_example_is_genuine(name: str) -> None:
    source = a_source(name)
    SIGNED[name].verify(sample(source, ADDRESS, NOW), source)


@pytest.mark.parametrize("name", sorted(SIGNED))
@often
@given(
    headers=st.dictionaries(
        st.sampled_from([*HEADERS, "webhook-signature"]),
        ODD_TEXT | st.tuples(SIGNED_LIKE, ODD_TEXT).map("".join),
    ),
    body=st.binary(max_size=60),
    url=ODD_TEXT | st.sampled_from([ADDRESS, f"{ADDRESS}?bodySHA256=", "https://[::1/x", ""]),
)
def test_any_delivery_is_genuine_or_not(name: str, headers: Mapping[str, str], body: bytes, url: str) -> None:
    source = a_source(name)
    of_another = sample(a_source(name), ADDRESS, NOW)
    for delivery in (
        Delivery(headers, body, NOW, url),
        Delivery({**of_another.headers, **headers}, of_another.body, NOW, url),
    ):
        with pytest.raises(NotGenuine) as caught:
            SIGNED[name].verify(delivery, source)
        assert source.material.secret not in caught.value.reason


# What the operator gives


@given(
    paths=st.dictionaries(
        st.sampled_from(sorted(TARGETS)) | ODD_TEXT, ODD_TEXT | st.sampled_from(["a.b", "0.x"])
    ),
    incoming=st.frozensets(st.text(min_size=1, max_size=4), max_size=2),
)
def test_any_mapping_can_be_used_or_says_what_is_wrong(
    paths: dict[str, str], incoming: frozenset[str]
) -> None:
    try:
        mapping = mapping_of(
            Options(mapping=Paths.model_construct(paths=paths, incoming=incoming, missed=None))
        )
    except BadMapping as fault:
        str(fault).encode("utf-8", "replace")
        return
    assert {"id", "caller"} <= mapping.paths.keys()
