"""What every door has to hold, and inputs to try it with."""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from candor_intake.domain.conversations import Conversations
from candor_intake.domain.inbound import (
    SUBJECT_CHARACTERS,
    TEXT_CHARACTERS,
    Ignored,
    Request,
    Signal,
    by_each_name,
)

ODD_TEXT = st.text(alphabet=st.characters(), max_size=8) | st.sampled_from(
    ["\0", "\ud800", "", " ", "\r\n", "<@U1>"]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of these fields, with what belongs there or with anything."""
    mixed = {name: values | ANY_JSON for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional=mixed)


def json_bodies(*likely: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Bytes, any JSON, and JSON that looks right."""
    values = st.one_of(ANY_JSON, *likely)
    return st.binary(max_size=80) | values.map(lambda value: json.dumps(value).encode())


def form_bodies(*names: str) -> st.SearchStrategy[bytes]:
    """Bytes, and forms with some of these fields."""
    values = st.text(max_size=8) | st.sampled_from(
        ["completed", "+14158675309", "CA1", "anonymous", "\0", "STOP"]
    )
    forms = st.dictionaries(st.sampled_from(names) | st.text(max_size=4), values, max_size=8)
    return st.binary(max_size=80) | forms.map(lambda fields: urlencode(fields).encode())


def check_fit(inbound: Request | Signal | Ignored, *, wordless: bool = False) -> None:
    """It can be stored as it is: UTF-8 without NUL, within the limits of the domain."""
    if isinstance(inbound, Ignored):
        storable(inbound.reason)
        return
    assert 1 <= len(inbound.subject_line) <= SUBJECT_CHARACTERS
    assert len(inbound.text) <= TEXT_CHARACTERS
    storable(inbound.subject_line, inbound.text, inbound.dedup_key, *inbound.labels, *inbound.labels.values())
    if isinstance(inbound, Signal):
        storable(inbound.signal_key, inbound.severity)
        return
    assert inbound.text or wordless
    assert "\n" not in inbound.subject_line
    storable(inbound.sender.address, inbound.sender.name or "")
    if inbound.thread:
        names = (*inbound.thread.parents, *inbound.thread.reference_tokens, *inbound.thread.also)
        storable(*inbound.thread.address_tokens)
        storable(inbound.thread.message_id or "", *names)


def storable(*texts: str) -> None:
    for text in texts:
        text.encode()
        assert "\0" not in text


def a_request(inbound: object) -> Request:
    """It has to be a request."""
    assert isinstance(inbound, Request), inbound
    check_fit(inbound)
    return inbound


def incidents_of(requests: list[Request]) -> list[str]:
    """The incidents that requests lead to, numbered in the order in which they come."""
    known, led = Conversations({}, {}, ()), []
    for number, request in enumerate(requests, start=1):
        joined = known.joined(request)
        for named in by_each_name(request):
            known.note(named, f"INC-{number:06d}", joined)
        led.append(joined or f"INC-{number:06d}")
    return led
