"""What a message says: four lines in the same order whatever it is about, made of what the record holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from candor_common.events import (
    Incident,
    IncidentStatus,
    MessageKind,
    Promise,
    PromiseKind,
    Resolution,
    Update,
)
from candor_notifier.domain import words
from candor_notifier.domain.plain import one_line, paragraphs
from candor_notifier.domain.words import Words
from candor_notifier.store import Due
from candor_notifier.times import written

DONE = {IncidentStatus.RESOLVED, IncidentStatus.CLOSED}


@dataclass(frozen=True, slots=True)
class Voice:
    """What all messages of an installation share."""

    public_url: str
    time_zone: str
    name: str
    """Whom customers know us by."""
    teams: Mapping[str, str]
    """The teams' names by id."""


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
    doing: str
    expect: tuple[str, ...]
    next_by: str
    lead: str = ""
    links: tuple[Link, ...] = ()
    details: tuple[Line, ...] = ()


class Incomplete(ValueError):
    """The record lacks what a message of this kind says. It can't happen to messages that were planned."""


@dataclass(frozen=True, slots=True)
class Case:
    """A due message, and the language and voice to put it in."""

    due: Due
    voice: Voice
    text: Words

    @property
    def incident(self) -> Incident:
        if self.due.incident is None:
            raise Incomplete(self.due.message.id)
        return self.due.incident

    @property
    def title(self) -> str:
        known = self.due.incident
        return (one_line(known.title) if known else "") or self.due.message.incident_id

    @property
    def who(self) -> str:
        """Who has it, by name where somebody took it."""
        incident = self.due.incident
        if incident is None:
            return self.voice.name
        team = self.voice.teams.get(incident.team, incident.team)
        owner = one_line(incident.owner or "")
        return (self.text.owned if owner else self.text.nobody_yet).format(owner=owner, team=team)

    def time(self, moment: datetime) -> str:
        return written(moment, self.text, self.voice.time_zone)

    def open(self, *kinds: PromiseKind) -> Promise | None:
        """The next open promise of these kinds. A clock that is stopped, or a date that is over, promises nothing."""
        found = (one for one in self.due.promises if one.kind in kinds and one.running)
        return min((one for one in found if one.due_at > self.due.at), key=_due_at, default=None)

    def next_word(self) -> str:
        promise = self.open(PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE)
        return self.text.write_by.format(time=self.time(promise.due_at)) if promise else self.text.no_date

    def aim(self) -> Iterable[str]:
        """The target, where there is one that can still be reached."""
        promise = self.open(PromiseKind.RESOLUTION)
        return (self.text.aim_by.format(time=self.time(promise.due_at)),) if promise else ()


def _due_at(promise: Promise) -> datetime:
    return promise.due_at


def case_of(due: Due, voice: Voice) -> tuple[Case, str]:
    """The case, and the tag of the language that it is told in."""
    tag = words.tag(due.incident.language if due.incident else due.words.language or "en")
    return Case(due, voice, words.WORDS[tag]), tag


def letter(case: Case) -> Letter:
    """What this message says. Raises Incomplete."""
    write = _LETTERS.get(case.due.message.kind)
    if write is None:
        raise Incomplete(case.due.message.kind)
    return write(case)


def _acknowledgement(case: Case) -> Letter:
    text = case.text
    return Letter(
        text.acknowledgement_subject,
        text.acknowledgement.format(title=case.title),
        (text.acknowledgement_expect, *case.aim()),
        case.next_word(),
    )


def _update(case: Case) -> Letter:
    """A person's words. Without a date of theirs none is named: the open promise is the one that these words keep."""
    text, given = case.text, _given(case.due.words.update)
    ahead = given.next_by is not None and given.next_by > case.due.at
    next_by = text.write_by.format(time=case.time(given.next_by)) if ahead and given.next_by else text.no_date
    return Letter(text.update_subject, paragraphs(given.doing), (paragraphs(given.expect),), next_by)


def _resolution(case: Case) -> Letter:
    text, given = case.text, _told(case.due.words.resolution)
    details = (
        Line(text.cause, paragraphs(given.cause)),
        Line(text.done, paragraphs(given.done)),
        Line(text.checked, paragraphs(given.checked)),
    )
    return Letter(text.resolution_subject, text.resolution, (text.confirm,), text.finished, details=details)


def _breach_notice(case: Case) -> Letter:
    text, incident = case.text, case.incident
    lead = _miss(case)
    if incident.status in DONE:
        return Letter(text.breach_subject, text.resolution, (text.confirm,), text.finished, lead)
    doing = text.working if incident.owner else text.waiting
    if incident.last_update:
        doing = paragraphs(incident.last_update.doing)
    return Letter(text.breach_subject, doing, (text.breach_expect, *case.aim()), case.next_word(), lead)


def _miss(case: Case) -> str:
    missed, text = case.due.words.missed, case.text
    if missed is None:
        raise Incomplete(case.due.message.id)
    spoken = {
        PromiseKind.FIRST_RESPONSE: text.breach_answer,
        PromiseKind.NEXT_UPDATE: text.breach_update,
        PromiseKind.RESOLUTION: text.breach_fix,
    }
    return spoken[missed.kind].format(time=case.time(missed.due_at))


def _survey(case: Case) -> Letter:
    text, token = case.text, case.due.words.survey_token
    if token is None:
        raise Incomplete(case.due.message.id)
    link = f"{case.voice.public_url}/survey/{token}"
    links = tuple(Link(label, f"{link}?score={score}") for score, label in enumerate(text.scores, 1))
    return Letter(
        text.survey_subject, text.survey_doing, (text.survey_optional,), text.finished, text.survey, links
    )


def _given(update: Update | None) -> Update:
    if update is None:
        raise Incomplete("no update")
    return update


def _told(resolution: Resolution | None) -> Resolution:
    if resolution is None:
        raise Incomplete("no resolution")
    return resolution


_LETTERS: Mapping[MessageKind, Callable[[Case], Letter]] = {
    MessageKind.ACKNOWLEDGEMENT: _acknowledgement,
    MessageKind.UPDATE: _update,
    MessageKind.BREACH_NOTICE: _breach_notice,
    MessageKind.RESOLUTION: _resolution,
    MessageKind.SURVEY: _survey,
}
