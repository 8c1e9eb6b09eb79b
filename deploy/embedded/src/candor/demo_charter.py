"""The charter of the demo: the one that Candor ships with, on a clock on which an hour takes twelve seconds."""

import re
from importlib.resources import files
from pathlib import Path

HOUR = 12
"""How many seconds an hour of the shipped charter takes."""

# A fix takes as long as it takes: nobody waits in the demo for a target to be missed.
_SPAN = re.compile(r"(?<!resolution: )(?<=: )([0-9]+)([mhd])\b")
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def write_quick_charter(path: Path) -> None:
    """Write the shipped charter with the same words and rules, all its times made shorter, and no quiet hours: the demo
    may be watched at night."""
    lines = [line for line in _shipped().splitlines(keepends=True) if not line.startswith("quiet_hours:")]
    path.write_text("".join(map(_quick, lines)), "utf-8")


def write_shipped_charter(path: Path) -> None:
    """Write it as it is."""
    path.write_text(_shipped(), "utf-8")


def _shipped() -> str:
    return (files("candor_common") / "default_charter" / "charter.yaml").read_text("utf-8")


def _quick(line: str) -> str:
    return line if line.startswith("#") else _SPAN.sub(_seconds, line)


def _seconds(span: re.Match[str]) -> str:
    return f"{max(1, int(span[1]) * _MINUTES[span[2]] * HOUR // 60)}s"
