"""From the record to what one reader may know of it. Everything that leaves the house comes through here."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from candor_common.events import (
    BreachCause,
    Channel,
    Incident,
    IncidentStatus,
    MessageKind,
    Promise,
    PromiseKind,
)
from candor_common.languages import nearest
from candor_notifier.domain import audience as said
from candor_notifier.domain import following, retimed
from candor_notifier.domain.audience import ForCustomer, Incomplete, Said
from candor_notifier.domain.needless import OVER
from candor_notifier.domain.plain import one_line, paragraphs
from candor_notifier.domain.silence import OF_WORDS, OWED
from candor_notifier.owed import apart
from candor_notifier.store import Due
from candor_notifier.times import zone_of
from candor_notifier.voice import Voice

T = TypeVar("T")

MOST_LINES = 3
"""How much of a request its acknowledgement repeats."""


_SPOKEN_FOR = OVER | {IncidentStatus.WAITING, IncidentStatus.MERGED}


def for_customer(due: Due, voice: Voice) -> ForCustomer:
    """What the customer is told. Raises Incomplete."""
    reference, told = due.message.incident_id, _said(due, voice)
    by_mail = due.message.channel is Channel.MAIL
    incident = due.incident
    if incident is None:
        tag = nearest(due.words.language or "")
        return ForCustomer(
            reference, tag, voice.time_zone, reference, told, voice.name, page=due.words.page, by_mail=by_mail
        )
    now = due.going_on or incident
    last = now.last_update if following.is_same_house(incident, now) or now is incident else None
    whole = ForCustomer(
        reference=reference,
        language=nearest(incident.language),
        zone=zone_of(incident.requester.zone if incident.requester else None, voice.time_zone),
        title=one_line(incident.title) or reference,
        team=voice.teams.get(now.team, now.team),
        said=told,
        owner=one_line(now.owner or ""),
        doing=paragraphs(last.doing) if last else "",
        begun=now.acknowledged_at is not None,
        over=now.status in OVER,
        broken=incident.kind.is_broken,
        since=now.resolved_at or due.message.planned_at,
        watched_until=_ahead(due, voice.watch(now)),
        part_of=incident.merged_into or "",
        write_by=_next_open(due, *OF_WORDS),
        write_within=_write_within(due, incident, voice),
        fix_by=_fix_by(due, incident),
        page=due.words.page,
        by_mail=by_mail,
    )
    return apart(whole, due.words.missed, _first_open(due, *OWED))


def _ahead(due: Due, moment: datetime | None) -> datetime | None:
    return moment if moment and moment > due.at else None


def _next_open(due: Due, *kinds: PromiseKind) -> datetime | None:
    """When the next open promise of these kinds is due. A clock that is stopped, or a date that is over, promises
    nothing, and nor does an incident for which another goes on."""
    if due.incident and due.incident.merged_into:
        return None
    return _first_open(due, *kinds)


def _first_open(due: Due, *kinds: PromiseKind) -> datetime | None:
    found = (one.due_at for one in due.promises if one.kind in kinds and one.running)
    return min((one for one in found if one > due.at), default=None)


def _fix_by(due: Due, incident: Incident) -> datetime | None:
    return _next_open(due, _kind_of_fix(incident))


def _kind_of_fix(incident: Incident) -> PromiseKind:
    """A date that a person named stands in the place of the target, also when it is over."""
    return PromiseKind.ESTIMATE if incident.estimate else PromiseKind.RESOLUTION


def _write_within(due: Due, incident: Incident, voice: Voice) -> timedelta | None:
    """Nothing while the customer has the word, when it works, and when another incident goes on for it.

    What is promised has the cadence that it was made with, whatever the charter says by now.
    """
    if incident.status in _SPOKEN_FOR:
        return None
    kept_up = [one for one in due.promises if one.kind is PromiseKind.NEXT_UPDATE and one.target]
    same = next((one for one in kept_up if one.priority is incident.priority), None)
    if same is None:
        return voice.cadence(incident)
    return None if same.calendar else same.target


def _first_lines(incident: Incident) -> str:
    """What the customer wrote, without what they quote and without the title once more."""
    return "\n".join([line for line, _ in zip(_lines(incident), range(MOST_LINES), strict=False)])


def _lines(incident: Incident) -> Iterator[str]:
    title = one_line(incident.title)
    for text in paragraphs(incident.description[:4000]).split("\n"):
        line = one_line(text)
        if line and line != title and not line.startswith((">", "--")):
            yield line


def _said(due: Due, voice: Voice) -> Said:
    tell = _SAID.get(due.message.kind)
    if tell is None:
        raise Incomplete(due.message.kind)
    return tell(due, voice)


def _received(due: Due, _voice: Voice) -> Said:
    return said.Received(_first_lines(_known(due.incident)))


def _news(due: Due, _voice: Voice) -> Said:
    given = _known(due.words.update)
    ahead = given.next_by is not None and given.next_by > due.at
    return said.News(paragraphs(given.doing), paragraphs(given.expect), given.next_by if ahead else None)


def _asked(due: Due, voice: Voice) -> Said:
    kind = _kind_of_fix(_known(due.incident))
    of_fix = [one for one in due.promises if one.kind is kind]
    waits = any(not one.running or (one.due_at > due.at and voice.pauses(one)) for one in of_fix)
    return said.Asked(paragraphs(_known(due.words.question)), waits)


def _estimated(due: Due, _voice: Voice) -> Said:
    given, before = _known(due.words.estimate), due.words.previous
    late = before is not None and before.fixed_by <= given.given_at
    return said.Estimated(given.fixed_by, paragraphs(given.reason), before.fixed_by if before else None, late)


def _handed_over(due: Due, voice: Voice) -> Said:
    team = _known(due.words.team)
    return said.HandedOver(voice.teams.get(team, team))


def _reprioritised(due: Due, _voice: Voice) -> Said:
    word = retimed.moved(due.words, due.retimed, OF_WORDS)
    fix = retimed.moved(due.words, due.retimed, retimed.OF_THE_FIX)
    return said.Reprioritised(_known(due.words.less_urgent), word, fix)


def _merged(due: Due, _voice: Voice) -> Said:
    return said.Merged(_known(due.words.into))


def _worked_around(due: Due, _voice: Voice) -> Said:
    return said.WorkedAround(paragraphs(_known(due.words.workaround)))


def _resolved(due: Due, _voice: Voice) -> Said:
    given = _known(due.words.resolution)
    if given == following.WORDLESS and due.incident and due.incident.merged_into:
        return said.Restored()
    return said.Resolved(paragraphs(given.cause), paragraphs(given.done), paragraphs(given.checked))


def _missed(due: Due, _voice: Voice) -> Said:
    missed: Promise = _known(due.words.missed)
    return said.Missed(missed.kind, missed.due_at, _was_untold(missed))


def _nothing_new(due: Due, _voice: Voice) -> Said:
    missed: Promise = _known(due.words.missed)
    return said.StillNothing(missed.kind, missed.due_at, _was_untold(missed))


def _was_untold(missed: Promise) -> bool:
    """A date that was over when another priority or level made it."""
    return missed.breach_cause is BreachCause.POLICY_CHANGE


def _invited(due: Due, voice: Voice) -> Said:
    return said.Invited(f"{voice.public_url}/survey/{_known(due.words.survey_token)}")


def _answered(due: Due, _voice: Voice) -> Said:
    return said.Answered(paragraphs(_known(due.words.answer)), paragraphs(due.words.suggestion or ""))


def _known(value: T | None) -> T:
    if value is None:
        raise Incomplete("the record lacks it")
    return value


_SAID: Mapping[MessageKind, Callable[[Due, Voice], Said]] = {
    MessageKind.ACKNOWLEDGEMENT: _received,
    MessageKind.UPDATE: _news,
    MessageKind.QUESTION: _asked,
    MessageKind.ESTIMATE: _estimated,
    MessageKind.HANDOVER: _handed_over,
    MessageKind.PRIORITY: _reprioritised,
    MessageKind.MERGED: _merged,
    MessageKind.WORKAROUND: _worked_around,
    MessageKind.BREACH_NOTICE: _missed,
    MessageKind.NOTHING_NEW: _nothing_new,
    MessageKind.RESOLUTION: _resolved,
    MessageKind.REOPENED: lambda _due, _voice: said.OpenAgain(),
    MessageKind.CLOSED: lambda _due, _voice: said.Closed(),
    MessageKind.SURVEY: _invited,
    MessageKind.ANSWER: _answered,
}
