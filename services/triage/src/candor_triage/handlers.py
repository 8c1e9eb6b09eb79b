"""What triage does about events: requests open incidents or join them; all else is noted in their timelines."""

from collections.abc import Sequence
from typing import Any

from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    FollowUpDone,
    FollowUpOpened,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    MessageUndelivered,
    MessageWithdrawn,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
    ReplyReceived,
    RequestReceived,
    SignalReceived,
    SurveyAnswered,
    SurveySkipped,
)
from candor_common.service import Context, Subscriptions
from candor_triage import desk, follow_up_view, promise_view, reactions
from candor_triage.domain import timeline
from candor_triage.domain.opening import Inbound
from candor_triage.journal import Journal

_OF_MESSAGES = (MessageSent, MessageDelayed, MessageRefused, MessageWithdrawn, MessageUndelivered)


def open_or_join(transaction: Transaction, envelopes: Sequence[Envelope[Inbound]], context: Context) -> None:
    """Turn requests, replies and signals into incidents, or add them to those they belong to, in order."""
    desk.take_in(transaction, envelopes, context.charter)


def hear_answers(
    transaction: Transaction, envelopes: Sequence[Envelope[SurveyAnswered]], context: Context
) -> None:
    """Note what customers say about how it went, and do what "not solved" asks for."""
    reactions.hear_answers(transaction, envelopes, context.charter)


def hear_of_breaches(
    transaction: Transaction, envelopes: Sequence[Envelope[PromiseBreached]], context: Context
) -> None:
    """Note what was missed, and see that a late first answer comes from somebody."""
    promise_view.keep(transaction.connection, [one.fact for one in envelopes])
    reactions.hear_of_breaches(transaction, envelopes, context.charter)


def hear_of_turns(
    transaction: Transaction, envelopes: Sequence[Envelope[PromiseEscalated]], context: Context
) -> None:
    """Note whose turn it is, and see that they look."""
    promise_view.keep(transaction.connection, [one.fact for one in envelopes])
    reactions.hear_of_turns(transaction, envelopes, context.charter)


def note(transaction: Transaction, envelopes: Sequence[Envelope[Any]], _context: Context) -> None:
    """Show in the timeline how promises, messages and surveys fare."""
    journal = Journal(transaction)
    for envelope in envelopes:
        if isinstance(envelope.fact, _OF_MESSAGES):
            journal.note([timeline.of_message(envelope.fact.message, envelope.time)], envelope.id)
        elif entry := timeline.of_fact(envelope.fact, envelope.time):
            journal.note([entry], envelope.id)
    journal.write()
    facts = [one.fact for one in envelopes]
    promise_view.keep(transaction.connection, facts)
    follow_up_view.keep(transaction.connection, facts)


subscriptions: Subscriptions = {
    RequestReceived: open_or_join,
    ReplyReceived: open_or_join,
    SignalReceived: open_or_join,
    MessageSent: note,
    MessageDelayed: note,
    MessageRefused: note,
    MessageWithdrawn: note,
    MessageUndelivered: note,
    PromiseMade: note,
    PromiseAtRisk: note,
    PromiseKept: note,
    PromiseBreached: hear_of_breaches,
    PromiseEscalated: hear_of_turns,
    PromiseWithdrawn: note,
    SurveyAnswered: hear_answers,
    SurveySkipped: note,
    FollowUpOpened: note,
    FollowUpDone: note,
}
