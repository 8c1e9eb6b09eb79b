"""What keeps our automatic answers from flooding anybody: an address in a mail or a form may be made up."""

from candor_common.events import Channel, Incident

LONGEST = 320
_ANYBODY = frozenset({Channel.MAIL, Channel.FORM})
"""Where whoever likes can name whatever address they like."""


def inbox(recipient: str) -> str:
    """Where words to an address end up, by which recipients are told apart: without case, and without what follows a
    plus, which mail servers leave to the reader."""
    name, at, domain = recipient.casefold().rpartition("@")
    bare = name.partition("+")[0] or name
    return f"{bare}{at}{domain}"[:LONGEST]


def may_be_made_up(incident: Incident) -> bool:
    """Whether nobody vouches for the address of who wrote: neither a customer's contract nor another system."""
    return incident.customer is None and incident.channel in _ANYBODY
