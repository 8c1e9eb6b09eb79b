"""The incidents over HTTP: the board, one incident with its timeline, and the five commands.

A reference that leads to another incident is answered with that incident, everywhere: people keep using the one
reference that they were given. `Content-Location` names the incident's own address.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from sqlalchemy import Connection

from candor_common.database import Transaction
from candor_common.errors import (
    CONTENT_TYPE,
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    responses,
)
from candor_common.events import Incident, Resolution, Update
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_triage import paging, store
from candor_triage.domain import incident as life
from candor_triage.domain import timeline
from candor_triage.domain.incident import Change, Refused
from candor_triage.journal import Journal
from candor_triage.shapes import (
    Board,
    Command,
    IncidentView,
    Line,
    RefusedProblem,
    ResolveCommand,
    StaleProblem,
    UpdateCommand,
    Wanted,
)

TIMELINE_LIMIT = 500
"""How many entries of a timeline are shown at most: the last ones."""
_VERSION = re.compile(r'"([0-9]{1,9})"')

Served = Annotated[Runtime, Depends(runtime_of)]
Reference = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
IfMatch = Annotated[str | None, Header(description='The version that you decided on, as in `"3"`.')]
Trace = Annotated[str | None, Header(include_in_schema=False)]
Decision = Callable[[Incident, datetime], Change]

reads = APIRouter(prefix="/v1/incidents", tags=["incidents"], dependencies=[Depends(require("read"))])
works = APIRouter(
    prefix="/v1/incidents/{reference}",
    tags=["incidents"],
    dependencies=[Depends(require("work"))],
    responses={
        **responses(BadRequest, NotFound, PreconditionRequired),
        409: {"model": RefusedProblem, "description": "Not allowed now"},
        412: {"model": StaleProblem, "description": PreconditionFailed.title},
    },
)


@reads.get("", responses=responses(BadRequest), summary="List incidents")
async def listed(runtime: Served, wanted: Annotated[Wanted, Query()]) -> Board:
    """Incidents, the newest first."""
    place = paging.place_of(wanted.cursor) if wanted.cursor else None
    chosen = store.Filter(wanted.status, wanted.team, wanted.priority, wanted.lane)
    one_more = wanted.limit + 1
    found = await runtime.database.read(lambda connection: store.page(connection, chosen, place, one_more))
    shown = found[: wanted.limit]
    return Board(incidents=shown, next=paging.cursor_behind(shown[-1]) if len(found) > len(shown) else None)


@reads.get("/{reference}", responses=responses(NotFound), summary="Show an incident")
async def shown(reference: Reference, runtime: Served, response: Response) -> IncidentView:
    """An incident and its history. `ETag` is the version that commands need as `If-Match`."""
    view = await runtime.database.read(lambda connection: _view(connection, reference))
    response.headers.update(_headers(view.incident))
    return view


class Case:
    """A command about one incident, on the version that its sender has seen."""

    def __init__(
        self, reference: Reference, runtime: Served, if_match: IfMatch = None, traceparent: Trace = None
    ) -> None:
        self._reference = reference
        self._runtime = runtime
        self._seen = _version(if_match)
        self._traceparent = traceparent

    async def change(self, decide: Decision) -> Response:
        """Change the incident as decided. Answers with the new snapshot, or with why nothing was changed."""
        try:
            after = await self._runtime.database.transact(
                lambda transaction: self._change(transaction, decide)
            )
        except Refused as refused:
            return _refusal(refused)
        except _Stale as stale:
            return _stale(stale.incident)
        return Response(after.model_dump_json(), media_type="application/json", headers=_headers(after))

    def _change(self, transaction: Transaction, decide: Decision) -> Incident:
        incident = _found(transaction.connection, self._reference, lock=True)
        if incident.version != self._seen:
            raise _Stale(incident)
        change = decide(incident, transaction.now)
        journal = Journal(transaction)
        told = journal.tell(change, traceparent=self._traceparent)
        journal.note(filter(None, [timeline.of_change(change.fact, transaction.now)]), told.id)
        journal.write()
        return change.incident


Called = Annotated[Case, Depends()]


@works.post("/acknowledge", response_model=Incident, summary="Take an incident")
async def acknowledged(body: Command, case: Called) -> Response:
    """You have it from now on."""
    return await case.change(lambda incident, now: life.acknowledge(incident, body.by, now))


@works.post("/update", response_model=Incident, summary="Tell the customer something")
async def updated(body: UpdateCommand, case: Called) -> Response:
    """What is being done, what to expect, and by when there is more. Takes the incident where nobody has."""
    words = Update(doing=body.doing, expect=body.expect, next_by=body.next_by)
    return await case.change(lambda incident, now: life.update(incident, body.by, words, now))


@works.post("/resolve", response_model=Incident, summary="Say that it works again")
async def resolved(body: ResolveCommand, case: Called) -> Response:
    """The customer is told the cause, what was done and how it was checked."""
    resolution = Resolution(cause=body.cause, done=body.done, checked=body.checked)
    return await case.change(lambda incident, now: life.resolve(incident, body.by, resolution, now))


@works.post("/reopen", response_model=Incident, summary="Say that it does not work after all")
async def reopened(body: Command, case: Called) -> Response:
    """Allowed at any time after the resolution: a person decides."""
    return await case.change(lambda incident, _now: life.reopen(incident, body.by))


@works.post("/close", response_model=Incident, summary="Finish a resolved incident")
async def closed(body: Command, case: Called) -> Response:
    """Otherwise it closes itself after the charter's time."""
    return await case.change(lambda incident, now: life.close(incident, body.by, now))


router = APIRouter()
router.include_router(reads)
router.include_router(works)


def _found(connection: Connection, reference: str, *, lock: bool = False) -> Incident:
    incident = store.led_to(connection, reference, lock=lock)
    if incident is None:
        raise NotFound(
            f"There is no incident {reference}; a request becomes one moments after it was accepted."
        )
    return incident


def _view(connection: Connection, reference: str) -> IncidentView:
    incident = _found(connection, reference)
    entries = store.timeline_of(connection, incident.id, TIMELINE_LIMIT)
    lines = [Line(at=one.at, kind=one.kind, actor=one.actor, text=one.text) for one in entries]
    return IncidentView(incident=incident, allowed=life.allowed(incident), timeline=lines)


def _headers(incident: Incident) -> dict[str, str]:
    return {"ETag": f'"{incident.version}"', "Content-Location": f"/v1/incidents/{incident.id}"}


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired(
            'Send `If-Match` with the version that you decided on, as in `If-Match: "3"`.'
        )
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise BadRequest('`If-Match` must be one version in quotes, as in `If-Match: "3"`.')
    return int(found[1])


class _Stale(Exception):
    """The incident is no longer what the sender of the command has seen."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident.id)
        self.incident = incident


def _stale(incident: Incident) -> Response:
    problem = StaleProblem(
        type=f"urn:candor:problem:{PreconditionFailed.type}",
        title=PreconditionFailed.title,
        status=PreconditionFailed.status,
        detail=f"{incident.id} is at version {incident.version}; read it again before you decide.",
        version=incident.version,
    )
    return _problem(problem, {"ETag": f'"{incident.version}"'})


def _refusal(refused: Refused) -> Response:
    problem = RefusedProblem(
        type="urn:candor:problem:refused",
        title="Not allowed now",
        status=Conflict.status,
        detail=refused.why,
        allowed=refused.allowed,
    )
    return _problem(problem)


def _problem(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    return Response(
        problem.model_dump_json(exclude_none=True), problem.status, headers, media_type=CONTENT_TYPE
    )
