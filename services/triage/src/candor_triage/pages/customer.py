"""The customer's own page behind a signed link: no login, nothing changes by looking, and nothing internal on it.

The signed address is the only proof that is asked for, also of the forms: who can't read it can't send them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from candor_common import web
from candor_common.charter import Charter, Team
from candor_common.database import Transaction
from candor_common.errors import NotFound
from candor_common.events import Contact, Incident
from candor_common.service import runtime_of
from candor_triage import customers, promise_view, said, store, timeline_store
from candor_triage.customers import Said
from candor_triage.domain import customer
from candor_triage.domain.customer_view import Record, view
from candor_triage.domain.life import Refused
from candor_triage.domain.rules import ENDED, OVER
from candor_triage.pages.frame import templates
from candor_triage.pages.visit import Came, Visit

MOST_WORDS = 100
LONGEST = 8000
LONGEST_NUMBER = 40
LONGEST_WHEN = 200
THANKS = ("add", "call", "works", "not_solved")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.\-]{4,}")
"""What people write where a telephone number is asked for."""

router = APIRouter(prefix="/c")
Act = Callable[[Transaction, Contact], Incident]


Text = Annotated[str, Form()]
"""Of any length: what is too long is shown again, and never lost."""
Once = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a form, and what was written in it when it has to be filled in once more."""

    thanks: str = ""
    refused: bool = False
    lacks: str = ""
    """What was not filled in as it must be: `words` or `number`."""
    too_long: str = ""
    """The field with more in it than fits: `add`, `still` or `when`."""
    words: str = ""
    still: str = ""
    """What they still see."""
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
    if len(words) > LONGEST:
        return await _page(visit, Tried(too_long="add", words=words), 422)
    charter = runtime_of(visit.request).context.charter
    return await _act(visit, "add", _adding(visit.incident.id, words, once, charter), Tried(words=words))


@router.post("/{token}/call")
async def call(visit: Came, number: Text = "", when: Text = "", once: Once = "") -> Response:
    """They want to be called: the number and when it suits them, as words for whoever has it."""
    if visit.incident is None:
        return _bad_link(visit)
    there, suits = _plain(number), _plain(when)
    tried = Tried(number=there, when=suits)
    if len(there) > LONGEST_NUMBER or not _NUMBER.fullmatch(there):
        return await _page(visit, replace(tried, lacks="number"), 422)
    if len(suits) > LONGEST_WHEN:
        return await _page(visit, replace(tried, too_long="when"), 422)
    text = visit.text
    words = text.call_words.format(number=there, when=suits or text.call_any_time)
    charter = runtime_of(visit.request).context.charter
    return await _act(visit, "call", _adding(visit.incident.id, words, once, charter), tried)


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
    words = _plain(text)
    if len(words) > LONGEST:
        return await _page(visit, Tried(too_long="still", still=words), 422)
    if words:
        act = _adding(reference, words, once, charter, says_no=True)
        return await _act(visit, "not_solved", act, Tried(still=words))
    return await _act(
        visit,
        "not_solved",
        lambda transaction, who: customers.not_solved(transaction, reference, who, None, charter),
    )


def _adding(reference: str, words: str, once: str, charter: Charter, *, says_no: bool = False) -> Act:
    # Bound to the incident, so that nobody can make somebody else's words count as sent already.
    written = Said(f"page:{reference}:{once or uuid4().hex}"[:64], words, says_no)
    return lambda transaction, who: customers.add_words(transaction, reference, who, written, charter)


async def _act(visit: Visit, what: str, act: Act, tried: Tried = Tried()) -> Response:
    incident = visit.incident
    if incident is None or incident.requester is None:
        return _bad_link(visit)
    who = incident.requester
    try:
        await runtime_of(visit.request).database.transact(lambda transaction: act(transaction, who))
    except (Refused, NotFound):
        return await _page(visit, replace(tried, refused=True), 409)
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
    # Browsers count a line end as one character and send it as two.
    return text.replace("\x00", "�").replace("\r\n", "\n").strip()


def _bad_link(visit: Visit) -> Response:
    return _render(visit, "customer_notice.html", 410 if visit.expired else 404, expired=visit.expired)


def _render(visit: Visit, template: str, status: int, **values: object) -> Response:
    house = runtime_of(visit.request).context.settings.mail_name
    return web.page(templates, template, visit.language, status, text=visit.text, house=house, **values)
