"""What a message to a customer says: four lines in the same order whatever it is about.

It is made of a `ForCustomer` alone, so that nothing comes in that customers may not read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from candor_common.events import PromiseKind
from candor_notifier.domain.audience import (
    Answered,
    Asked,
    Closed,
    Estimated,
    ForCustomer,
    HandedOver,
    Invited,
    Merged,
    Missed,
    News,
    OpenAgain,
    Received,
    Resolved,
    Restored,
    StillNothing,
    WorkedAround,
)
from candor_notifier.domain.silence import OF_WORDS
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

    def aim(self) -> Iterable[str]:
        """The target, where there is one that can still be reached."""
        by = self.one.fix_by
        return (self.text.aim_by.format(time=self.time(by)),) if by else ()


def letter(case: Case) -> Letter:
    """What this message says."""
    match case.one.said:
        case Received() | News() | Asked() | Estimated() as said:
            return _on_the_way(case, said)
        case HandedOver() | Merged() | WorkedAround() | OpenAgain() as said:
            return _turn(case, said)
        case Missed() | StillNothing() as said:
            return _miss(case, said)
        case Resolved() | Restored() | Closed() as said:
            return _end(case, said)
        case Answered() | Invited() as said:
            return _afterwards(case, said)


def _on_the_way(case: Case, said: Received | News | Asked | Estimated) -> Letter:
    text = case.text
    match said:
        case Received(request):
            understood = text.acknowledgement.format(title=case.one.title)
            doing = f"{understood}\n{request}" if request else understood
            expect = (text.acknowledgement_expect, *case.aim())
            return Letter(text.acknowledgement_subject, doing, expect, case.next_word())
        case News(doing, expect, next_by):
            return Letter(text.update_subject, doing, (expect,), case.word_after_this(next_by))
        case Asked(question):
            lead = f"{text.question}\n{question}"
            expect = (text.question_expect,)
            return Letter(text.question_subject, text.question_doing, expect, text.question_next, lead)
        case Estimated():
            subject = text.moved_subject if said.before else text.estimate_subject
            expect = tuple(_estimate(case, said))
            return Letter(subject, case.doing, expect, case.word_after_this(), short=expect[0])


def _estimate(case: Case, said: Estimated) -> Iterator[str]:
    text, time = case.text, case.time(said.fixed_by)
    if said.before is None:
        yield text.estimate_by.format(time=time)
    else:
        form = text.moved_late if said.late else text.moved
        yield form.format(before=case.time(said.before), time=time)
    if said.reason:
        yield text.why.format(reason=said.reason)


def _turn(case: Case, said: HandedOver | Merged | WorkedAround | OpenAgain) -> Letter:
    text = case.text
    match said:
        case HandedOver(team):
            doing = text.handover.format(team=team)
            expect = (text.handover_expect, *case.aim())
            return Letter(text.handover_subject, doing, expect, case.next_word())
        case Merged(into):
            subject, doing = (
                text.merged_subject.format(into=into, title="{title}"),
                text.merged.format(into=into),
            )
            return Letter(subject, doing, (text.merged_expect,), text.merged_next)
        case WorkedAround(workaround):
            lead = f"{text.workaround}\n{workaround}"
            expect = (text.workaround_expect, *case.aim())
            return Letter(text.workaround_subject, case.doing, expect, case.word_after_this(), lead)
        case OpenAgain():
            expect = (text.reopened_expect, *case.aim())
            return Letter(text.reopened_subject, text.reopened, expect, case.next_word())


def _miss(case: Case, said: Missed | StillNothing) -> Letter:
    """Which promise, no excuse, where things stand, and the new promise."""
    text, lead = case.text, _confession(case, said)
    if case.one.over:
        return Letter(text.breach_subject, text.resolution, (text.confirm,), text.finished, lead)
    if isinstance(said, StillNothing):
        expect = (text.nothing_new_expect, *case.aim())
        lead = f"{lead}\n{text.nothing_new}"
        return Letter(text.nothing_new_subject, case.doing, expect, case.next_word(), lead)
    expect = (text.breach_expect, *case.aim())
    subject = text.breach_subject if said.kind in OF_WORDS else text.breach_fix_subject
    return Letter(subject, case.doing, expect, case.next_word(), lead)


def _confession(case: Case, said: Missed | StillNothing) -> str:
    forms = {
        PromiseKind.FIRST_RESPONSE: case.text.breach_answer,
        PromiseKind.NEXT_REPLY: case.text.breach_answer,
        PromiseKind.NEXT_UPDATE: case.text.breach_update,
    }
    return forms.get(said.kind, case.text.breach_fix).format(time=case.time(said.due_at))


def _end(case: Case, said: Resolved | Restored | Closed) -> Letter:
    text = case.text
    match said:
        case Resolved(cause, done, checked):
            told = ((text.cause, cause), (text.done, done), (text.checked, checked))
            # On the page of what was merged there is nothing to confirm.
            page = "" if case.one.part_of else text.confirm_page
            details = tuple(Line(label, words) for label, words in told)
            return Letter(*_works_again(text), details=details, page=page)
        case Restored():
            return Letter(*_works_again(text))
        case Closed():
            return Letter(text.closed_subject, text.closed, (text.closed_expect,), text.closed_next)


def _works_again(text: Words) -> tuple[str, str, tuple[str, ...], str]:
    return text.resolution_subject, text.resolution, (text.confirm,), text.finished


def _afterwards(case: Case, said: Answered | Invited) -> Letter:
    text = case.text
    match said:
        case Answered():
            return _answer(case, said)
        case Invited(survey):
            question = text.survey.format(question=text.survey_question)
            links = tuple(Link(label, f"{survey}?score={at}") for at, label in enumerate(text.scores, 1))
            return Letter(
                text.survey_subject,
                text.survey_doing,
                (text.survey_optional,),
                text.finished,
                question,
                links,
                short=f"{question} {survey}",
            )


def _answer(case: Case, said: Answered) -> Letter:
    """Without a suggestion it answers a score: then there are no words to read or to repeat."""
    text = case.text
    lead, expect = f"{text.answered}\n{said.answer}", (text.answered_expect,)
    next_by = case.next_word() if case.one.write_by else text.finished
    if not said.suggestion:
        return Letter(text.rated_subject, text.rated_doing, expect, next_by, lead)
    details = (Line(text.answered_about, said.suggestion),)
    return Letter(text.answer_subject, text.answered_doing, expect, next_by, lead, details=details)
