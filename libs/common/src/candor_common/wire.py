"""How an event looks outside a process: CloudEvents 1.0, binary mode, JSON.

The embedded log has a column for each of these headers, so that both modes carry the same.
"""

from datetime import UTC, datetime
from functools import cache

from pydantic import BaseModel, ValidationError

from candor_common.events import BY_TYPE, Envelope, Fact, Value

CONTENT_TYPE = "application/json"
_REQUIRED = ("ce_id", "ce_source", "ce_type", "ce_time")
_WITHOUT_ZONE = len("2026-01-01T00:00:00.000000")
_LONGEST = 8_000
_MOST = 500
_written: dict[int, tuple[BaseModel, str]] = {}
"""Snapshots that were written lately: each goes into a row, into the event that tells of it, and into others' rows.
A model is kept beside its text, so that its id is not given to another one. At most 4 MB."""

Headers = dict[str, str]


class Undecodable(Exception):
    """The bytes are no event of ours; the message says why."""


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat("T", "microseconds")[:_WITHOUT_ZONE] + "Z"


def headers_of(envelope: Envelope[Fact]) -> Headers:
    """The CloudEvents attributes as Kafka headers (`ce_…`), plus `content-type` and `traceparent`."""
    return {
        "ce_specversion": "1.0",
        "ce_id": envelope.id,
        "ce_source": envelope.source,
        "ce_type": envelope.type,
        "ce_time": timestamp(envelope.time),
        "ce_subject": envelope.subject,
        "ce_sequence": str(envelope.fact.sequence),
        "content-type": CONTENT_TYPE,
        "traceparent": envelope.traceparent,
    }


def value_of(fact: Fact) -> bytes:
    """The fact as UTF-8 JSON; fields that hold nothing are left out."""
    snapshot, has_more = _shape(type(fact))
    if snapshot is None:
        return fact.model_dump_json(exclude_none=True).encode()
    value = f'{{"{snapshot}":{json_of(getattr(fact, snapshot))}'
    others = fact.model_dump_json(exclude_none=True, exclude={snapshot}) if has_more else "{}"
    return f"{value}}}".encode() if others == "{}" else f"{value},{others[1:]}".encode()


def json_of(model: BaseModel) -> str:
    """A frozen model as JSON; fields that hold nothing are left out."""
    known = _written.get(id(model))
    if known is not None and known[0] is model:
        return known[1]
    text = model.model_dump_json(exclude_none=True)
    if len(text) <= _LONGEST:
        if len(_written) >= _MOST:
            _written.clear()
        _written[id(model)] = model, text
    return text


@cache
def _shape(kind: type[Fact]) -> tuple[str | None, bool]:
    """The first field of a fact when it is a snapshot, and whether there are others."""
    (name, first), *others = kind.model_fields.items()
    is_snapshot = isinstance(first.annotation, type) and issubclass(first.annotation, Value)
    return name if is_snapshot else None, bool(others)


def decode(headers: Headers, value: bytes | None) -> Envelope[Fact] | None:
    """The event, or None when its type is of a later version than this reader.

    Raises Undecodable when a header is missing or the value does not fit the type.
    """
    if missing := [name for name in _REQUIRED if name not in headers]:
        raise Undecodable(f"header {missing[0]} is missing")
    kind = BY_TYPE.get(headers["ce_type"])
    if kind is None:
        return None
    if value is None:
        raise Undecodable("the event has no value")
    try:
        fact = kind.model_validate_json(value)
        time = datetime.fromisoformat(headers["ce_time"])
    except ValidationError as error:
        raise Undecodable(_first_problem(error)) from error
    except ValueError as error:
        raise Undecodable(f"ce_time is not a time: {headers['ce_time']!r}") from error
    return Envelope(headers["ce_id"], headers["ce_source"], time, headers.get("traceparent", ""), fact)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place or 'value'}: {problem['msg']}"
