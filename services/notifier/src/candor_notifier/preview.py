"""What a customer would read if somebody sent what they are writing: rendered as when it leaves, and kept nowhere."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from candor_common.errors import Conflict, NotFound
from candor_common.events import Channel, Incident, Promise, PromiseState
from candor_common.languages import nearest
from candor_common.service import Runtime
from candor_common.times import first_zone
from candor_common.trace import new_trace
from candor_notifier import snapshots
from candor_notifier.channels.ways import offered
from candor_notifier.delivery import voice_of
from candor_notifier.domain.drafted import Draft, foretold
from candor_notifier.domain.message import Planned
from candor_notifier.domain.planning import Desk, told_by
from candor_notifier.domain.short import short
from candor_notifier.planner import with_page
from candor_notifier.render import Mail, render
from candor_notifier.store import Due


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A message that was not sent, and for whom it would be."""

    channel: Channel
    recipient: str
    language: str
    subject: str
    """Empty on a channel that has none."""
    text: str
    html: str
    """Empty on a channel that has none."""


async def foreseen(runtime: Runtime, draft: Draft) -> Foreseen:
    """The message that a draft would become now. Raises NotFound, and Conflict where nobody would get one."""
    incident, promises = await runtime.database.read(lambda connection: _known(connection, draft.incident))
    if incident is None:
        raise NotFound(f"There is no incident {draft.incident}, or it was not heard of here yet.")
    now, context = runtime.clock.now(), runtime.context
    aware = _in_zone(draft, first_zone(context.settings.time_zone))
    fact = foretold(aware, incident, now)
    domain = context.settings.mail_from.rpartition("@")[2]
    planned = told_by("preview", fact, Desk(domain, now, offered(context.settings)))
    if planned is None:
        raise Conflict("Nobody would get a message: no customer wrote this incident.")
    if planned.words.no_way:
        raise Conflict(f"Nobody would get a message: {planned.words.no_way}.")
    due = _due(with_page(planned, context), fact.incident, promises, now)
    return _foreseen(due, render(due, voice_of(runtime)))


def _known(connection: Connection, reference: str) -> tuple[Incident | None, list[Promise]]:
    incident = snapshots.incidents_by_id(connection, [reference]).get(reference)
    return incident, snapshots.promises_of(connection, [reference], {PromiseState.OPEN})


def _in_zone(draft: Draft, zone: ZoneInfo) -> Draft:
    times = {"next_by": draft.next_by, "fixed_by": draft.fixed_by}
    read = {name: one.replace(tzinfo=zone) for name, one in times.items() if one and one.tzinfo is None}
    return draft.model_copy(update=read)


def _due(planned: Planned, incident: Incident, promises: list[Promise], now: datetime) -> Due:
    return Due(planned.message, planned.words, new_trace(), incident, tuple(promises), (), now)


def _foreseen(due: Due, mail: Mail) -> Foreseen:
    to, language = due.message, nearest(due.incident.language if due.incident else "")
    if to.channel is Channel.MAIL:
        return Foreseen(to.channel, to.recipient, language, mail.subject, mail.text, mail.html)
    brief = short(mail.gist, mail.next_by, to.incident_id) if to.channel is Channel.SMS else mail.text
    return Foreseen(to.channel, to.recipient, language, "", brief, "")
