"""Somebody who came to their own page with a signed link: what it leads to, and how to speak to them."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from candor_common.events import Incident
from candor_common.languages import Language, nearest, preferred
from candor_common.links import CUSTOMER_LINK_AGE, INCIDENT, BadLink, ExpiredLink
from candor_common.service import runtime_of
from candor_common.times import written
from candor_triage import store
from candor_triage.customer_texts import CustomerWords
from candor_triage.customer_words import OF_NO_FAULT, WORDS


class Visit:
    """Somebody who came with a link: the incident that it leads to, and how to speak to them."""

    def __init__(self, request: Request, incident: Incident | None, *, expired: bool = False) -> None:
        self.request = request
        self.incident = incident
        self.expired = expired
        accepted = request.headers.get("accept-language", "")
        self.language: Language = nearest(incident.language) if incident else preferred(accepted)

    @property
    def text(self) -> CustomerWords:
        """The words in their language, and for what they came with."""
        broken = self.incident is None or self.incident.kind.is_broken
        return (WORDS if broken else OF_NO_FAULT)[self.language]

    def time(self, moment: datetime) -> str:
        """A moment in their zone, with its name."""
        return self._written(moment, self.text.moment)

    def brief(self, moment: datetime) -> str:
        """The same without the name, where it is said once for all."""
        return self._written(moment, "{time}")

    def zone_name(self, now: datetime) -> str:
        """What they call their zone."""
        return self._written(now, "{zone}")

    def _written(self, moment: datetime, form: str) -> str:
        zone = self.incident.requester.zone if self.incident and self.incident.requester else None
        house = runtime_of(self.request).context.settings.time_zone
        return written(moment, self.text.locale, form, zone, house)


async def visit_of(request: Request, token: str) -> Visit:
    """The visit that a signed link stands for."""
    runtime = runtime_of(request)
    try:
        identifier = runtime.context.signer.verify(INCIDENT, token, CUSTOMER_LINK_AGE)
    except ExpiredLink:
        return Visit(request, None, expired=True)
    except BadLink:
        return Visit(request, None)
    incident = await runtime.database.read(lambda connection: store.led_to(connection, identifier))
    # An id that leads elsewhere is not this customer's to see.
    theirs = incident is not None and incident.id == identifier and incident.requester is not None
    return Visit(request, incident if theirs else None)


Came = Annotated[Visit, Depends(visit_of)]
