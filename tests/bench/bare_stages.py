"""The three consumers of the bare way as pure functions: events and known rows in, effects out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from tests.bench.bare_model import Effects, Event, InboundRequest, Incident, Message, Promise, Stage, new_id

PROMISES = (("first_response", timedelta(hours=1)), ("resolution", timedelta(hours=4)))


class Notice(BaseModel):
    """What the notifier knows of an incident; the mail goes out once all of it is known."""

    incident: Incident | None = None
    due: dict[str, str] = {}
    told: bool = False


def by_key(events: Sequence[Event]) -> list[str]:
    """The effect row of an event is the one of its key."""
    return list({event.key for event in events})


def open_incidents(events: Sequence[Event], known: Mapping[str, str]) -> Effects:
    """Triage: one incident per conversation."""
    effects = Effects([], [], [])
    for event in events:
        if event.key in known:
            continue
        body = _incident(event).model_dump_json()
        effects.rows.append((event.key, body))
        effects.events.append(Event(new_id(), "incidents", event.key, "IncidentOpened", body))
    return effects


def promise_ids(events: Sequence[Event]) -> list[str]:
    """The rows of the two promises that each incident gets."""
    return [f"{event.key}:{kind}" for event in events for kind, _ in PROMISES]


def make_promises(events: Sequence[Event], known: Mapping[str, str]) -> Effects:
    """SLA timer: two promises per incident."""
    effects = Effects([], [], [])
    for event in events:
        incident = Incident.model_validate_json(event.body)
        for promise in _promises(incident):
            if promise.id not in known:
                body = promise.model_dump_json()
                effects.rows.append((promise.id, body))
                effects.events.append(Event(new_id(), "promises", incident.id, "PromiseMade", body))
    return effects


def plan_messages(events: Sequence[Event], known: Mapping[str, str]) -> Effects:
    """Notifier: one mail per incident, once the incident and both promises are known."""
    notices = {key: Notice.model_validate_json(body) for key, body in known.items()}
    for event in events:
        _learn(notices.setdefault(event.key, Notice()), event)
    messages = [message for key, notice in notices.items() if (message := _message(key, notice))]
    return Effects([(key, notice.model_dump_json()) for key, notice in notices.items()], [], messages)


TRIAGE = Stage("triage", ("requests",), by_key, open_incidents)
SLA = Stage("sla", ("incidents",), promise_ids, make_promises)
NOTIFIER = Stage("notifier", ("incidents", "promises"), by_key, plan_messages)
STAGES = {stage.name: stage for stage in (TRIAGE, SLA, NOTIFIER)}


def _incident(event: Event) -> Incident:
    request = InboundRequest.model_validate_json(event.body)
    urgent = request.urgency == "high"
    return Incident(
        id=event.key,
        version=1,
        customer=request.customer,
        contact=request.contact,
        subject=request.subject,
        text=request.text,
        language=request.language,
        kind="fault",
        impact="one-site",
        urgency=request.urgency,
        priority="P2" if urgent else "P3",
        lane="standard",
        level="L1",
        team="service-desk",
        state="open",
        opened_at=datetime.now(UTC).isoformat(),
    )


def _promises(incident: Incident) -> list[Promise]:
    opened = datetime.fromisoformat(incident.opened_at)
    return [
        Promise(
            id=f"{incident.id}:{kind}",
            incident_id=incident.id,
            version=1,
            kind=kind,
            state="open",
            started_at=incident.opened_at,
            due_at=(opened + within).isoformat(),
            charter="1",
        )
        for kind, within in PROMISES
    ]


def _learn(notice: Notice, event: Event) -> None:
    if event.topic == "incidents":
        notice.incident = Incident.model_validate_json(event.body)
    else:
        promise = Promise.model_validate_json(event.body)
        notice.due[promise.kind] = promise.due_at


def _message(key: str, notice: Notice) -> Message | None:
    incident = notice.incident
    if notice.told or incident is None or len(notice.due) < len(PROMISES):
        return None
    notice.told = True
    text = (
        f"We have your request and opened incident {key[:8]} for {incident.team}.\n\n"
        f"You will hear from an engineer by {notice.due['first_response']}.\n"
        f"We aim to have it fixed by {notice.due['resolution']}.\n"
    )
    return Message(new_id(), incident.contact, f"[{key[:8]}] {incident.subject}", text)
