"""Whose incident was merged into another: what is told of the one that goes on is told to them too, as far as it is theirs
to know.

Words that a person wrote to one customer may name what is another's business. So they go to people of the same
organisation; anybody else hears that it works again, without the words.
"""

from typing import Any

from candor_common.events import (
    EstimateGiven,
    Fact,
    Incident,
    IncidentResolved,
    IncidentUpdated,
    Resolution,
    WorkaroundGiven,
)

WORDLESS = Resolution(cause="", done="", checked="")
_SHARED = (IncidentUpdated, EstimateGiven, WorkaroundGiven, IncidentResolved)


def is_shared(fact: Fact) -> bool:
    """Whether those hear of it whose incidents were merged into this one."""
    return isinstance(fact, _SHARED)


def for_follower(fact: Any, follower: Incident) -> Fact | None:
    """The change of an incident as it is told to the requester of one that was merged into it; None when they hear
    nothing, or hear it anyway because both are theirs."""
    goes_on: Incident = fact.incident
    if follower.requester is None or is_same_reader(follower, goes_on):
        return None
    told = follower.model_copy(update={"estimate": goes_on.estimate, "workaround": goes_on.workaround})
    if is_same_house(follower, goes_on):
        return _in_writing(fact.model_copy(update={"incident": told}))
    if isinstance(fact, IncidentResolved):
        return fact.model_copy(update={"incident": told, "resolution": WORDLESS})
    return None


def _in_writing(fact: Fact) -> Fact:
    """Whoever was called is told nothing more; the others were not called."""
    if isinstance(fact, IncidentUpdated):
        return fact.model_copy(update={"update": fact.update.model_copy(update={"by_phone": False})})
    return fact


def is_same_reader(one: Incident, other: Incident) -> bool:
    """Whether both were written from one address."""
    if one.requester is None or other.requester is None:
        return False
    return one.requester.address.casefold() == other.requester.address.casefold()


def is_same_house(one: Incident, other: Incident) -> bool:
    """Whether both requesters may read what is written to either: it is one person, or one organisation."""
    known = one.customer is not None and one.customer == other.customer
    return known or is_same_reader(one, other)
