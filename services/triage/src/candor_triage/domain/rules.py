"""Who may do what to an incident, when, and where it leads: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from candor_common.events import IncidentStatus as S

Command = Literal[
    "acknowledge",
    "assign",
    "escalate",
    "help",
    "update",
    "ask",
    "resume",
    "plan",
    "estimate",
    "workaround",
    "resolve",
    "verify",
    "confirm",
    "close",
    "reopen",
    "priority",
    "note",
    "decision",
    "link",
    "merge",
    "cancel",
]


class Who(Enum):
    """In which part somebody acts."""

    PERSON = "people of the house"
    CUSTOMER = "the customer"
    CHARTER = "the charter"
    SIGNAL = "the monitoring"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may give a command, and from which status it leads to which."""

    who: frozenset[Who]
    leads: Mapping[S, S]


ACTIVE = (S.OPEN, S.ASSIGNED, S.REOPENED, S.IN_PROGRESS, S.WAITING, S.WORKAROUND)
"""Somebody is to do something about it."""
OVER = (S.RESOLVED, S.VERIFIED, S.CLOSED)
"""It works again, as far as is known."""
ENDED = (S.MERGED, S.CANCELLED)
"""Nothing comes after these."""
_NOT_BEGUN = (S.OPEN, S.ASSIGNED, S.REOPENED)
_HALTED = (S.WAITING, S.WORKAROUND)


def _to(status: S, *come_from: S) -> dict[S, S]:
    return dict.fromkeys(come_from, status)


def _stay(*statuses: S) -> dict[S, S]:
    return {status: status for status in statuses}


_PERSON = frozenset({Who.PERSON})
_OR_CHARTER = _PERSON | {Who.CHARTER}
_OR_CUSTOMER = _PERSON | {Who.CUSTOMER}
_WORK = _to(S.IN_PROGRESS, *_NOT_BEGUN, S.IN_PROGRESS) | _stay(*_HALTED)
"""Whoever tells or plans something has begun; a question stays open and a workaround stays in place."""

RULES: Mapping[Command, Rule] = {
    "acknowledge": Rule(_PERSON, _to(S.IN_PROGRESS, *_NOT_BEGUN) | _stay(*_HALTED)),
    "assign": Rule(_OR_CHARTER, _to(S.ASSIGNED, *_NOT_BEGUN, S.IN_PROGRESS) | _stay(*_HALTED)),
    "escalate": Rule(
        _OR_CHARTER, _to(S.OPEN, S.OPEN, S.ASSIGNED, S.IN_PROGRESS) | _stay(S.REOPENED, *_HALTED)
    ),
    "help": Rule(_PERSON, _stay(S.ASSIGNED, S.IN_PROGRESS, *_HALTED)),
    "update": Rule(_PERSON, _WORK),
    "ask": Rule(_PERSON, _to(S.WAITING, *_NOT_BEGUN, S.IN_PROGRESS, S.WORKAROUND)),
    "resume": Rule(_OR_CUSTOMER, _to(S.IN_PROGRESS, S.WAITING)),
    "plan": Rule(_PERSON, _WORK),
    "estimate": Rule(_PERSON, _WORK),
    "workaround": Rule(
        _PERSON, _to(S.WORKAROUND, *_NOT_BEGUN, S.IN_PROGRESS, S.WORKAROUND) | _stay(S.WAITING)
    ),
    "resolve": Rule(_PERSON | {Who.SIGNAL}, _to(S.RESOLVED, *ACTIVE)),
    "verify": Rule(_OR_CHARTER, _to(S.VERIFIED, S.RESOLVED)),
    "confirm": Rule(_OR_CUSTOMER, _to(S.VERIFIED, S.RESOLVED)),
    "close": Rule(_OR_CHARTER, _to(S.CLOSED, S.RESOLVED, S.VERIFIED)),
    "reopen": Rule(_OR_CUSTOMER | {Who.SIGNAL}, _to(S.REOPENED, *OVER)),
    "priority": Rule(_PERSON, _stay(*ACTIVE)),
    "note": Rule(_PERSON, _stay(*ACTIVE, *OVER, S.CANCELLED)),
    "decision": Rule(_PERSON, _stay(*ACTIVE, *OVER, S.CANCELLED)),
    "link": Rule(_PERSON, _stay(*ACTIVE, *OVER)),
    "merge": Rule(_PERSON, _to(S.MERGED, *ACTIVE)),
    "cancel": Rule(_PERSON, _to(S.CANCELLED, *ACTIVE)),
}
"""In the order in which commands are offered. What a command asks for beyond this stands with the command."""
