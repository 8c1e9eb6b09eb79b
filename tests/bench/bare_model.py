"""The values that the bare way passes around: as little as the product's promises allow."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

TEXT = "The pump in hall 4 stops after ten minutes and shows error 0x4F. " * 12


class InboundRequest(BaseModel):
    """One request as a caller posts it."""

    channel: Literal["api", "mail", "chat", "phone", "form"] = "api"
    customer: str = Field(min_length=1, max_length=80)
    contact: str = Field(min_length=3, max_length=254)
    subject: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20_000)
    language: str = "en"
    urgency: Literal["low", "normal", "high"] = "normal"


class Incident(BaseModel):
    """The unit of work, as its event carries it."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int
    customer: str
    contact: str
    subject: str
    text: str
    language: str
    kind: str
    impact: str
    urgency: str
    priority: str
    lane: str
    level: str
    team: str
    state: str
    opened_at: str


class Promise(BaseModel):
    """What was promised and by when."""

    model_config = ConfigDict(frozen=True)

    id: str
    incident_id: str
    version: int
    kind: str
    state: str
    started_at: str
    due_at: str
    charter: str


class Event(NamedTuple):
    """One row of an outbox."""

    id: str
    topic: str
    key: str
    type: str
    body: str


class Message(NamedTuple):
    """One mail that waits to be sent."""

    id: str
    recipient: str
    subject: str
    text: str


class Slice(NamedTuple):
    """What one round read of one partition."""

    topic: str
    partition: int
    next_offset: int
    events: Sequence[Event]


class Effects(NamedTuple):
    """What a round writes besides its position: effect rows, outbox rows and messages."""

    rows: list[tuple[str, str]]
    events: list[Event]
    messages: list[Message]


class Stage(NamedTuple):
    """A consumer: what it reads, which effect rows it loads, and how it decides."""

    name: str
    topics: tuple[str, ...]
    ids: Callable[[Sequence[Event]], list[str]]
    react: Callable[[Sequence[Event], Mapping[str, str]], Effects]


def new_id() -> str:
    """An id nobody else has."""
    return uuid4().hex


def request_event(request: InboundRequest) -> Event:
    """The event of an accepted request; its key is the conversation it opens."""
    return Event(new_id(), "requests", new_id(), "RequestReceived", request.model_dump_json())


def request_body(token: str) -> bytes:
    """A request of about 1 KB that carries the token in its subject; product and bare both understand it."""
    request = InboundRequest(
        customer="northwind-shipping",
        # Each from another address: one alone is acknowledged a few times an hour only.
        contact=f"ada.{token}@customer.example",
        subject=f"Pump stops {token}",
        text=TEXT,
        urgency="high",
    )
    sender = {"address": request.contact, "name": "Ada Lovelace"}
    return json.dumps({**request.model_dump(), "from": sender, "urgent": False}).encode()
