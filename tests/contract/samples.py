"""One full sample of every fact, from which golden events are written: `python -m tests.contract.samples`.

A golden file is never changed again. When a model gains a field, its next version is written beside the old one.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from candor_common import events as e
from candor_common.contract import schema
from candor_common.events import Envelope, Fact
from candor_common.wire import headers_of, value_of

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
PUBLISHED = HERE / "published"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
KIM = e.Contact(address="kim@shop.example", name="金敏", zone="Asia/Seoul")
UPDATE = e.Update(
    doing="We replace the disk.", expect="Read-only until then.", next_by=NOON + timedelta(hours=1)
)
RESOLUTION = e.Resolution(cause="A broken disk.", done="Replaced it.", checked="Load test, 30 minutes.")
PLAN = e.Plan(
    what="Replace the disk, rebuild.", who="ada and bo", timetable="Disk by 13:00, rebuilt by 15:00."
)
ESTIMATE = e.Estimate(
    fixed_by=NOON + timedelta(hours=3), reason="The rebuild takes two hours.", given_at=NOON
)

INCIDENT = e.Incident(
    id="INC-000042",
    version=3,
    title="打印机坏了",
    description="502 since 14:02",
    status=e.IncidentStatus.RESOLVED,
    kind=e.Kind.FAULT,
    category=e.Category.OUTAGE,
    impact=e.Grade.HIGH,
    urgency=e.Grade.HIGH,
    priority=e.Priority.P1,
    lane=e.Lane.EMERGENCY,
    level=e.Level.L1,
    team="operations",
    owner="ada",
    second="bo",
    touched=True,
    unsure=True,
    customer="Shop Ltd",
    reason='rule outage: words "is down"',
    requester=KIM,
    language="zh-Hans",
    channel=e.Channel.MAIL,
    origin=e.Origin.HUMAN,
    signal_key="am:941f90aa0dff5c4c",
    opened_at=NOON,
    acknowledged_at=NOON + timedelta(minutes=5),
    resolved_at=NOON + timedelta(hours=2),
    verified_at=NOON + timedelta(hours=4),
    closed_at=NOON + timedelta(days=7),
    last_update=UPDATE,
    question=e.Question(text="Since when?", asked_at=NOON + timedelta(minutes=6)),
    plan=PLAN,
    estimate=ESTIMATE,
    workaround="Use the read-only copy.",
    resolution=RESOLUTION,
    merged_into="INC-000041",
    links=(e.Link(incident_id="INC-000040", kind=e.LinkKind.FOLLOWS),),
    reopened=1,
    charter_version="31b34d295943",
)
PROMISE = e.Promise(
    id="c87182a9-b1d2-50a2-aa23-03f82256007b",
    incident_id="INC-000042",
    version=3,
    kind=e.PromiseKind.FIRST_RESPONSE,
    state=e.PromiseState.BREACHED,
    made_at=NOON,
    due_at=NOON + timedelta(hours=1),
    warn_at=NOON + timedelta(minutes=45),
    target=timedelta(hours=1),
    calendar="office",
    owner="ada",
    warned_at=NOON + timedelta(minutes=45),
    warned_share=0.75,
    kept_at=NOON + timedelta(minutes=50),
    breached_at=NOON + timedelta(hours=1, seconds=1),
    breach_cause=e.BreachCause.POLICY_CHANGE,
    escalated_to=e.Level.L2,
    priority=e.Priority.P1,
    charter_version="31b34d295943",
)
MESSAGE = e.Message(
    id="0f0e2d7a-9a0c-5c55-8a3b-7d6b0a1c2d3e",
    incident_id="INC-000042",
    kind=e.MessageKind.UPDATE,
    state=e.MessageState.DELAYED,
    channel=e.Channel.MAIL,
    recipient="kim@shop.example",
    message_id="<INC-000042.0f0e2d7a@candor.example>",
    cause_event_id="01a20118-9592-7325-a265-e7b839be47d1",
    attempts=2,
    planned_at=NOON,
    sent_at=NOON + timedelta(seconds=2),
    retry_at=NOON + timedelta(seconds=15),
    reason="451 4.3.0 try later",
)
SURVEY = e.Survey(
    id="5b1f7a52-5f6e-5c0b-9d5e-0a1b2c3d4e5f",
    incident_id="INC-000042",
    recipient=KIM,
    language="zh-Hant",
    invited_at=NOON,
    expires_at=NOON + timedelta(days=28),
    answered_at=NOON + timedelta(hours=3),
    speed=4,
    solution=5,
    manner=5,
    overall=5,
    solved=True,
    comment="謝謝",
)
FOLLOW_UP = e.FollowUp(
    id="7c1f7a52-5f6e-5c0b-9d5e-0a1b2c3d4e5f",
    incident_id="INC-000042",
    version=2,
    kind=e.PromiseKind.FOLLOW_UP,
    owner="ada",
    about="2 of 5: too slow",
    opened_at=NOON,
    due_at=NOON + timedelta(days=1),
    done_at=NOON + timedelta(hours=5),
    answer="We called and explained.",
    reply="謝謝您的電話。",
)
INBOUND: dict[str, Any] = {
    "request_id": "01a20118-9592-7325-a265-e7b839be47d1",
    "reference": "INC-000042",
    "conversation_id": "INC-000042",
    "channel": e.Channel.MAIL,
    "origin": e.Origin.HUMAN,
    "received_at": NOON,
    "subject_line": "打印机坏了",
    "text": "502 since 14:02",
    "labels": {"site": "shop"},
    "message_id": "<m1@shop.example>",
    "attachments": (e.Attachment(name="screen.png", content_type="image/png", size=4_096, sha256="ab" * 32),),
}

SAMPLES: tuple[Fact, ...] = (
    e.RequestReceived(
        **INBOUND,
        sender=KIM,
        language="zh-Hans",
        urgent=True,
        customer="Shop Ltd",
        lane=e.Lane.VIP,
        verified=False,
    ),
    e.ReplyReceived(**INBOUND, sender=KIM, incident_id="INC-000042"),
    e.SignalReceived(**INBOUND, signal_key="am:1", status=e.SignalStatus.FIRING, severity="critical"),
    e.IncidentOpened(incident=INCIDENT, request_id=INBOUND["request_id"]),
    e.RequestJoined(
        incident=INCIDENT,
        request_id=INBOUND["request_id"],
        reference="INC-000043",
        by_customer=True,
        received_at=NOON,
    ),
    e.IncidentAssigned(
        incident=INCIDENT,
        by="lead",
        previous_owner="bo",
        previous_team="service-desk",
        previous_level=e.Level.L1,
        reason="Her shift began.",
    ),
    e.IncidentAcknowledged(incident=INCIDENT, by="ada"),
    e.IncidentEscalated(
        incident=INCIDENT, by="ada", previous_level=e.Level.L1, previous_team="service-desk", reason="A disk."
    ),
    e.HelpAsked(incident=INCIDENT, by="ada", reason="Four eyes."),
    e.PriorityChanged(incident=INCIDENT, by="lead", previous=e.Priority.P2, reason="All shops are down."),
    e.IncidentUpdated(incident=INCIDENT, by="ada", update=UPDATE),
    e.CustomerAsked(incident=INCIDENT, by="ada"),
    e.IncidentResumed(incident=INCIDENT, by="kim@shop.example"),
    e.PlanMade(incident=INCIDENT, by="ada", plan=PLAN),
    e.EstimateGiven(incident=INCIDENT, by="ada", previous=ESTIMATE),
    e.WorkaroundGiven(incident=INCIDENT, by="ada"),
    e.IncidentResolved(incident=INCIDENT, by="ada", resolution=RESOLUTION),
    e.IncidentVerified(incident=INCIDENT, by="kim@shop.example", by_customer=True),
    e.IncidentReopened(incident=INCIDENT, by="customer", reason="It is down again."),
    e.IncidentDisputed(
        incident=INCIDENT,
        by=KIM,
        request_id=INBOUND["request_id"],
        text="每天晚上还是打不开。",
        said_at=NOON + timedelta(days=10),
    ),
    e.IncidentClosed(incident=INCIDENT, by="charter"),
    e.IncidentMerged(incident=INCIDENT, by="ada"),
    e.IncidentLinked(incident=INCIDENT, by="ada"),
    e.IncidentCancelled(incident=INCIDENT, by="ada", reason="Sent by mistake."),
    e.IncidentState(incident=INCIDENT),
    e.PromiseMade(promise=PROMISE),
    e.PromiseAtRisk(
        promise=PROMISE,
        fired_at=NOON + timedelta(minutes=45),
        share=0.75,
        at=NOON + timedelta(minutes=45),
    ),
    e.PromiseKept(promise=PROMISE),
    e.PromiseBreached(
        promise=PROMISE,
        fired_at=NOON + timedelta(hours=1, seconds=1),
        cause=e.BreachCause.POLICY_CHANGE,
    ),
    e.PromiseEscalated(
        promise=PROMISE,
        level=e.Level.L2,
        at=NOON + timedelta(hours=1, minutes=30),
        fired_at=NOON + timedelta(hours=1, minutes=30),
    ),
    e.PromiseWithdrawn(promise=PROMISE),
    e.MessageSent(message=MESSAGE),
    e.MessageDelayed(message=MESSAGE),
    e.MessageRefused(message=MESSAGE),
    e.MessageWithdrawn(message=MESSAGE),
    e.MessageUndelivered(message=MESSAGE),
    e.SurveyInvited(survey=SURVEY),
    e.SurveySkipped(incident_id="INC-000042", reason="asked 12 days ago"),
    e.SurveyAnswered(survey=SURVEY),
    e.FollowUpOpened(follow_up=FOLLOW_UP),
    e.FollowUpDone(follow_up=FOLLOW_UP),
)


def envelope_of(fact: Fact) -> Envelope[Fact]:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    return Envelope("01a20118-9592-7325-a265-e7b839be47d1", f"/candor/{fact.emitter}", NOON, trace, fact)


def golden_of(fact: Fact) -> str:
    """The text of a golden file: headers and value as they stand on the wire."""
    event = {"headers": headers_of(envelope_of(fact)), "value": json.loads(value_of(fact))}
    return json.dumps(event, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def schema_of(kind: type[Fact]) -> str:
    return json.dumps(schema(kind), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def newest(folder: Path, kind: type[Fact]) -> Path | None:
    """The file of the highest version of a type."""
    versions = sorted(folder.glob(f"{kind.type}.*.json"), key=lambda path: int(path.name.split(".")[-2]))
    return versions[-1] if versions else None


def _add_version(folder: Path, kind: type[Fact], text: str) -> None:
    last = newest(folder, kind)
    if last is not None and last.read_text("utf-8") == text:
        return
    number = int(last.name.split(".")[-2]) + 1 if last else 1
    folder.mkdir(exist_ok=True)
    (folder / f"{kind.type}.{number}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    for sample in SAMPLES:
        _add_version(GOLDEN, type(sample), golden_of(sample))
        _add_version(PUBLISHED, type(sample), schema_of(type(sample)))
