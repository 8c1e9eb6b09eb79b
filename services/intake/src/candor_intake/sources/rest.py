"""Requests posted as JSON, one at a time or many in one body."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, StringConstraints

from candor_common.events import Channel, Contact, Origin, Text
from candor_intake.domain.addresses import is_address
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, TEXT_CHARACTERS, BadPayload, Request
from candor_intake.domain.language import guess, supported
from candor_intake.domain.words import one_line, storable
from candor_intake.sources.json_body import at, build, check, load

LARGEST_BATCH = 500
LONGEST_KEY = 255
_MOST_LABELS = 50
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')


def parse(body: bytes, *, dedup_key: str = "") -> Request:
    """The request in a JSON body. The key is the sender's own: see `idempotency_key`."""
    return _request(load(body), "#", dedup_key)


def parse_batch(body: bytes, *, dedup_key: str = "") -> list[Request | BadPayload]:
    """The requests in `{"requests": […]}`, in order. A bad one does not harm the others."""
    whole = load(body)
    items = whole.get("requests") if isinstance(whole, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= LARGEST_BATCH:
        raise BadPayload(f"A list of 1 to {LARGEST_BATCH} requests is needed here.", "#/requests")
    return [
        _request_or_fault(item, at("#/requests", index), dedup_key and f"{dedup_key}/{index}")
        for index, item in enumerate(items)
    ]


def idempotency_key(header: str) -> str:
    """The key in an Idempotency-Key header: a quoted string by the draft, a bare token from most clients."""
    bare = header.strip()
    quoted = _QUOTED.fullmatch(bare)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else bare
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise BadPayload(f"The Idempotency-Key has to be 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _lenient_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _lenient_text(value: object) -> object:
    return storable(value).strip() if isinstance(value, str) else value


def _an_address(value: str) -> str:
    if not is_address(value):
        raise ValueError("an e-mail address is needed here")
    return value


def _few(labels: dict[str, str]) -> dict[str, str]:
    if len(labels) > _MOST_LABELS:
        raise ValueError(f"at most {_MOST_LABELS} labels are allowed")
    return labels


def _line(shortest: int, longest: int) -> tuple[BeforeValidator, StringConstraints]:
    return BeforeValidator(_lenient_line), StringConstraints(min_length=shortest, max_length=longest)


class _Sender(BaseModel):
    address: Annotated[str, *_line(3, 320), AfterValidator(_an_address)]
    name: Annotated[str, *_line(0, 200)] | None = None


class Body(BaseModel):
    """One request."""

    subject: Annotated[str, *_line(1, SUBJECT_CHARACTERS)]
    text: Annotated[
        Text, BeforeValidator(_lenient_text), StringConstraints(min_length=1, max_length=TEXT_CHARACTERS)
    ]
    sender: Annotated[_Sender, Field(alias="from")]
    language: Annotated[str, *_line(0, 35)] | None = None
    urgent: StrictBool | None = None
    labels: (
        Annotated[
            dict[Annotated[str, *_line(1, 64)], Annotated[str, *_line(0, 256)]],
            AfterValidator(_few),
        ]
        | None
    ) = None


def _request_or_fault(item: object, pointer: str, dedup_key: str) -> Request | BadPayload:
    try:
        return _request(item, pointer, dedup_key)
    except BadPayload as fault:
        return fault


def _request(value: object, pointer: str, dedup_key: str) -> Request:
    check(value, pointer)
    body = build(Body, value, pointer)
    return Request(
        sender=Contact(address=body.sender.address, name=body.sender.name or None),
        subject_line=body.subject,
        text=body.text,
        channel=Channel.REST,
        origin=Origin.HUMAN,
        language=supported(body.language) or guess(f"{body.subject}\n{body.text}"),
        urgent=body.urgent or False,
        labels=body.labels or {},
        dedup_key=dedup_key,
    )
