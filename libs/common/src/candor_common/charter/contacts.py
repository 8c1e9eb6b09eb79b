"""At which addresses the people and teams of a charter are reached.

A `contact` is one address, or several with commas between them: mail, a telephone number, `slack:TEAM/USER`, or the URL of
a Slack webhook. The first hears of everything, the others of what is urgent.
"""

from candor_common.charter.policy import Charter


def addresses(contact: str | None) -> tuple[str, ...]:
    """The addresses of a contact, in order."""
    return tuple(one for part in (contact or "").split(",") if (one := part.strip()))


def of_person(charter: Charter, name: str | None) -> tuple[str, ...]:
    """Where somebody is reached; nowhere when the charter doesn't know them."""
    entry = charter.content.people.get(name or "")
    return addresses(entry.contact) if entry else ()


def of_team(charter: Charter, team_id: str | None) -> tuple[str, ...]:
    """Where a team is reached; nowhere when the charter doesn't know it."""
    entry = charter.content.teams.get(team_id or "")
    return addresses(entry.contact) if entry else ()


def is_ours(charter: Charter, address: str) -> bool:
    """Whether it is the address of somebody of the house."""
    return _plain(address) in {_plain(one) for one in _all(charter)}


def answering(charter: Charter, address: str) -> frozenset[str]:
    """Who may answer what was sent to an address: itself, and where it is that of a team the people of the team."""
    content = charter.content
    teams = {id for id in content.teams if _plain(address) in map(_plain, of_team(charter, id))}
    people = [name for name, entry in content.people.items() if teams & set(entry.teams)]
    return frozenset({address}).union(*(of_person(charter, name) for name in people))


def _all(charter: Charter) -> list[str]:
    content = charter.content
    contacts = [one.contact for one in content.people.values()]
    contacts += [one.contact for one in content.teams.values()]
    return [one for contact in contacts for one in addresses(contact)]


def _plain(address: str) -> str:
    return address.strip().casefold()
