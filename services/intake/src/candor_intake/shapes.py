"""What intake answers."""

from datetime import datetime

from pydantic import BaseModel


class Receipt(BaseModel):
    """What the sender of a request gets: the reference that customer and team use from now on."""

    request_id: str
    reference: str | None
    """None when the message was ignored, as our own mail that comes back is."""
    status_url: str


class Refusal(BaseModel):
    """What is wrong with one of several requests. `pointer` is its place in the body, a JSON pointer."""

    detail: str
    pointer: str


class Receipts(BaseModel):
    """One answer per item, in order: a receipt, or what is wrong with it."""

    results: list[Receipt | Refusal]


class Status(BaseModel):
    """Where a request stands. `incident` is the reference that it leads to, once it is known."""

    request_id: str
    reference: str | None
    channel: str
    received_at: datetime
    incident: str | None
    incident_status: str | None
    ignored_because: str | None


class Trial(BaseModel):
    """What became of a sample."""

    taken: bool
    outcome: str


class PagerDutyAnswer(BaseModel):
    """What PagerDuty answers to an event."""

    status: str
    message: str
    dedup_key: str | None = None
    errors: list[str] | None = None
