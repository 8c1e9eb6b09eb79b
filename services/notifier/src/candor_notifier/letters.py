"""What a message to a customer says: four lines in the same order whatever it is about."""

from collections.abc import Iterator
from datetime import datetime

from candor_common.events import PromiseKind
from candor_notifier.case import Case, Letter, Line, Link
from candor_notifier.domain.audience import (
    Answered,
    Asked,
    Closed,
    Estimated,
    HandedOver,
    Invited,
    Merged,
    Missed,
    News,
    OpenAgain,
    Received,
    Reprioritised,
    Resolved,
    Restored,
    StillNothing,
    WorkedAround,
)
from candor_notifier.domain.silence import OF_WORDS


def letter(case: Case) -> Letter:
    """What this message says."""
    match case.one.said:
        case Received() | News() | Asked() | Estimated() as said:
            return _on_the_way(case, said)
        case HandedOver() | Reprioritised() | Merged() | WorkedAround() | OpenAgain() as said:
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
        case Asked(question, fix_waits):
            lead = f"{text.question}\n{question}"
            expect = (text.question_expect, *([text.question_pause] if fix_waits else ()))
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


def _turn(case: Case, said: HandedOver | Reprioritised | Merged | WorkedAround | OpenAgain) -> Letter:
    text = case.text
    match said:
        case HandedOver(team):
            doing = text.handover.format(team=team)
            expect = (text.handover_expect, *case.aim())
            return Letter(text.handover_subject, doing, expect, case.next_word())
        case Reprioritised():
            return _reprioritised(case, said)
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


def _reprioritised(case: Case, said: Reprioritised) -> Letter:
    """What they had been told and what holds now. The reason on record is for the team: whoever wants to know, asks."""
    text, one = case.text, case.one
    fix = [_instead(case, text.moved, said.fix_before, one.fix_by)] if said.fix_before else case.aim()
    next_by = case.next_word()
    if said.word_before:
        next_by = _instead(case, text.write_moved, said.word_before, one.write_by, text.no_date)
    if said.less_urgent:
        expect = (*fix, text.lowered_expect)
        return Letter(text.lowered_subject, case.doing, expect, next_by, text.lowered)
    return Letter(text.raised_subject, case.doing, (*fix, text.raised_expect), next_by, text.raised)


def _instead(case: Case, form: str, before: datetime, now: datetime | None, dateless: str = "") -> str:
    """The date that stands in the place of another, where it is known by now."""
    if now is None or now == before:
        return f"{case.text.lapsed.format(before=case.time(before))}\n{dateless}".strip()
    return form.format(before=case.time(before), time=case.time(now))


def _miss(case: Case, said: Missed | StillNothing) -> Letter:
    """Which promise, no excuse, where things stand, and the new promise."""
    text, lead = case.text, _confession(case, said)
    subject = text.overdue_subject if said.untold else text.breach_subject
    if case.one.over:
        return Letter(subject, case.works_again(), _confirmation(case), case.after_the_end(), lead)
    if isinstance(said, StillNothing):
        expect = (text.nothing_new_expect, *case.aim())
        # That we were late to write is no news where nobody had been told by when.
        lead = lead if said.untold else f"{lead}\n{text.nothing_new}"
        return Letter(text.nothing_new_subject, case.doing, expect, case.next_word(), lead)
    expect = (text.breach_expect, *case.aim())
    if not said.untold and said.kind not in OF_WORDS:
        subject = text.breach_fix_subject
    return Letter(subject, case.doing, expect, case.next_word(), lead)


def _confession(case: Case, said: Missed | StillNothing) -> str:
    """Nobody is told that we promised what they never heard of."""
    text = case.text
    forms = {
        PromiseKind.FIRST_RESPONSE: text.breach_answer,
        PromiseKind.NEXT_REPLY: text.breach_answer,
        PromiseKind.NEXT_UPDATE: text.breach_update,
    }
    form = forms.get(said.kind, text.breach_fix)
    if said.untold:
        form = text.overdue_answer if said.kind in OF_WORDS else text.overdue_fix
    return form.format(time=case.time(said.due_at))


def _end(case: Case, said: Resolved | Restored | Closed) -> Letter:
    text = case.text
    match said:
        case Resolved(cause, done, checked):
            told = ((text.cause, cause), (text.done, done), (text.checked, checked))
            return _resolved(case, tuple(Line(label, words) for label, words in told))
        case Restored():
            return _resolved(case)
        case Closed():
            return Letter(text.closed_subject, text.closed, (text.closed_expect,), text.closed_next)


def _resolved(case: Case, details: tuple[Line, ...] = ()) -> Letter:
    text, (confirm,) = case.text, _confirmation(case)
    brief, page = confirm, ""
    if _can_confirm(case):
        brief, page = text.confirm_short.format(page=case.one.page), text.confirm_page
    return Letter(
        text.resolution_subject,
        case.works_again(),
        (confirm,),
        case.after_the_end(),
        details=details,
        page=page,
        short_next=brief,
    )


def _confirmation(case: Case) -> tuple[str]:
    """How they say whether it works: on their page, or in a reply where it does not."""
    return (case.text.confirm if _can_confirm(case) else case.text.not_solved,)


def _can_confirm(case: Case) -> bool:
    """On the page of what was merged there is nothing to confirm."""
    return case.one.page is not None and not case.one.part_of


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
