"""Who is asked how it went, and when."""

from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

from candor_common.charter import Charter
from candor_common.events import Contact, Incident, Origin
from candor_common.working_time import Calendar, next_opening


class NotAsked(Exception):
    """Nobody is asked; the message says why, in plain words for the team."""


def whom(incident: Incident, house: str) -> Contact:
    """Who is asked how it went: the person who wrote. Raises NotAsked when there is none.

    `house` is the address that our own mail comes from.
    """
    requester = incident.requester
    if requester is None:
        raise NotAsked("a machine reported it")
    if incident.origin is not Origin.HUMAN:
        raise NotAsked("it was not written by a person")
    if not requester.address.strip():
        raise NotAsked("the requester left no address")
    ours = {one.strip().casefold() for one in (house, incident.owner, incident.second) if one}
    if {requester.address.strip().casefold(), (requester.name or "").strip().casefold()} & ours:
        raise NotAsked("we raised it ourselves")
    return requester


def person(contact: Contact) -> str:
    """Tells people apart by their address, without keeping it: 64 hex digits."""
    return sha256(contact.address.strip().casefold().encode("utf-8", "replace")).hexdigest()


def when_awake(contact: Contact, moment: datetime, charter: Charter) -> datetime:
    """The first moment from this one on at which somebody is awake, by their own clock or else by the house's."""
    return next_opening(_waking_hours(contact, charter), moment)


def _waking_hours(contact: Contact, charter: Charter) -> Calendar:
    if contact.zone:
        # A zone that nobody knows is none.
        with suppress(ValueError):
            return charter.waking_hours(contact.zone)
    return charter.waking_hours(charter.zone)


def asked_before(since: timedelta, incident_id: str) -> str:
    """Why somebody who was asked so long ago, about another incident, is not asked now."""
    days = since.days
    ago = "less than a day ago" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"
    return f"asked {ago}, about {incident_id}"
