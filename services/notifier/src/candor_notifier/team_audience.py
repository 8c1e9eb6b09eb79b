"""From the record to what the owner or the lead is told when a customer must not be left waiting."""

from candor_common.events import Channel
from candor_notifier.domain.audience import ForTeam, Incomplete, Lost, Pledged
from candor_notifier.domain.message import Words
from candor_notifier.domain.plain import one_line
from candor_notifier.store import Due
from candor_notifier.voice import Voice


def for_team(due: Due, voice: Voice) -> ForTeam:
    """What the owner or the lead is told. Raises Incomplete."""
    incident, about = due.incident, _about(due.words)
    if incident is None or about is None:
        raise Incomplete(due.message.id)
    return ForTeam(
        reference=incident.id,
        title=one_line(incident.title) or incident.id,
        priority=incident.priority,
        team=voice.teams.get(incident.team, incident.team),
        owner=one_line(incident.owner or ""),
        about=about,
        zone=voice.time_zone,
        page=f"{voice.public_url}/incidents/{incident.id}",
        by_mail=due.message.channel is Channel.MAIL,
    )


def _about(words: Words) -> Pledged | Lost | None:
    if words.lost:
        return Lost(words.lost.kind, words.lost.recipient, one_line(words.lost.reason or ""))
    promise = words.about
    return Pledged(promise.kind, promise.due_at, words.missed is not None) if promise else None
