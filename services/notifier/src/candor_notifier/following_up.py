"""What a change of one incident tells to several customers, and what follows for a customer after a survey."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from candor_common.database import Transaction
from candor_common.events import Envelope, FollowUpDone
from candor_common.service import Context
from candor_notifier import snapshots
from candor_notifier.dates_told import dates_told
from candor_notifier.domain import following, planning
from candor_notifier.domain.flood import may_be_made_up
from candor_notifier.domain.planning import Desk
from candor_notifier.planner import Traced, desk_of, plan


def told(
    transaction: Transaction, events: Sequence[Envelope[Any]], desk: Desk, needless: Collection[str]
) -> Iterator[Traced]:
    """What the changes of incidents are to tell: each to its customer, and to those whose incidents were merged into
    it. `needless` are the events that tell nobody anything new."""
    shared = {event.subject for event in events if following.is_shared(event.fact)}
    followers = snapshots.followers_of(transaction.connection, shared) if shared else {}
    dates = dates_told(transaction, events)
    for event in events:
        if event.id in needless:
            continue
        heard = [event.fact]
        if following.is_shared(event.fact):
            heard += [following.for_follower(event.fact, one) for one in followers.get(event.subject, ())]
        for fact in filter(None, heard):
            if one := planning.told_by(event.id, fact, desk):
                words = replace(one.words, before=dates.get(event.id))
                unknown = may_be_made_up(event.fact.incident)
                yield replace(one, words=words, unknown=unknown), event.traceparent


def answer(transaction: Transaction, events: Sequence[Envelope[FollowUpDone]], context: Context) -> None:
    """A handler: send the answers to what customers said in a survey. Raises LookupError for an incident that was never heard
    of, so that the answer is tried again and then set aside for a person to see: it was promised."""
    incidents = snapshots.incidents_by_id(transaction.connection, {event.subject for event in events})
    desk, planned = desk_of(transaction, context), list[Traced]()
    for event in events:
        if event.subject not in incidents:
            raise LookupError(f"{event.subject} is not known here, whose survey was followed up")
        if one := planning.answer(event.id, event.fact, incidents[event.subject], desk):
            planned.append((one, event.traceparent))
    plan(transaction, planned, context)
