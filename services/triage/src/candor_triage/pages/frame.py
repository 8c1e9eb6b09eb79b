"""What all pages of the console share: their templates, the catalogue of words, and how times are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.service import runtime_of
from candor_common.times import first_zone, written
from candor_triage import times
from candor_triage.domain.board import Pledge, Urgency
from candor_triage.incident_words import SENT, TEAM_ONLY
from candor_triage.words import TEXT

templates = web.environment("candor_triage")
templates.trim_blocks = templates.lstrip_blocks = True
_IN_UTC = re.compile(r"\b([0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]) UTC\b")
"""As the timeline writes times, which is the same for everybody; each reader sees them by their own clock."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The present moment in the zone of the house, as templates tell time."""

    now: datetime
    zone: ZoneInfo

    @property
    def midnight(self) -> datetime:
        """When the day began."""
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def brief(self, moment: datetime) -> str:
        """For a row: "15:10", or with the day when it is another."""
        return times.brief(moment, self.now, self.zone)

    def full(self, moment: datetime) -> str:
        """With date and zone, for a title."""
        return written(moment, times.HOUSE_LOCALE, "{time} ({zone})", self.zone.key)

    def told(self, text: str) -> Markup:
        """A text of the timeline, escaped, with the times in it by the clock of the house."""
        return Markup(_IN_UTC.sub(self._by_the_house, str(escape(text))))

    def _by_the_house(self, found: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        except ValueError:
            return found[0]
        element = Markup('<time datetime="{}" title="{}">{}</time>')
        return str(element.format(moment.isoformat(), self.full(moment), self.brief(moment)))

    @property
    def zone_name(self) -> str:
        """What people call the zone of the house."""
        return written(self.now, times.HOUSE_LOCALE, "{zone}", self.zone.key)

    def span(self, moment: datetime) -> str:
        """How far away, without the direction."""
        return times.length(moment - self.now)

    def between(self, one: datetime, other: datetime) -> str:
        """How far two moments are apart."""
        return times.length(other - one)

    def left(self, pledge: Pledge, words: Mapping[str, str]) -> str:
        """How a promise stands, in words: "in 7 min", "22 min late"."""
        if pledge.urgency(self.now) is Urgency.PAUSED:
            return words["stands_still"]
        form = words["late"] if pledge.due_at <= self.now else words["in_time"]
        return form.format(span=self.span(pledge.due_at))


def clock(request: Request) -> Clock:
    """Now, in the zone in which the house tells times."""
    runtime = runtime_of(request)
    return Clock(runtime.clock.now(), first_zone(runtime.context.settings.time_zone))


def page(
    request: Request, visitor: Visitor, template: str, status: int = 200, **values: object
) -> HTMLResponse:
    """A page of the console. It brings the session's cookie to a browser that has none."""
    settings = runtime_of(request).context.settings
    values |= {
        "t": TEXT,
        "team_only": TEAM_ONLY,
        "sent": SENT,
        "clock": clock(request),
        "visitor": visitor,
        "may_work": visitor.key is None or "work" in visitor.key.scopes,
        "csrf": console.form_token(request, visitor),
        "has_mailbox": settings.smtp_url is None,
        "path": request.url.path,
    }
    answer = web.console_page(templates, template, status, **values)
    if visitor.fresh and not visitor.by_header:
        console.remember(request, answer, visitor)
    return answer
