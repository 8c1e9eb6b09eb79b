"""The cursor of the incident list and of the search: the place behind which the next page begins, opaque to callers."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from candor_common.errors import BadRequest
from candor_common.events import Incident

Place = tuple[datetime, str]
"""When an incident was opened, and its id."""


def cursor_behind(last: Incident) -> str:
    """A cursor that goes on behind an incident."""
    return cursor_of((last.opened_at, last.id))


def cursor_of(place: Place) -> str:
    """A cursor that goes on behind a place."""
    opened_at, id = place
    text = f"{opened_at.astimezone(UTC).isoformat()} {id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Where a cursor points to. Raises BadRequest when it is not one of ours."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        opened_at, _, id = text.partition(" ")
        moment = datetime.fromisoformat(opened_at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequest("`cursor` is not one of ours; start again without it.") from error
    if not id or "\x00" in id:
        raise BadRequest("`cursor` is not one of ours; start again without it.")
    return moment, id
