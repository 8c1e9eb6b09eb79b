"""The customer's own page behind a signed link: no login, nothing changes by looking, and nothing internal on it.

The signed address is the only proof that is asked for, also of the forms: who can't read it can't send them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from candor_common import web
from candor_common.charter import Charter, Team
from candor_common.database import Transaction
from candor_common.errors import NotFound
from candor_common.events import Contact, Incident
from candor_common.languages import Language, nearest, preferred
from candor_common.links import CUSTOMER_LINK_AGE, INCIDENT, BadLink, ExpiredLink
from candor_common.service import runtime_of
from candor_common.times import written
from candor_triage import customers, promise_view, said, store, timeline_store
from candor_triage.customer_texts import CustomerWords
from candor_triage.customer_words import WORDS
from candor_triage.customers import Said
from candor_triage.domain import customer
from candor_triage.domain.customer_view import Record, view
from candor_triage.domain.life import Refused
from candor_triage.domain.rules import ENDED, OVER
from candor_triage.pages.frame import templates

MOST_WORDS = 100
LONGEST = 8000
LONGEST_NUMBER = 40
LONGEST_WHEN = 200
THANKS = ("add", "call", "works", "not_solved")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.\-]{4,}")
"""What people write where a telephone number is asked for."""

router = APIRouter(prefix="/c")
Act = Callable[[Transaction, Contact], Incident]


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
        """The words in their language."""
        return WORDS[self.language]

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
Text = Annotated[str, Form(max_length=LONGEST)]
Once = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a form, and what was written in it when it has to be filled in once more."""

    thanks: str = ""
    refused: bool = False
    lacks: str = ""
    """What was not filled in as it must be: `words` or `number`."""
    number: str = ""
    when: str = ""


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def shown(visit: Came, thanks: Annotated[str, Query(max_length=20)] = "") -> Response:
    """How it stands, and what can be said to it."""
    if visit.incident is None:
        return _bad_link(visit)
    return await _page(visit, Tried(thanks=thanks if thanks in THANKS else ""))


@router.post("/{token}/add")
async def added(visit: Came, text: Text = "", once: Once = "") -> Response:
    """More words, like a reply by mail; sent twice they count once."""
    if visit.incident is None:
        return _bad_link(visit)
    words = _plain(text)
    if not words:
        return await _page(visit, Tried(lacks="words"), 422)
    charter = runtime_of(visit.request).context.charter
    return await _act(visit, "add", _adding(visit.incident.id, words, once, charter))


@router.post("/{token}/call")
async def call(
    visit: Came,
    number: Annotated[str, Form(max_length=LONGEST_NUMBER)] = "",
    when: Annotated[str, Form(max_length=LONGEST_WHEN)] = "",
    once: Once = "",
) -> Response:
    """They want to be called: the number and when it suits them, as words for whoever has it."""
    if visit.incident is None:
        return _bad_link(visit)
    there, suits = _plain(number), _plain(when)
    if not _NUMBER.fullmatch(there):
        return await _page(visit, Tried(lacks="number", number=there, when=suits), 422)
    text = visit.text
    words = text.call_words.format(number=there, when=suits or text.call_any_time)
    charter = runtime_of(visit.request).context.charter
    return await _act(visit, "call", _adding(visit.incident.id, words, once, charter))


@router.post("/{token}/works")
async def works(visit: Came) -> Response:
    """They see it too: it works."""
    if visit.incident is None:
        return _bad_link(visit)
    reference = visit.incident.id
    return await _act(visit, "works", lambda transaction, who: customers.confirm(transaction, reference, who))


@router.post("/{token}/not-solved")
async def not_solved(visit: Came, text: Text = "", once: Once = "") -> Response:
    """It does not work for them. What they write to it opens the incident again like a reply by mail."""
    if visit.incident is None:
        return _bad_link(visit)
    reference, charter = visit.incident.id, runtime_of(visit.request).context.charter
    if words := _plain(text):
        return await _act(visit, "not_solved", _adding(reference, words, once, charter))
    return await _act(
        visit,
        "not_solved",
        lambda transaction, who: customers.not_solved(transaction, reference, who, None, charter),
    )


def _adding(reference: str, words: str, once: str, charter: Charter) -> Act:
    # Bound to the incident, so that nobody can make somebody else's words count as sent already.
    written = Said(f"page:{reference}:{once or uuid4().hex}"[:64], words)
    return lambda transaction, who: customers.add_words(transaction, reference, who, written, charter)


async def _act(visit: Visit, what: str, act: Act) -> Response:
    incident = visit.incident
    if incident is None or incident.requester is None:
        return _bad_link(visit)
    who = incident.requester
    try:
        await runtime_of(visit.request).database.transact(lambda transaction: act(transaction, who))
    except (Refused, NotFound):
        return await _page(visit, Tried(refused=True), 409)
    home = visit.request.url.path.rpartition("/")[0]
    return RedirectResponse(f"{home}?thanks={what}", 303, web.HEADERS)


async def _page(visit: Visit, tried: Tried, status: int = 200) -> Response:
    incident, runtime = visit.incident, runtime_of(visit.request)
    if incident is None:
        return _bad_link(visit)
    record = await runtime.database.read(
        lambda connection: read(connection, incident.id, runtime.context.charter.team)
    )
    return _render(
        visit,
        "customer.html",
        status,
        view=view(record, runtime.clock.now()),
        time=visit.time,
        over=record.incident.status in (*OVER, *ENDED),
        can=customer.choices(record.incident),
        home=f"/c/{visit.request.path_params['token']}",
        once=uuid4().hex,
        longest=LONGEST,
        longest_number=LONGEST_NUMBER,
        longest_when=LONGEST_WHEN,
        tried=tried,
        brief=visit.brief,
        zone_name=visit.zone_name(runtime.clock.now()),
    )


def read(connection: Connection, incident_id: str, team_of: Callable[[str], Team | None]) -> Record:
    """What the customer's view is made from, as it stands now."""
    incident = store.led_to(connection, incident_id)
    if incident is None:
        raise NotFound("There is no such incident.")
    return Record(
        incident,
        team_of(incident.team),
        promise_view.pledges(connection, [incident.id]),
        said.said(connection, incident.id, MOST_WORDS),
        timeline_store.timeline_of(connection, incident.id, 5 * MOST_WORDS),
    )


def _plain(text: str) -> str:
    return text.replace("\x00", "�").strip()


def _bad_link(visit: Visit) -> Response:
    return _render(visit, "customer_notice.html", 410 if visit.expired else 404, expired=visit.expired)


def _render(visit: Visit, template: str, status: int, **values: object) -> Response:
    house = runtime_of(visit.request).context.settings.mail_name
    return web.page(templates, template, visit.language, status, text=visit.text, house=house, **values)
