"""What machines add to an event in any shape, as lines that people can read."""

import json
from datetime import UTC, datetime

_MOST_LINES = 100


def details(value: object) -> list[str]:
    """One line per name of an object; anything else is one line by itself."""
    if isinstance(value, dict):
        return [f"{name}: {_shown(one)}" for name, one in list(value.items())[:_MOST_LINES]]
    return [_shown(value)] if value not in (None, "", []) else []


def moment(written: str) -> datetime | None:
    """The time in UTC, unless it is unreadable. Without a zone it is taken for UTC."""
    try:
        time = datetime.fromisoformat(written)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
