"""A command about one incident, on the version that its sender has seen: changed, or answered with why not."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Response
from sqlalchemy import Connection
from uuid_utils import uuid7

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.errors import (
    CONTENT_TYPE,
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
)
from candor_common.events import Incident
from candor_common.service import Runtime, runtime_of
from candor_triage import store
from candor_triage.domain.life import Change, Refused, permitted
from candor_triage.domain.rules import Command
from candor_triage.domain.timeline import Entry
from candor_triage.journal import Journal
from candor_triage.once import Once, given_once, once_of
from candor_triage.roster import Roster
from candor_triage.shapes import RefusedProblem, StaleProblem

_VERSION = re.compile(r'"([0-9]{1,9})"')

Served = Annotated[Runtime, Depends(runtime_of)]
Reference = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
IfMatch = Annotated[str | None, Header(description='The version that you decided on, as in `"3"`.')]
Trace = Annotated[str | None, Header(include_in_schema=False)]
Named = Annotated[Once | None, Depends(once_of)]
Decision = Callable[[Incident, datetime], Change | tuple[Change, ...]]
Tie = Callable[[Incident, Incident], tuple[Change, ...]]


class Case:
    """One incident and what its sender has seen of it."""

    def __init__(
        self,
        reference: Reference,
        runtime: Served,
        if_match: IfMatch = None,
        traceparent: Trace = None,
        once: Named = None,
    ) -> None:
        self._reference = reference
        self._once = once
        self._runtime = runtime
        self._seen = _version(if_match)
        self._traceparent = traceparent

    @property
    def charter(self) -> Charter:
        """The policy that counts now."""
        return self._runtime.context.charter

    async def change(self, decide: Decision) -> Response:
        """Change the incident as decided. Answers with the new snapshot, or with why nothing was changed."""

        def work(transaction: Transaction) -> Incident:
            incident = self._found(transaction.connection)
            decided = decide(incident, transaction.now)
            return self._tell(transaction, (decided,) if isinstance(decided, Change) else decided)

        return await self._answer(work)

    async def tie(self, other: str, decide: Tie) -> Response:
        """Change the incident together with another, which is named in the body."""

        def work(transaction: Transaction) -> Incident:
            found = store.together(transaction.connection, {self._reference, other})
            incident = self._checked(found.get(self._reference))
            if other not in found:
                raise BadRequest(f"There is no incident {other} to name.")
            return self._tell(transaction, decide(incident, found[other]))

        return await self._answer(work)

    async def write_down(
        self, command: Command, by: str, entry: Callable[[str, datetime], Entry]
    ) -> Response:
        """Add words of the team to the timeline; the incident stays as it is."""

        def work(transaction: Transaction) -> Incident:
            incident = self._found(transaction.connection)
            permitted(incident, command, by)
            journal = Journal(transaction)
            journal.note([entry(incident.id, transaction.now)], str(uuid7()))
            journal.write()
            return incident

        return await self._answer(work)

    async def _answer(self, work: Callable[[Transaction], Incident]) -> Response:
        try:
            after = await self._runtime.database.transact(lambda transaction: self._given(transaction, work))
        except Refused as refused:
            return _refusal(refused)
        except _Stale as stale:
            return _stale(stale.incident)
        return Response(after.model_dump_json(), media_type="application/json", headers=headers_of(after))

    def _given(self, transaction: Transaction, work: Callable[[Transaction], Incident]) -> Incident:
        if self._once is None:
            return work(transaction)
        connection = transaction.connection
        known = found(store.led_to(connection, self._reference), self._reference)
        after = given_once(transaction, known.id, self._once, work)
        return after or found(store.led_to(connection, known.id), known.id)

    def _tell(self, transaction: Transaction, changes: Iterable[Change]) -> Incident:
        journal = Journal(transaction, Roster(transaction.connection, self.charter, transaction.now))
        stands: dict[str, Incident] = {}
        for change in changes:
            stands[change.incident.id] = journal.tell(change, traceparent=self._traceparent)
        journal.write()
        first = next(iter(stands.values()))
        if first.merged_into is not None:
            store.absorb(transaction.connection, first.id, first.merged_into)
        return first

    def _found(self, connection: Connection) -> Incident:
        return self._checked(store.led_to(connection, self._reference, lock=True))

    def _checked(self, incident: Incident | None) -> Incident:
        known = found(incident, self._reference)
        if known.version != self._seen:
            raise _Stale(known)
        return known


Called = Annotated[Case, Depends()]


def found(incident: Incident | None, reference: str) -> Incident:
    """The incident that a reference leads to. Raises NotFound when it leads nowhere."""
    if incident is None:
        raise NotFound(
            f"There is no incident {reference}; a request becomes one moments after it was accepted."
        )
    return incident


def headers_of(incident: Incident) -> dict[str, str]:
    """Its version, and its own address."""
    return {"ETag": f'"{incident.version}"', "Content-Location": f"/v1/incidents/{incident.id}"}


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired(
            'Send `If-Match` with the version that you decided on, as in `If-Match: "3"`.'
        )
    given = _VERSION.fullmatch(if_match.strip())
    if given is None:
        raise BadRequest('`If-Match` must be one version in quotes, as in `If-Match: "3"`.')
    return int(given[1])


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
