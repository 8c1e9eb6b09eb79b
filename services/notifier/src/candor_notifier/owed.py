"""How it is told that we did not do what a survey has led to. The incident is mostly over then: what is said is not about it,
but about what we still owe the customer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from candor_common.events import Promise, PromiseKind
from candor_common.languages import Language
from candor_common.wording import Wording
from candor_notifier.domain.audience import ForCustomer, Missed
from candor_notifier.domain.silence import OWED
from candor_notifier.domain.words import Words


def apart(one: ForCustomer, missed: Promise | None, next_by: datetime | None) -> ForCustomer:
    """Without how the incident stands. `next_by` is when what is owed is due now."""
    if missed is None or missed.kind not in OWED or not isinstance(one.said, Missed):
        return one
    # It is told as an answer that was missed, in the words below.
    told = replace(one.said, kind=PromiseKind.NEXT_REPLY)
    return replace(one, said=told, doing="", over=False, write_by=next_by, fix_by=None)


def in_its_words(words: Wording[Words], missed: Promise | None) -> Wording[Words]:
    """The words with those about what is owed in the places of those about an incident."""
    if missed is None or missed.kind not in OWED:
        return words
    called = missed.kind is PromiseKind.FOLLOW_UP

    def changed(language: Language) -> Mapping[str, object]:
        text = words[language]
        return {
            "breach_answer": text.owed_call if called else text.owed_reply,
            "working": text.owed_doing,
            "waiting": text.owed_doing,
            "breach_expect": text.owed_expect,
            "write_by": text.owed_by,
            "no_date": text.owed_next,
        }

    return words.changed(changed)
