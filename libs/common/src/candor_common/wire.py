"""How an event looks outside a process: CloudEvents 1.0, binary mode, JSON.

The embedded log has a column for each of these headers, so that both modes carry the same.
"""

from datetime import UTC, datetime

from pydantic import ValidationError

from candor_common.events import BY_TYPE, Envelope, Fact

CONTENT_TYPE = "application/json"
_REQUIRED = ("ce_id", "ce_source", "ce_type", "ce_time")

Headers = dict[str, str]


class Undecodable(Exception):
    """The bytes are no event of ours; the message says why."""


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
    return fact.model_dump_json(exclude_none=True).encode()


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
