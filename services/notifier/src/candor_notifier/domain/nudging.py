"""Who of the house is nudged, so that somebody speaks before the customer has to ask.

Before a promise of words is due, its owner is; when it was missed, the lead of the team. Where the charter knows no
contact, nobody is.
"""

from candor_common.charter import Charter
from candor_common.events import Channel, Incident, MessageKind, Promise
from candor_notifier.domain.message import Planned, Words
from candor_notifier.domain.planning import Cause, Desk, planned
from candor_notifier.domain.route import route
from candor_notifier.domain.silence import OF_WORDS


def before_it_is_due(
    event_id: str, promise: Promise, incident: Incident, charter: Charter, desk: Desk
) -> Planned | None:
    """To the owner, or else to the team."""
    if promise.kind not in OF_WORDS:
        return None
    contact = _of_person(charter, promise.owner or incident.owner) or _of_team(charter, incident.team)
    cause = Cause(event_id, MessageKind.NUDGE, incident.id)
    return _to(contact, cause, desk, Words(at_risk=promise))


def after_it_was_missed(promise: Promise, incident: Incident, charter: Charter, desk: Desk) -> Planned | None:
    """To the lead of the team."""
    team = charter.team(incident.team)
    cause = Cause(promise.id, MessageKind.NUDGE, incident.id)
    return _to(_of_person(charter, team.lead if team else None), cause, desk, Words(missed=promise))


def knows_contacts(charter: Charter) -> bool:
    """Whether anybody could be nudged at all."""
    people = any(person.contact for person in charter.people)
    return people or any(entry.contact for entry in charter.content.teams.values())


def _to(contact: str | None, cause: Cause, desk: Desk, words: Words) -> Planned | None:
    return planned(cause, route(_came_on(contact), contact, desk.offered), desk, words) if contact else None


def _came_on(contact: str) -> Channel:
    return Channel.SLACK if contact.startswith("slack:") else Channel.UNKNOWN


def _of_person(charter: Charter, name: str | None) -> str | None:
    found = (person.contact for person in charter.people if person.name == name)
    return next(found, None)


def _of_team(charter: Charter, team_id: str) -> str | None:
    entry = charter.content.teams.get(team_id)
    return entry.contact if entry else None
