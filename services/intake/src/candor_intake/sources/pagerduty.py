"""Events as PagerDuty's Events API v2 takes them, and its own answers: who alerts PagerDuty can alert us.

`POST /v2/enqueue`, and `POST /v2/change/enqueue` for changes. Clients send again after 429 and 5xx, and after
nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from candor_common.events import SignalStatus
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, BadPayload, Ignored, Signal
from candor_intake.domain.words import clipped, one_line
from candor_intake.sources.details import details, moment
from candor_intake.sources.json_body import at, check, load
from candor_intake.sources.plain import Line, words

LARGEST_BYTES = 512 * 1024
LONGEST_KEY = 255
_LONGEST_ROUTING_KEY = 100

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Event:
    """An event that can be read. Whoever calls checks the routing key, in constant time, before taking it."""

    routing_key: str = field(repr=False)
    dedup_key: str
    """The sender's, or the one that was made for it; the answer names it."""
    inbound: Signal | Ignored


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the body that belongs to it, to be written as JSON."""

    status: int
    body: dict[str, str | list[str]]


class InvalidEvent(BadPayload):
    """An event that PagerDuty would refuse too; `errors` says why, one sentence per place."""

    def __init__(self, errors: Sequence[str], pointer: str = "#") -> None:
        super().__init__(" ".join(errors), pointer)
        self.errors = tuple(errors)


def parse(body: bytes) -> Event:
    """The event in a body. Raises InvalidEvent, or Malformed when it is no JSON.

    A trigger without a key gets one made of its bytes: the same words mean the same trouble. Without a time in it,
    an event can't be told from its return, so that it has no key by which a repeat would be dropped; a repeated
    signal changes nothing anyway.
    """
    event = _built(_whole(body))
    key = event.dedup_key or fingerprint(body)
    return Event(event.routing_key, key, _inbound(event, key))


def parse_change(body: bytes) -> Event:
    """A change, like a deployment: it is kept and sets nobody to work. Raises InvalidEvent or Malformed."""
    change = _fitting(_Change, _whole(body))
    return Event(change.routing_key, "", Ignored("a change, which is no trouble"))


def change_accepted(_event: Event) -> Answer:
    """The change is stored."""
    return Answer(202, {"status": "success", "message": "Change event processed"})


def accepted(event: Event) -> Answer:
    """The event is stored."""
    return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": event.dedup_key})


def refused(errors: Sequence[str]) -> Answer:
    """The event will never be taken; clients drop it."""
    return Answer(
        400, {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}
    )


def unknown_key() -> Answer:
    """Nobody here has that routing key."""
    return refused(["The routing_key is not one of this service."])


def busy() -> Answer:
    """Too much waits; clients send it again later."""
    return Answer(
        429, {"status": "throttle exceeded", "message": "Too many events wait; send it again later."}
    )


def answer_to(fault: BadPayload) -> Answer:
    """What a sender is told whose event can't be read."""
    return refused(fault.errors if isinstance(fault, InvalidEvent) else [str(fault)])


def _list(value: object) -> object:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


_Needed = Annotated[Line, StringConstraints(min_length=1)]


class _Link(BaseModel):
    href: Line = ""
    text: Line = ""


class _Payload(BaseModel):
    summary: _Needed
    source: _Needed
    severity: Literal["critical", "warning", "error", "info"]
    timestamp: Line = ""
    component: Line = ""
    group: Line = ""
    class_: Annotated[Line, Field(alias="class")] = ""
    custom_details: Any = None


_RoutingKey = Annotated[Line, StringConstraints(min_length=1, max_length=_LONGEST_ROUTING_KEY)]


class _ChangePayload(BaseModel):
    summary: _Needed


class _Change(BaseModel):
    routing_key: _RoutingKey
    payload: _ChangePayload


class _Event(BaseModel):
    routing_key: _RoutingKey
    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: Annotated[Line, StringConstraints(max_length=LONGEST_KEY)] = ""
    payload: _Payload | None = None
    client: Line = ""
    client_url: Line = ""
    links: Annotated[list[_Link], BeforeValidator(_list)] = []


def _whole(body: bytes) -> dict[str, Any]:
    if len(body) > LARGEST_BYTES:
        raise InvalidEvent([f"The event is larger than {LARGEST_BYTES} bytes."])
    whole = load(body)
    check(whole)
    if not isinstance(whole, dict):
        raise InvalidEvent(["The event has to be a JSON object."])
    return whole


def _fitting(model: type[ModelT], value: dict[str, Any]) -> ModelT:
    """The value as a model. Raises InvalidEvent with all its faults."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidEvent(
            [f"{'.'.join(map(str, one['loc']))}: {one['msg']}." for one in faults], at("#", *faults[0]["loc"])
        ) from error


def _built(whole: dict[str, Any]) -> _Event:
    """The event. Raises InvalidEvent with all its faults."""
    # Only a trigger needs its payload; what others send along is read as far as it fits.
    usable = whole if whole.get("event_action") == "trigger" else whole | {"payload": _if_fits(whole)}
    event = _fitting(_Event, usable)
    if event.event_action == "trigger" and event.payload is None:
        raise InvalidEvent(["payload: a trigger needs one."], "#/payload")
    if event.event_action != "trigger" and not event.dedup_key:
        raise InvalidEvent(["dedup_key: it says which event is meant."], "#/dedup_key")
    return event


def _if_fits(whole: dict[str, Any]) -> _Payload | None:
    try:
        return _Payload.model_validate(whole.get("payload"))
    except ValidationError:
        return None


def _inbound(event: _Event, key: str) -> Signal | Ignored:
    if event.event_action == "acknowledge":
        return Ignored("acknowledged where it came from")
    signal_key = f"pagerduty:{fingerprint(event.routing_key.encode())[:16]}/{key}"
    at_time = event.payload.timestamp if event.payload else ""
    summary = event.payload.summary if event.payload else f"{key} is over"
    return Signal(
        signal_key=signal_key,
        status=SignalStatus.FIRING if event.event_action == "trigger" else SignalStatus.RESOLVED,
        severity=event.payload.severity if event.payload else "",
        subject_line=clipped(one_line(summary), SUBJECT_CHARACTERS),
        text=_text(event, summary),
        labels=_labels(event),
        dedup_key=f"{signal_key}/{event.event_action}/{at_time}" if at_time else "",
        started_at=moment(at_time),
        # For some senders it is the time of the trouble, which is the same when it returns.
        told_alike=True,
    )


def _labels(event: _Event) -> dict[str, str]:
    said = event.payload
    pairs = {"client": event.client}
    if said:
        pairs |= {"severity": said.severity, "source": said.source, "component": said.component}
        pairs |= {"group": said.group, "class": said.class_}
    return {name: value for name, value in pairs.items() if value}


def _text(event: _Event, summary: str) -> str:
    links = [" ".join(part for part in (one.text, one.href) if part) for one in event.links]
    parts = [summary, *details(event.payload.custom_details if event.payload else None)]
    parts += [f"{name}: {value}" for name, value in sorted(_labels(event).items())]
    return words("\n".join(part for part in [*parts, event.client_url, *links] if part))
