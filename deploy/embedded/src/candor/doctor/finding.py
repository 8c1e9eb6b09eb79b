"""What a check finds, and how checks are run: side by side, each with a time limit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]
SECONDS = 8.0
"""After which a check is given up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how it is, and what to do when it is not well."""

    name: str
    state: State
    detail: str
    do: str = ""


def ok(name: str, detail: str) -> Finding:
    return Finding(name, "ok", detail)


def warning(name: str, detail: str, do: str) -> Finding:
    return Finding(name, "warning", detail, do)


def problem(name: str, detail: str, do: str) -> Finding:
    return Finding(name, "problem", detail, do)


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at. `do` is the advice when the look itself fails or takes too long."""

    name: str
    look: Callable[[], Awaitable[Sequence[Finding]]]
    do: str


async def findings(checks: Sequence[Check], seconds: float = SECONDS) -> list[Finding]:
    """What all checks find, in their order."""
    found = await asyncio.gather(*(_within(check, seconds) for check in checks))
    return [one for several in found for one in several]


async def _within(check: Check, seconds: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check.look()
    except TimeoutError:
        return [problem(check.name, f"no answer within {seconds:g} s", check.do)]
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are to be told
        return [problem(check.name, f"{type(error).__name__}: {error}"[:300], check.do)]
