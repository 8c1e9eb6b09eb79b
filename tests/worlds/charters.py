"""Charters for tests: the one that ships, with all its times made shorter."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

_SPAN = re.compile(r"([0-9]+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIMED = ("targets", "update_every", "close_after", "reopen_within", "verify_after", "survey")


def shipped() -> dict[str, Any]:
    """The charter that Candor ships with, as plain values."""
    text = (files("candor_common") / "default_charter" / "charter.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def hurried(seconds_per_minute: float) -> dict[str, Any]:
    """The shipped charter on a faster clock: a minute takes so many seconds. No hour of the real day is a quiet one."""
    content = shipped()
    return {
        key: _shorter(value, seconds_per_minute / 60) if key in _TIMED else value
        for key, value in content.items()
        if key != "quiet_hours"
    }


def impatient(*, first_response: int, resolution: int, update_every: int) -> dict[str, Any]:
    """The shipped charter with the same few seconds for every priority, and one renewal."""
    goals = {"first_response": f"{first_response}s", "resolution": f"{resolution}s"}
    each = ("P1", "P2", "P3", "P4")
    awake = {key: value for key, value in shipped().items() if key != "quiet_hours"}
    return awake | {
        "targets": {"L1": dict.fromkeys(each, goals), "L2": dict.fromkeys(each, goals)},
        "update_every": dict.fromkeys(each, f"{update_every}s"),
        "renewals": 1,
        "verify_after": "1s",
        "survey": {"delay": "1s", "expires": "28d", "at_most_every": "1s"},
    }


def write(content: dict[str, Any], path: Path) -> Path:
    # Without aliases, which a charter may not have.
    path.write_text(yaml.dump(content, Dumper=_Plain, allow_unicode=True), "utf-8")
    return path


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _shorter(value: Any, factor: float) -> Any:
    if isinstance(value, dict):
        return {key: _shorter(one, factor) for key, one in value.items()}
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    return f"{max(1, round(int(found[1]) * _SECONDS[found[2]] * factor))}s" if found else value
