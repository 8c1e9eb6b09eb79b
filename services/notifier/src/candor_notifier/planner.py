"""Plans messages: gives them what must be the same in every attempt, keeps within the cap, and rings the bell."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from candor_common.database import Transaction
from candor_common.events import MessageKind
from candor_common.links import customer_link
from candor_common.service import Context
from candor_notifier import store
from candor_notifier.caps import Caps, tally
from candor_notifier.channels.ways import offered
from candor_notifier.domain.message import Planned
from candor_notifier.domain.planning import Desk

MAIL = "notifier.mail"
"""The bell that rings when there is something to send."""
HOUR = timedelta(hours=1)

Traced: TypeAlias = tuple[Planned, str]
"""A planned message and the trace that it carries on."""


def desk_of(transaction: Transaction, context: Context) -> Desk:
    settings = context.settings
    return Desk(settings.mail_from.rpartition("@")[2], transaction.now, offered(settings))


def plan(transaction: Transaction, planned: Sequence[Traced], context: Context) -> None:
    """Note messages to be sent, each once however often it is planned."""
    if not planned:
        return
    settings = context.settings
    caps = Caps(settings.acknowledgements_per_hour, settings.acknowledgements_to_unknown_per_hour)
    kept = list(_capped(transaction, planned, caps))
    store.plan(transaction.connection, [(with_page(one, context), trace) for one, trace in kept])
    transaction.wake(MAIL)


def _capped(transaction: Transaction, planned: Sequence[Traced], caps: Caps) -> Iterator[Traced]:
    """With the acknowledgements withheld that are too many."""
    answers = [one for one, _ in planned if _is_answer(one)]
    counted = tally(transaction.connection, caps, answers, transaction.now - HOUR)
    for one, trace in planned:
        why = counted.too_many(one) if _is_answer(one) else None
        yield (_withheld(one, transaction, why) if why else one), trace


def _is_answer(one: Planned) -> bool:
    return one.message.kind is MessageKind.ACKNOWLEDGEMENT and one.words.no_way is None


def _withheld(one: Planned, transaction: Transaction, why: str) -> Planned:
    return Planned(one.message, replace(one.words, withheld=why), transaction.now)


def with_page(one: Planned, context: Context) -> Planned:
    """With the address of the customer's page. A nudge has none: whoever has it can answer for the customer."""
    words = one.words
    if one.message.kind is MessageKind.NUDGE or words.no_way or words.withheld:
        return one
    page = customer_link(context.signer, context.settings.public_url, one.message.incident_id)
    return replace(one, words=replace(words, page=page))
