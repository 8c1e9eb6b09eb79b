"""Whose words end the wait for an answer: those of who was asked, and of their organisation.

In an incident that others were merged into, other customers write too. Their words are read, but the question was not theirs.
"""

from collections.abc import Collection, Iterable

from candor_common.events import Channel, Incident, LinkKind, ReplyReceived


def parts_of(known: Incident) -> set[str]:
    """The ids of the incidents that were merged into one."""
    return {one.incident_id for one in known.links if one.kind is LinkKind.MERGED_FROM}


def is_answer(reply: ReplyReceived, known: Incident, merged: Collection[Incident] = ()) -> bool:
    """Whether a reply answers what the customer was asked. `merged` are the incidents that were merged into this one."""
    if known.question is None or reply.received_at < known.question.asked_at:
        return False
    asked = (known, *_of_one_house(known, merged))
    return any(_wrote(one, reply) for one in asked) or _is_in_one_thread(reply, known)


def _of_one_house(known: Incident, merged: Iterable[Incident]) -> list[Incident]:
    """Those of the same organisation, as far as it is known which that is."""
    return [one for one in merged if known.customer is not None and one.customer == known.customer]


def _wrote(incident: Incident, reply: ReplyReceived) -> bool:
    writer, requester = reply.sender.address, incident.requester
    return requester is not None and requester.address.casefold() == writer.casefold()


def _is_in_one_thread(reply: ReplyReceived, known: Incident) -> bool:
    """Whether a provider vouches that it stands where the question does: the second person in a thread of Slack, a
    recording without a number. Mail is answered by whoever was sent a copy, and a merged incident is many threads."""
    return reply.channel is known.channel is not Channel.MAIL and not parts_of(known)
