"""A third opinion on promises: lives through an incident minute by minute, looks at a calendar's clock on the wall each
time, and counts. It computes no date ahead and shares no code with the service. All times are whole minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.unit.sla_timer.counters import HORIZON, Counter, Due, Moved, works

RENEWALS = 2
Shown = tuple[str, int, int | None, str, int | None, bool]
"""Kind, made, due (nothing when that is behind the horizon), state, kept, whether it runs."""


@dataclass(frozen=True)
class Rules:
    """What the charter says, in minutes of a plan's working time."""

    first: int
    resolution: int
    every: int
    reply: int
    plan: str


@dataclass(frozen=True)
class Happening:
    """What happens at a minute. `number` is the date that is named, which rules hold from then on, or which happening
    a message tells about."""

    minute: int
    what: str
    number: int = 0
    place: int = 0
    """Which happening it is, counted as they were written down."""


@dataclass
class Given:
    """A promise."""

    kind: str
    made: int
    start: int
    count: Due
    named: bool = False
    state: str = "open"
    kept: int | None = None
    ended: int | None = None
    renewal: int = 0

    def is_late(self, minute: int) -> bool:
        return self.count.due is not None and self.count.due < minute

    def end(self, minute: int, state: str) -> None:
        self.ended = minute
        if self.state == "open" and not self.is_late(minute):
            self.state, self.kept = state, minute if state == "kept" else None


class Life:
    """One incident with a requester."""

    def __init__(self, start: datetime, rules: Sequence[Rules]) -> None:
        self.start, self.rules, self.now = start, rules, rules[0]
        self.waited: list[bool] = []
        self.waiting = self.resolved = self.told = self.given_up = False
        self.reopened = 0
        self.estimate: Given | None = None
        self.reply: Given | None = None
        self.spoken = False
        self.answer: Given | None = Given("first_response", 0, 0, self._counter(self.now.first))
        self.target = Given("resolution", 0, 0, self._counter(self.now.resolution))
        self.all: list[Given] = [self.answer, self.target]

    def live(self, happenings: Sequence[Happening]) -> list[Shown]:
        coming = list(happenings)
        for minute in range(HORIZON):
            while coming and coming[0].minute == minute:
                one = coming.pop(0)
                getattr(self, one.what)(one)
            for given in self.all:
                if given.count.due is None and not self._stands(given):
                    given.count.pass_(minute)
            self.waited.append(self.waiting)
        return sorted(map(self._shown, self.all), key=repr)

    def _stands(self, given: Given) -> bool:
        return self.waiting and given.ended is None and given.kind not in ("first_response", "next_reply")

    def _shown(self, one: Given) -> Shown:
        runs = one.state != "open" or not self._stands(one) or one.count.due is not None
        return one.kind, one.made, one.count.due if runs else None, one.state, one.kept, runs

    def _counter(self, whole: int, plan: str | None = None) -> Counter:
        return Counter(works(plan or self.now.plan, self.start), whole)

    def _since(self, start: int, minute: int, whole: int) -> Counter:
        """As if it had been counted from the start by today's rules, but for the waits."""
        made = self._counter(whole)
        for past in range(start, minute):
            if not self.waited[past]:
                made.pass_(past)
        return made

    def wrote(self, one: Happening) -> None:
        """The customer waits for an answer, unless they do already, or it works, or nobody ever spoke to them."""
        if self.spoken and self.reply is None and not self.resolved:
            count = self._counter(self.now.reply)
            self.reply = Given("next_reply", one.minute, one.minute, count)
            self.all.append(self.reply)

    def words(self, one: Happening) -> None:
        self._spoken(one.minute, "kept")
        if not self.told:
            self._owe_a_word(one.minute, one.number)

    def told_so(self, one: Happening) -> None:
        """The message that it works again leaves; it may not be true any more."""
        self._spoken(one.minute, "kept")
        self.told = self.told or one.number == 0 or one.number > self.reopened
        if not self.told:
            self._owe_a_word(one.minute)

    def _spoken(self, minute: int, state: str) -> None:
        for owed in (self.answer, self.reply):
            if owed:
                owed.end(minute, state)
        self.answer = self.reply = None
        self.spoken = self.spoken or state == "kept"

    def _owe_a_word(self, minute: int, number: int = 0) -> None:
        named = number > minute
        count = self._counter(number - minute, "always") if named else self._counter(self.now.every)
        self.answer = Given("next_update", minute, minute, count, named)
        self.all.append(self.answer)

    def asked(self, _: Happening) -> None:
        self.waiting = self.waiting or not self.resolved

    def resumed(self, _: Happening) -> None:
        self.waiting = False

    def estimated(self, one: Happening) -> None:
        if self.resolved:
            return
        self._end_estimate(one.minute, "withdrawn")
        if one.number > one.minute:
            count = self._counter(one.number - one.minute, "always")
            self.estimate = Given("estimate", one.minute, one.minute, count, named=True)
            self.all.append(self.estimate)

    def _end_estimate(self, minute: int, state: str) -> None:
        if self.estimate:
            self.estimate.end(minute, state)
        self.estimate = None

    def resolve(self, one: Happening) -> None:
        if self.resolved:
            return
        self._end_estimate(one.minute, "kept")
        self._over(one.minute, "kept")

    def _over(self, minute: int, state: str) -> None:
        self.resolved, self.waiting = True, False
        if not self.given_up:
            self.given_up = self.target.is_late(minute)
            self.target.end(minute, state)

    def reopen(self, one: Happening) -> None:
        if not self.resolved:
            return
        self.resolved, self.told, self.reopened = False, False, one.place
        if not self.given_up:
            self._resolve_what_is_left(one.minute)
        if self.answer is None:
            self._owe_a_word(one.minute)

    def _resolve_what_is_left(self, minute: int) -> None:
        used, left = self.target.count, self._counter(self.now.resolution)
        assert isinstance(used, Counter)
        assert self.target.ended is not None
        left.made = minute
        left.log = [each for each in used.log if each <= self.target.ended]
        self.target = Given("resolution", minute, 0, left)
        self.all.append(self.target)

    def verify(self, one: Happening) -> None:
        if self.resolved:
            self._spoken(one.minute, "withdrawn")
            self.told = True

    def close(self, one: Happening) -> None:
        self._spoken(one.minute, "withdrawn")
        self._end_estimate(one.minute, "withdrawn")
        self.told, self.waiting = True, False
        if not self.resolved:
            self._over(one.minute, "withdrawn")

    def change(self, one: Happening) -> None:
        self.now = self.rules[one.number]
        for given in self.all:
            if given.ended is None and not (given.named or given.is_late(one.minute)):
                self._count_by_new_rules(given, one.minute)

    def _count_by_new_rules(self, given: Given, minute: int) -> None:
        if given.kind == "next_update":
            words = self._since(given.start, minute, self.now.every)
            given.count = Moved(words, given.count, self._counter(self.now.every))
            return
        assert isinstance(given.count, Counter)
        goals = {
            "first_response": self.now.first,
            "next_reply": self.now.reply,
            "resolution": self.now.resolution,
        }
        whole = goals[given.kind]
        given.count = Counter(works(self.now.plan, self.start), whole, given.count.log, given.count.made)

    def tick(self, one: Happening) -> None:
        for given in list(self.all):
            if given.state == "open" and given.is_late(one.minute):
                given.state = "breached"
                if given is self.answer and given.renewal < RENEWALS:
                    self._renew(given, one.minute)

    def _renew(self, missed: Given, minute: int) -> None:
        assert missed.count.due is not None
        count = self._since(missed.count.due, minute, self.now.every)
        count.whole = (len(count.log) // self.now.every + 1) * self.now.every
        self.answer = Given("next_update", minute, missed.count.due, count, renewal=missed.renewal + 1)
        self.all.append(self.answer)
