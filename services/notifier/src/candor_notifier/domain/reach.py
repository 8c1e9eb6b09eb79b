"""On which ways the people and teams of the house are reached."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from candor_common.charter import Charter
from candor_common.charter import contacts as known
from candor_common.events import Channel
from candor_notifier.domain.route import Route, route

HOOK = "slack-hook:"
"""Before the name of whose Slack webhook it is: its URL is a secret and stands in no message."""
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is to be reached, and at which addresses, the usual one first."""

    holder: str
    """As `team/operations` or `person/ana`."""
    addresses: tuple[str, ...]


def person(charter: Charter, name: str | None) -> Contact | None:
    """Somebody, where the charter knows how to reach them."""
    found = known.of_person(charter, name)
    return Contact(f"person/{name}", found) if found else None


def team(charter: Charter, team_id: str | None) -> Contact | None:
    """A team, where the charter knows how to reach it."""
    found = known.of_team(charter, team_id)
    return Contact(f"team/{team_id}", found) if found else None


def usual(contact: Contact, offered: Collection[Channel]) -> Route:
    """The way that is always taken, also where it leads nowhere: then the message says why."""
    return _way(contact, contact.addresses[0], offered)


def further(contact: Contact, offered: Collection[Channel]) -> Iterator[Route]:
    """The ways that are taken besides when it is urgent, as far as they are set up."""
    return _open(contact, contact.addresses[1:], offered)


def at_once(contact: Contact, offered: Collection[Channel]) -> Iterator[Route]:
    """The ways that reach people who don't look at their mail, as far as they are set up."""
    return (one for one in _open(contact, contact.addresses, offered) if one.channel is not Channel.MAIL)


def hook(charter: Charter, recipient: str) -> str | None:
    """The URL of the Slack webhook that a recipient names; None when the charter has none there."""
    kind, _, name = recipient.removeprefix(HOOK).partition("/")
    found = known.of_team(charter, name) if kind == "team" else known.of_person(charter, name)
    return next((one for one in found if one.startswith(_WEB)), None)


def _open(contact: Contact, addresses: Collection[str], offered: Collection[Channel]) -> Iterator[Route]:
    ways = (_way(contact, one, offered) for one in addresses)
    return (one for one in ways if not one.reason)


def _way(contact: Contact, address: str, offered: Collection[Channel]) -> Route:
    if address.startswith(_WEB):
        return Route(Channel.SLACK, f"{HOOK}{contact.holder}")
    return route(Channel.SLACK if address.startswith("slack:") else Channel.UNKNOWN, address, offered)
