"""Plans the nudges that promises ask for: before a word is due, when a level is to look at a missed one, and when a survey
has led to something."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import Envelope, Incident, PromiseAtRisk, PromiseEscalated, PromiseMade
from candor_common.service import Context
from candor_notifier.domain import nudging
from candor_notifier.domain.message import Planned
from candor_notifier.domain.nudging import Scene
from candor_notifier.domain.silence import OWED
from candor_notifier.planner import Traced, desk_of, plan

Urging: TypeAlias = Envelope[PromiseAtRisk] | Envelope[PromiseEscalated] | Envelope[PromiseMade]


def urging(events: Sequence[Envelope[Any]], charter: Charter) -> list[Urging]:
    """The events that ask for a nudge; none where the charter knows nobody who could get one."""
    if not nudging.knows_contacts(charter):
        return []
    return [event for event in events if _urges(event.fact)]


def _urges(fact: object) -> bool:
    match fact:
        case PromiseAtRisk() | PromiseEscalated():
            return True
        case PromiseMade(promise=promise):
            return promise.kind in OWED
    return False


def nudge(
    transaction: Transaction, events: Sequence[Urging], incidents: Mapping[str, Incident], context: Context
) -> None:
    """Plan what the events ask for. About an incident that is not known yet there is nothing to say."""
    desk, planned = desk_of(transaction, context), list[Traced]()
    for event in events:
        if incident := incidents.get(event.subject):
            scene = Scene(incident, context.charter, desk)
            planned += [(one, event.traceparent) for one in _nudged(event, scene)]
    plan(transaction, planned, context)


def _nudged(event: Urging, scene: Scene) -> list[Planned]:
    match event.fact:
        case PromiseAtRisk() as fact:
            return nudging.before_it_is_due(event.id, fact, scene)
        case PromiseEscalated() as fact:
            return nudging.when_a_level_is_to_look(event.id, fact, scene)
        case PromiseMade() as fact:
            return nudging.when_it_was_made(event.id, fact, scene)
