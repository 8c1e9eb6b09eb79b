"""A message to a customer with the words to put it in, and the letter that it becomes.

It is made of a `ForCustomer` alone, so that nothing comes in that customers may not read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from candor_notifier.domain.audience import ForCustomer
from candor_notifier.domain.words import Words
from candor_notifier.times import lasting, written


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message before it is text or HTML."""

    subject: str
    """With the place {title}."""
    doing: str
    expect: tuple[str, ...]
    next_by: str
    lead: str = ""
    links: tuple[Link, ...] = ()
    details: tuple[Line, ...] = ()
    page: str = ""
    """What the link to the customer's page is called, where it has another name here."""

    short: str = ""
    """What it comes to, where that is neither the lead nor what we are doing."""
    short_next: str = ""
    """What stands in the place of the next word where there is no room for both."""

    @property
    def gist(self) -> str:
        """For where there is no room for more."""
        return self.short or self.lead or self.doing


@dataclass(frozen=True, slots=True)
class Case:
    """A message to a customer, and the words to put it in."""

    one: ForCustomer
    text: Words

    @property
    def who(self) -> str:
        """Who has it, by name where somebody took it."""
        if not self.one.team:
            return self.one.owner
        form = self.text.owned if self.one.owner else self.text.nobody_yet
        return form.format(owner=self.one.owner, team=self.one.team)

    @property
    def doing(self) -> str:
        """What a person said last that we are doing, or whether anybody is."""
        return self.one.doing or (self.text.working if self.one.begun else self.text.waiting)

    def time(self, moment: datetime) -> str:
        return written(moment, self.text, self.one.zone)

    def next_word(self) -> str:
        """The open promise of a next word."""
        by = self.one.write_by
        return self.text.write_by.format(time=self.time(by)) if by else self.text.no_date

    def word_after_this(self, named: datetime | None = None) -> str:
        """After words of a person the open promise is the one that they keep, so it is not named: either they named
        a date themselves, or the charter's cadence begins with them."""
        if named:
            return self.text.write_by.format(time=self.time(named))
        within = self.one.write_within
        return self.text.write_within.format(span=lasting(within, self.text)) if within else self.text.no_date

    def works_again(self) -> str:
        """What is said of what somebody has resolved."""
        since = self.one.since
        return self.text.resolution.format(since=self.time(since)) if since else self.text.resolution_subject

    def after_the_end(self) -> str:
        """As long as the fix is watched, until when."""
        until = self.one.watched_until
        return self.text.watched.format(time=self.time(until)) if until else self.text.finished

    def aim(self) -> Iterable[str]:
        """The target, where there is one that can still be reached."""
        by = self.one.fix_by
        return (self.text.aim_by.format(time=self.time(by)),) if by else ()
