"""Who of the house is nudged, so that somebody speaks before the customer has to ask.

At each warning point of a promise of words its owner is; where the charter has several, the lead is at the last of them
too. When it was missed, the lead is; when a level's turn has come, its team. What is urgent goes by the team's fast ways
besides. Of what a survey has led to its owner hears at once, since nobody looks at the incident any more. When words could not be
delivered, whoever has the incident is to find another way. Where the charter knows no contact, nobody is nudged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from candor_common.charter import Charter, Team
from candor_common.events import (
    Incident,
    Lane,
    Level,
    Message,
    MessageKind,
    Priority,
    Promise,
    PromiseAtRisk,
    PromiseEscalated,
    PromiseMade,
)
from candor_notifier.domain import reach
from candor_notifier.domain.message import Planned, Words
from candor_notifier.domain.planning import Cause, Desk, planned
from candor_notifier.domain.reach import Contact
from candor_notifier.domain.route import Route
from candor_notifier.domain.silence import OF_WORDS, OWED

_UNAWAITED = frozenset({MessageKind.SURVEY, MessageKind.NUDGE})
"""Messages without which nobody waits for anything."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a nudge is about and who could get it."""

    incident: Incident
    charter: Charter
    desk: Desk


def when_it_was_made(event_id: str, fact: PromiseMade, scene: Scene) -> list[Planned]:
    """To whoever is to do what a survey has led to. A date that moves is told again by its warnings only."""
    promise = fact.promise
    if promise.kind not in OWED or promise.version > 1:
        return []
    return _to([_keeper(promise, scene)], event_id, Words(at_risk=promise), scene)


def before_it_is_due(event_id: str, fact: PromiseAtRisk, scene: Scene) -> list[Planned]:
    """To the owner, or else to the team or its lead; at the last of several warnings to the lead too."""
    promise, charter = fact.promise, scene.charter
    if promise.kind not in OF_WORDS | OWED:
        return []
    nudged = [_keeper(promise, scene)]
    if len(charter.warnings) > 1 and fact.share is not None and fact.share >= charter.warnings[-1]:
        nudged.append(_lead(scene))
    return _to(nudged, event_id, Words(at_risk=promise), scene)


def after_it_was_missed(promise: Promise, scene: Scene) -> list[Planned]:
    """To the lead of the team, or else to the team."""
    nudged = [_lead(scene) or reach.team(scene.charter, scene.incident.team)]
    return _to(nudged, promise.id, Words(missed=promise), scene)


def when_words_are_lost(lost: Message, scene: Scene) -> list[Planned]:
    """To whoever has it, or else to the team or its lead. Nobody has to act when it is a survey that is lost, a nudge, or
    the automatic answer to somebody whom nobody knows: they may have made their address up."""
    nobodys = lost.kind is MessageKind.ACKNOWLEDGEMENT and scene.incident.customer is None
    if nobodys or lost.kind in _UNAWAITED:
        return []
    return _to([_holder(scene)], lost.id, Words(lost=lost), scene)


def when_a_level_is_to_look(event_id: str, fact: PromiseEscalated, scene: Scene) -> list[Planned]:
    """To the team of the level whose turn has come, or else to its lead."""
    team = _team_of_level(scene, fact.level)
    if team is None:
        return []
    nudged = [reach.team(scene.charter, team.id) or reach.person(scene.charter, team.lead)]
    return _to(nudged, event_id, Words(missed=fact.promise), scene)


def knows_contacts(charter: Charter) -> bool:
    """Whether anybody could be nudged at all."""
    people = any(person.contact for person in charter.people)
    return people or any(entry.contact for entry in charter.content.teams.values())


def is_urgent(incident: Incident) -> bool:
    """Whether it can't wait until somebody looks at their mail."""
    return incident.priority is Priority.P1 or incident.lane is Lane.EMERGENCY


def _to(nudged: list[Contact | None], cause: str, words: Words, scene: Scene) -> list[Planned]:
    about = Cause(cause, MessageKind.NUDGE, scene.incident.id)
    soon = is_urgent(scene.incident) and not (words.about and words.about.kind in OWED)
    ways = dict.fromkeys(_ways([one for one in nudged if one], scene, urgent=soon))
    return [planned(about, way, scene.desk, words) for way in ways]


def _ways(nudged: list[Contact], scene: Scene, *, urgent: bool) -> Iterator[Route]:
    offered = scene.desk.offered
    for one in nudged:
        yield reach.usual(one, offered)
        if urgent:
            yield from reach.further(one, offered)
    team = reach.team(scene.charter, scene.incident.team)
    if nudged and team and urgent:
        yield from reach.at_once(team, offered)


def _keeper(promise: Promise, scene: Scene) -> Contact | None:
    """The owner, who may be a team as long as nobody took it; or else the incident's team or its lead."""
    if promise.owner is None:
        return _holder(scene)
    return (
        reach.person(scene.charter, promise.owner)
        or reach.team(scene.charter, promise.owner)
        or _of_team(scene)
    )


def _holder(scene: Scene) -> Contact | None:
    """The incident's owner, or else its team or its lead."""
    return reach.person(scene.charter, scene.incident.owner) or _of_team(scene)


def _of_team(scene: Scene) -> Contact | None:
    return reach.team(scene.charter, scene.incident.team) or _lead(scene)


def _lead(scene: Scene) -> Contact | None:
    team = scene.charter.team(scene.incident.team)
    return reach.person(scene.charter, team.lead if team else None)


def _team_of_level(scene: Scene, level: Level) -> Team | None:
    """The first team from the incident's own upwards that has the level."""
    team = scene.charter.team(scene.incident.team)
    while team is not None and team.level < level:
        team = scene.charter.above(team.id, team.level)
    return team
