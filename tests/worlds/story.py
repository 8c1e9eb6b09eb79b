"""Stories: what people do at which minute, and what must be seen of it when.

`push(at(10), acknowledge())` does something, `want(between(58, 60), mail("breach_notice"))` expects something. The same
story is told on any stage: one process whose clock is moved by hand, or five processes in real time.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from candor_common.events import Fact, IncidentOpened, MessageSent, SignalReceived
from tests.worlds.moments import Window
from tests.worlds.seen import Mail, SeenEvent, field_of


class Stage(Protocol):
    """A Candor on which stories can be told."""

    late: float
    """How many minutes later than said things may be seen here: real processes take their time."""

    @property
    def http(self) -> httpx.AsyncClient:
        """Reaches all services under their usual paths."""
        ...

    def moment(self, minute: float) -> datetime: ...

    def minute(self, moment: datetime) -> float: ...

    async def reach(self, minute: float) -> None:
        """Let the time pass until then, with everything that is due on the way."""
        ...

    async def wait_for(self, what: Callable[[], Any]) -> Any:
        """The first answer that is not nothing; fails after a while."""
        ...

    def mails(self) -> Sequence[Mail]: ...

    def events(self) -> Sequence[SeenEvent]: ...

    def troubles(self) -> Sequence[str]:
        """Lines of the log that should not be there."""
        ...


@dataclass
class Telling:
    """A story while it is told. Its addresses and alerts carry a tag, so that several can be told at once."""

    stage: Stage
    tag: str
    references: dict[str, str] = field(default_factory=dict)
    requests: set[str] = field(default_factory=set)

    def address(self, plain: str) -> str:
        name, _, host = plain.partition("@")
        return f"{name}@{self.tag}.{host}"

    def mails(self, kind: str | None = None, to: str | None = None) -> list[Mail]:
        """The mails of this story, in order."""
        mine = [
            one for one in self.stage.mails() if one.recipient.partition("@")[2].startswith(f"{self.tag}.")
        ]
        kinds = self._kinds()
        return [
            one
            for one in mine
            if (kind is None or kinds.get(one.message_id) == kind)
            and (to is None or one.recipient == self.address(to))
        ]

    def kind_of(self, mail: Mail) -> str:
        return self._kinds().get(mail.message_id, "unknown")

    def _kinds(self) -> dict[str, str]:
        facts = [one.fact for one in self.stage.events()]
        return {fact.message.message_id: fact.message.kind for fact in facts if isinstance(fact, MessageSent)}

    def events(self) -> list[SeenEvent]:
        """The events of this story, each once, in order."""
        mine = set(self.references.values())
        seen: dict[str, SeenEvent] = {}
        for one in self.stage.events():
            if _of_tag(one.fact, self.tag):
                mine.add(one.envelope.subject)
            if one.envelope.subject in mine:
                seen.setdefault(one.envelope.id, one)
        return list(seen.values())

    def incident(self, name: str) -> str:
        """The reference of an incident of this story by its name; for one that an alert opened, when it is known."""
        if name in self.references:
            return self.references[name]
        opened = [one.fact.incident.id for one in self.events() if isinstance(one.fact, IncidentOpened)]
        return opened[0] if opened else ""


def _of_tag(fact: Fact, tag: str) -> bool:
    if isinstance(fact, SignalReceived):
        return fact.signal_key.endswith(tag)
    return isinstance(fact, IncidentOpened) and (fact.incident.signal_key or "").endswith(tag) and bool(tag)


@dataclass(frozen=True)
class Action:
    """Something that somebody does."""

    words: str
    run: Callable[[Telling], Awaitable[None]]


@dataclass(frozen=True)
class WantedMail:
    """A mail by what it is for, and what must stand in it."""

    kind: str
    to: str
    says: tuple[str, ...] = ()
    keeps_quiet: tuple[str, ...] = ()
    answers: str | None = None

    def __str__(self) -> str:
        return f"mail {self.kind} to {self.to}" + (f" with {list(self.says)}" if self.says else "")

    def fits(self, mail: Mail, telling: Telling) -> bool:
        whole = f"{mail.subject}\n{mail.text}"
        return (
            telling.kind_of(mail) == self.kind
            and mail.recipient == telling.address(self.to)
            and all(words in whole for words in self.says)
            and not any(words in whole for words in self.keeps_quiet)
            and (self.answers is None or self.answers in str(mail.message["In-Reply-To"] or ""))
        )


@dataclass(frozen=True)
class WantedEvent:
    """An event by its type and fields; a field that is a time is compared with a window."""

    type: type[Fact]
    fields: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"event {self.type.__name__} " + " ".join(f"{name}={value}" for name, value in self.fields)

    def fits(self, seen: SeenEvent, telling: Telling) -> bool:
        return isinstance(seen.fact, self.type) and all(
            _equal(field_of(seen.fact, name), value, telling.stage) for name, value in self.fields
        )


def _equal(found: object, wanted: object, stage: Stage) -> bool:
    if isinstance(wanted, Window):
        return isinstance(found, datetime) and wanted.holds(stage.minute(found), late=stage.late)
    return found == wanted


Wanted = WantedMail | WantedEvent


@dataclass(frozen=True)
class Push:
    """Something done at a moment."""

    moment: Window
    action: Action


@dataclass(frozen=True)
class Want:
    """Something that must be seen within a window."""

    window: Window
    what: Wanted


def push(moment: Window, action: Action) -> Push:
    return Push(moment, action)


def want(window: Window, what: Wanted) -> Want:
    return Want(window, what)


def mail(
    kind: str,
    to: str,
    *,
    says: Sequence[str] = (),
    keeps_quiet: Sequence[str] = (),
    answers: str | None = None,
) -> WantedMail:
    return WantedMail(kind, to, tuple(says), tuple(keeps_quiet), answers)


def event(type: type[Fact], **fields: Any) -> WantedEvent:
    return WantedEvent(type, tuple(fields.items()))


@dataclass(frozen=True)
class Story:
    """Steps, and the end up to which it is watched. Every mail must be wanted, and of the events every one whose type
    is wanted at all."""

    name: str
    steps: tuple[Push | Want, ...]
    end: float

    @property
    def pushes(self) -> list[Push]:
        return sorted((one for one in self.steps if isinstance(one, Push)), key=lambda one: one.moment.start)

    @property
    def wants(self) -> list[Want]:
        return [one for one in self.steps if isinstance(one, Want)]


def story(name: str, *steps: Push | Want, end: float | None = None) -> Story:
    """A story that ends with its last step, or later."""
    last = max((one.moment.end if isinstance(one, Push) else one.window.end) for one in steps)
    return Story(name, steps, last if end is None else end)
