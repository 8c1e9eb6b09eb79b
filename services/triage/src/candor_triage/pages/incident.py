"""One incident: what was promised, what happened, what the team notes, and what can be done now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, get_args
from uuid import uuid4

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.errors import NotFound
from candor_common.events import FollowUp, Incident, Promise, PromiseState
from candor_common.follow_up_words import FORM
from candor_common.links import customer_link
from candor_common.service import runtime_of
from candor_common.times import first_zone, written
from candor_triage import board_store, follow_up_view, promise_view, said, store, timeline_store, times
from candor_triage.case import Case
from candor_triage.domain.board import FOLLOWED_UP, Standing, standing
from candor_triage.domain.life import allowed
from candor_triage.domain.rules import OVER
from candor_triage.domain.similar import Past, similar
from candor_triage.incident_words import FIRST
from candor_triage.once import once_of_form
from candor_triage.pages import forms
from candor_triage.pages.forms import NotDone
from candor_triage.pages.frame import clock, page
from candor_triage.pages.parts import Part, parted
from candor_triage.pages.strips import drawn
from candor_triage.said import Miss
from candor_triage.words import TEXT

MOST_ENTRIES = 300
MOST_ORIGINALS = 20
_SERVICES = ("sla-timer", "notifier", "feedback", "triage", "charter")
"""Whose entries say enough without a name."""

router = APIRouter()
Reference = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
Reader = Annotated[Visitor, Depends(console.reads)]
Worker = Annotated[Visitor, Depends(console.works)]


@dataclass(frozen=True, slots=True)
class View:
    """How the page is looked at: a part of the stream, an open form, and what became of one that was sent."""

    show: Part = "all"
    do: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Read:
    """What the page knows of an incident."""

    incident: Incident
    timeline: timeline_store.Timeline
    promises: Sequence[Promise]
    looks_like: Sequence[Past]
    misses: Mapping[str, Miss]
    """What leads said about promises that were missed."""
    linked: Mapping[str, tuple[str, str]]
    originals: Sequence[tuple[str, datetime]]
    """Requests that it is made of, and when they were read."""
    follow_ups: Sequence[FollowUp]
    """What its surveys led to and is still to be done."""

    def standing(self, now: datetime) -> Standing:
        """Which promise comes next."""
        pledges = [
            promise_view.short(one) for one in self.promises if one.state is not PromiseState.WITHDRAWN
        ]
        return standing(pledges, now, works_again=self.incident.status in OVER)


@router.get("/incidents/{reference}")
async def shown(
    request: Request,
    reference: Reference,
    visitor: Reader,
    show: Part = "all",
    do: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The incident that a reference is or leads to."""
    found = await _read(request, reference)
    if found is None:
        return page(request, visitor, "not_found.html", 404, reference=reference)
    if found.incident.id != reference:
        return RedirectResponse(f"/incidents/{found.incident.id}", 303, web.CONSOLE_HEADERS)
    return _page(request, visitor, found, View(show, do))


@router.post("/incidents/{reference}/{command}")
async def done(
    request: Request, reference: Reference, command: Annotated[str, Path(max_length=20)], visitor: Worker
) -> Response:
    """Carry out a command; a refusal stands on the page in words, and what was written is still there."""
    given = await _given(request)
    console.check_form(request, visitor, given.get("csrf", ""))
    if "change" in given:
        return await _again(request, reference, View(do=command, given=given), visitor)
    version = given.get("version", "")
    seen = f'"{version}"' if version.isdecimal() else '"0"'
    case = Case(reference, runtime_of(request), seen, once=once_of_form(command, given))
    refused = await forms.carry_out(case, command, given, clock(request).zone)
    if refused is None:
        answer = RedirectResponse(f"/incidents/{reference}#foot", 303, web.CONSOLE_HEADERS)
        if not visitor.by_header:
            console.remember(request, answer, replace(visitor, name=given.get("by", "").strip()[:200]))
        return answer
    return await _refused(request, reference, (visitor, command, given), refused)


async def _refused(
    request: Request, reference: str, tried: tuple[Visitor, str, Mapping[str, str]], refused: NotDone
) -> Response:
    visitor, command, given = tried
    stale = refused.status == 412
    why = str(TEXT["stale_form"]) if stale else refused.why
    view = View(do=command, given=given, why=why, status=refused.status)
    return await _again(request, reference, view, visitor)


async def _again(request: Request, reference: str, view: View, visitor: Visitor) -> Response:
    """The page with the form that was filled in, to go on with."""
    found = await _read(request, reference)
    if found is None:
        raise NotFound(view.why or str(TEXT["not_found"]).format(reference=reference))
    return _page(request, visitor, found, view)


async def _given(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=40) as form:
        return {name: _plain(value) for name, value in form.items() if isinstance(value, str)}


def _plain(value: str) -> str:
    # Browsers count a line end as one character and send it as two.
    return value.replace("\x00", "�").replace("\r\n", "\n")


async def _read(request: Request, reference: str) -> Read | None:
    return await runtime_of(request).database.read(lambda connection: _all(connection, reference))


def _all(connection: Connection, reference: str) -> Read | None:
    incident = store.led_to(connection, reference)
    if incident is None:
        return None
    # Read first, so that what comes meanwhile is told to the page once more.
    timeline = timeline_store.measured_timeline(connection, incident.id, MOST_ENTRIES)
    linked = {one.incident_id for one in incident.links} | ({incident.merged_into} - {None})
    promises = promise_view.of_incident(connection, incident.id)
    was_asked = any(one.kind in FOLLOWED_UP for one in promises)
    return Read(
        incident,
        timeline,
        promises,
        similar(incident.title, board_store.past(connection, incident.id)),
        said.explained(connection, incident.id),
        board_store.titles(connection, [one for one in linked if one]) if linked else {},
        said.originals(connection, incident.id, MOST_ORIGINALS),
        follow_up_view.of_incident(connection, incident.id) if was_asked else (),
    )


def _page(request: Request, visitor: Visitor, found: Read, view: View) -> Response:
    incident, charter, now = found.incident, runtime_of(request).context.charter, clock(request).now
    may_work = visitor.key is None or "work" in visitor.key.scopes
    known = drawn(found.promises, found.timeline.entries, charter, now)
    return page(
        request,
        visitor,
        "incident.html",
        view.status,
        incident=incident,
        view=view,
        team=charter.team(incident.team),
        standing=found.standing(now),
        stream=parted(found.timeline.entries, view.show),
        changes=f"/v1/stream/board/{incident.id}?since={found.timeline.length}",
        most=MOST_ENTRIES if found.timeline.length > MOST_ENTRIES else 0,
        shows=get_args(Part),
        promises=[one for one in known if one.promise.state is PromiseState.OPEN],
        missed=[one for one in known if one.promise.state is PromiseState.BREACHED],
        ended=[one for one in known if one.promise.state not in (PromiseState.OPEN, PromiseState.BREACHED)],
        kept=sum(one.promise.state is PromiseState.KEPT for one in known),
        misses=found.misses,
        looks_like=found.looks_like,
        linked=found.linked,
        originals=found.originals if may_work else [],
        follow_ups=found.follow_ups,
        follow_up_words=FORM,
        first_commands=FIRST,
        ours=_SERVICES,
        forms=forms.forms(allowed(incident)) if may_work else [],
        once=str(uuid4()),
        options=lambda field: forms.choices(charter, field),
        there=_time_there(request, incident),
        link=_customers_page(request, incident) if may_work else None,
    )


def _time_there(request: Request, incident: Incident) -> str:
    """What time it is where the customer is."""
    house = runtime_of(request).context.settings.time_zone
    zone = first_zone(incident.requester.zone if incident.requester else None, house)
    return written(clock(request).now, times.HOUSE_LOCALE, "{time} ({zone})", zone.key)


def _customers_page(request: Request, incident: Incident) -> str | None:
    context = runtime_of(request).context
    if incident.requester is None:
        return None
    return customer_link(context.signer, context.settings.public_url, incident.id)
