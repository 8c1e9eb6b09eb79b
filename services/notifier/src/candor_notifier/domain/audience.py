"""What messages are made of, by who reads them.

A message to a customer is made of a `ForCustomer` and of nothing else: there is no field in it for a note, a decision,
a reason of ours, a colleague who helps, or anything about another customer, and no snapshot from which one of those
could be read. Whatever is to be told gets a field here first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from candor_common.events import MessageKind, Priority, PromiseKind
from candor_common.languages import Language


class Incomplete(ValueError):
    """The record lacks what a message of this kind says. It can't happen to messages that were planned."""


@dataclass(frozen=True, slots=True)
class Received:
    """We have their request, as far as we understood it."""

    request: str
    """The first lines of what they wrote."""


@dataclass(frozen=True, slots=True)
class News:
    """What a person wrote to them."""

    doing: str
    expect: str
    next_by: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A person wants to know something of them."""

    question: str
    fix_waits: bool
    """True when the date of the fix moves by as long as we wait."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A person said when it will work again; `before` is what they were told last."""

    fixed_by: datetime
    reason: str
    before: datetime | None
    late: bool
    """True when the date before was over when the new one was given."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Another team has it now."""

    team: str


@dataclass(frozen=True, slots=True)
class Reprioritised:
    """It is more or less urgent than was thought; what they had been told before, where it no longer holds."""

    less_urgent: bool
    word_before: datetime | None
    fix_before: datetime | None


@dataclass(frozen=True, slots=True)
class Merged:
    """Another incident goes on for theirs."""

    into: str


@dataclass(frozen=True, slots=True)
class WorkedAround:
    """They can go on while the fault stands."""

    workaround: str


@dataclass(frozen=True, slots=True)
class Missed:
    """We did not keep a promise to them."""

    kind: PromiseKind
    due_at: datetime
    untold: bool = False
    """True when nobody had been told that date: it follows from times for what is more urgent."""


@dataclass(frozen=True, slots=True)
class StillNothing:
    """We missed the last of the promises that follow one another by themselves: only a person can go on."""

    kind: PromiseKind
    due_at: datetime
    untold: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A person says that it works again."""

    cause: str
    done: str
    checked: str


@dataclass(frozen=True, slots=True)
class Restored:
    """It works again, which was said to somebody else in words that are not for them."""


@dataclass(frozen=True, slots=True)
class OpenAgain:
    """It does not work after all."""


@dataclass(frozen=True, slots=True)
class Closed:
    """It is finished."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A person answers what they said in a survey."""

    answer: str
    suggestion: str
    """What they had written; empty where a low score is answered."""


@dataclass(frozen=True, slots=True)
class Invited:
    """They are asked how it went."""

    survey: str
    """The address of the page."""


Said: TypeAlias = (
    Received
    | News
    | Asked
    | Estimated
    | HandedOver
    | Reprioritised
    | Merged
    | WorkedAround
    | Missed
    | StillNothing
    | Resolved
    | Restored
    | OpenAgain
    | Closed
    | Answered
    | Invited
)


@dataclass(frozen=True, slots=True)
class ForCustomer:
    """A message to a customer, before it is put in words. Times are aware."""

    reference: str
    language: Language
    zone: str
    """The IANA zone in which times are told."""
    title: str
    said: Said
    owner: str = ""
    """Who has it by name; before the incident is known, the house."""
    team: str = ""
    """By the name that customers know."""
    doing: str = ""
    """What a person said last that we are doing."""
    begun: bool = False
    """True once a person has taken it on."""
    broken: bool = True
    """False where nothing has to be fixed: it is a question, a change, a complaint."""
    over: bool = False
    """True when it is said to work."""
    since: datetime | None = None
    """Since when, where it does."""
    watched_until: datetime | None = None
    """Until when we watch whether it does."""
    part_of: str = ""
    """The incident that goes on for theirs, when it was merged into it."""
    write_by: datetime | None = None
    """The open promise of the next word."""
    write_within: timedelta | None = None
    """How soon after words of a person more of them follow at the latest."""
    fix_by: datetime | None = None
    """The open target, or the estimate in its place."""
    page: str | None = None
    """The address of their own page."""
    by_mail: bool = True


@dataclass(frozen=True, slots=True)
class Pledged:
    """What is promised and has to be done soon, or was not done."""

    promise: PromiseKind
    at: datetime
    missed: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """Words of ours that could not be delivered."""

    kind: MessageKind
    recipient: str
    reason: str


@dataclass(frozen=True, slots=True)
class ForTeam:
    """A nudge: somebody of the house is to speak before the customer has to ask. It is never sent to a customer."""

    reference: str
    title: str
    priority: Priority
    team: str
    owner: str
    about: Pledged | Lost
    zone: str
    page: str
    """The address of the incident's page in the console."""
    by_mail: bool = True
