"""How long nobody has spoken, as far as promises tell."""

from collections.abc import Collection

from candor_common.events import Promise, PromiseKind

OF_WORDS = frozenset({PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.NEXT_REPLY})
"""Promises that are kept by speaking."""
OWED = frozenset({PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY})
"""What a survey has led to: it has an owner of its own, and outlives the incident."""
_RENEWED = frozenset({PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE})
"""Those that are made anew by themselves when they were missed."""


def is_last(missed: Promise, breached: Collection[Promise], renewals: int) -> bool:
    """Whether no promise of a next word follows a missed one by itself. `breached` are those of the same incident.

    Each that followed so was made at the very moment at which the one before was found to be missed.
    """
    if missed.kind not in _RENEWED:
        return False
    before = {one.breached_at: one for one in breached if one.kind in _RENEWED and one.id != missed.id}
    count, one = 0, missed
    while count < renewals and one.made_at in before:
        one = before.pop(one.made_at)
        count += 1
    return count >= renewals
