"""The commands about one incident over HTTP. Each needs the version that its sender decided on as `If-Match`."""

from fastapi import APIRouter, Depends, Response

from candor_common.charter import Charter, Team
from candor_common.errors import BadRequest, NotFound, PreconditionFailed, PreconditionRequired, responses
from candor_common.events import Incident, LinkKind, Plan, Update
from candor_common.security import require
from candor_triage import shapes
from candor_triage.case import Called
from candor_triage.domain import ending, timeline, work

works = APIRouter(
    prefix="/v1/incidents/{reference}",
    tags=["incidents"],
    dependencies=[Depends(require("work"))],
    responses={
        **responses(BadRequest, NotFound, PreconditionRequired),
        409: {"model": shapes.RefusedProblem, "description": "Not allowed now"},
        412: {"model": shapes.StaleProblem, "description": PreconditionFailed.title},
    },
)


@works.post("/acknowledge", response_model=Incident, summary="Take an incident")
async def acknowledged(body: shapes.Command, case: Called) -> Response:
    """You have it from now on."""
    return await case.change(lambda incident, now: work.acknowledge(incident, body.by, now))


@works.post("/assign", response_model=Incident, summary="Give an incident to somebody")
async def assigned(body: shapes.AssignCommand, case: Called) -> Response:
    """To a person, to a team, or to a person of a team. They have it, and have not begun."""
    team = _team(case.charter, body.team)
    return await case.change(lambda incident, _now: work.assign(incident, body.by, body.to, team))


@works.post("/escalate", response_model=Incident, summary="Hand an incident up a level")
async def escalated(body: shapes.EscalateCommand, case: Called) -> Response:
    """The team that is named, or the charter's next one, has it from now on."""
    named, above = _team(case.charter, body.team), case.charter.above
    return await case.change(
        lambda incident, _now: work.escalate(
            incident, body.by, named or above(incident.team, incident.level), body.reason, body.to
        )
    )


@works.post("/help", response_model=Incident, summary="Ask a second person to help")
async def help_asked(body: shapes.HelpCommand, case: Called) -> Response:
    """The owner stays the owner."""
    return await case.change(
        lambda incident, _now: work.ask_for_help(incident, body.by, body.who, body.reason)
    )


@works.post("/update", response_model=Incident, summary="Tell the customer something")
async def updated(body: shapes.UpdateCommand, case: Called) -> Response:
    """What is being done, what to expect, and by when there is more. Takes the incident where nobody has."""
    words = Update(doing=body.doing, expect=body.expect, next_by=body.next_by, by_phone=body.by_phone)
    return await case.change(lambda incident, now: work.update(incident, body.by, words, now))


@works.post("/ask", response_model=Incident, summary="Ask the customer something")
async def asked(body: shapes.AskCommand, case: Called) -> Response:
    """The incident waits for the answer; the charter says which promises pause meanwhile."""
    return await case.change(lambda incident, now: work.ask(incident, body.by, body.question, now))


@works.post("/resume", response_model=Incident, summary="Go on without the customer's answer")
async def resumed(body: shapes.Command, case: Called) -> Response:
    """A reply of the customer does this by itself."""
    return await case.change(lambda incident, _now: work.resume(incident, body.by))


@works.post("/plan", response_model=Incident, summary="Say how it is to be solved")
async def planned(body: shapes.PlanCommand, case: Called) -> Response:
    """A later plan replaces it."""
    plan = Plan(what=body.what, who=body.who, timetable=body.timetable)
    return await case.change(lambda incident, now: work.plan(incident, body.by, plan, now))


@works.post("/estimate", response_model=Incident, summary="Say when it will work again")
async def estimated(body: shapes.EstimateCommand, case: Called) -> Response:
    """The customer is promised it. Move it before it passes; afterwards say that it is `late`."""
    given = work.Estimation(body.fixed_by, body.reason, body.late)
    return await case.change(lambda incident, now: work.estimate(incident, body.by, given, now))


@works.post("/workaround", response_model=Incident, summary="Give the customer a way to go on")
async def worked_around(body: shapes.WorkaroundCommand, case: Called) -> Response:
    """The fault stands; the customer is told how to go on meanwhile."""
    return await case.change(lambda incident, now: work.give_workaround(incident, body.by, body.text, now))


@works.post("/resolve", response_model=Incident, summary="Say that it works again")
async def resolved(body: shapes.ResolveCommand, case: Called) -> Response:
    """The customer is told the cause, what was done and how it was checked."""
    return await case.change(lambda incident, now: ending.resolve(incident, body.by, body.resolution, now))


@works.post("/verify", response_model=Incident, summary="Say that the fix holds")
async def verified(body: shapes.Command, case: Called) -> Response:
    """You have checked it. Otherwise the charter's time does this."""
    return await case.change(lambda incident, now: ending.verify(incident, body.by, now))


@works.post("/confirm", response_model=Incident, summary="Note that the customer says it works")
async def confirmed(body: shapes.Command, case: Called) -> Response:
    """They said so to you, as on the phone."""
    return await case.change(lambda incident, now: ending.confirm(incident, body.by, now))


@works.post("/close", response_model=Incident, summary="Finish a resolved incident")
async def closed(body: shapes.Command, case: Called) -> Response:
    """Otherwise it closes itself after the charter's time. What nobody has verified is verified by you with it."""
    return await case.change(lambda incident, now: ending.close(incident, body.by, now))


@works.post("/reopen", response_model=Incident, summary="Say that it does not work after all")
async def reopened(body: shapes.ReasonCommand, case: Called) -> Response:
    """Allowed at any time after the resolution: a person decides."""
    return await case.change(lambda incident, _now: ending.reopen(incident, body.by, body.reason))


@works.post("/priority", response_model=Incident, summary="Raise or lower the priority")
async def prioritised(body: shapes.PriorityCommand, case: Called) -> Response:
    """Its promises are counted anew from its beginning."""
    return await case.change(
        lambda incident, _now: work.change_priority(incident, body.by, body.to, body.reason)
    )


@works.post("/note", response_model=Incident, summary="Write something down for the team")
async def noted(body: shapes.NoteCommand, case: Called) -> Response:
    """It stands in the timeline and never leaves the house."""
    return await case.write_down(
        "note", body.by, lambda id, now: timeline.of_note(id, body.by, body.text, now)
    )


@works.post("/decision", response_model=Incident, summary="Write down a decision")
async def decided(body: shapes.DecisionCommand, case: Called) -> Response:
    """What was decided, and why. It stands in the timeline and never leaves the house."""
    return await case.write_down(
        "decision", body.by, lambda id, now: timeline.of_decision(id, body.by, body.text, now)
    )


@works.post("/link", response_model=Incident, summary="Tie an incident to another")
async def linked(body: shapes.LinkCommand, case: Called) -> Response:
    """Both remember it. `kind` is seen from the incident of the address."""
    kind = LinkKind(body.kind)
    return await case.tie(body.to, lambda incident, other: ending.link(incident, other, body.by, kind))


@works.post("/merge", response_model=Incident, summary="Make an incident part of another")
async def merged(body: shapes.MergeCommand, case: Called) -> Response:
    """The other goes on for both: what comes for this one goes there."""
    return await case.tie(body.into, lambda incident, other: ending.merge(incident, other, body.by))


@works.post("/cancel", response_model=Incident, summary="Say that there is nothing to be done")
async def cancelled(body: shapes.ReasonCommand, case: Called) -> Response:
    """It was no request, or the customer took it back. Nothing comes after it; later words open a new incident."""
    return await case.change(lambda incident, _now: ending.cancel(incident, body.by, body.reason))


def _team(charter: Charter, id: str | None) -> Team | None:
    """A team of the charter. Raises BadRequest for one that it does not have."""
    team = charter.team(id) if id else None
    if id and team is None:
        known = ", ".join(charter.content.teams)
        raise BadRequest(f"The charter has no team {id}; it has {known}.")
    return team
