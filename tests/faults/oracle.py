"""Judges what is left after the faults: everything that was accepted is there, once, and in order."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from candor_common.events import (
    Fact,
    Incident,
    IncidentAcknowledged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentState,
    IncidentUpdated,
    Message,
    MessageSent,
    MessageWithdrawn,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKind,
    PromiseMade,
    ReplyReceived,
    RequestJoined,
    RequestReceived,
    SignalReceived,
    SignalStatus,
    SurveyInvited,
)
from tests.faults.asked_for import told_as, wanted_messages
from tests.faults.evidence import INCIDENTS, PARKED, TABLES, Evidence

TOKEN = re.compile(r"tok-[0-9a-f]{12}")
INBOUND = (RequestReceived, ReplyReceived, SignalReceived)
COMMANDS: dict[str, type[Fact]] = {
    "acknowledge": IncidentAcknowledged,
    "update": IncidentUpdated,
    "resolve": IncidentResolved,
}
ENDS: dict[str, type[Fact]] = {"sent": MessageSent, "withdrawn": MessageWithdrawn}
WITHDRAWABLE = frozenset(
    {"breach_notice", "nothing_new", "handover", "priority", "reopened", "closed", "survey"}
)
"""What nobody wrote, and what may be untrue by the time it could leave."""
LATEST = timedelta(seconds=60)
"""How late a breach may be found after an outage."""

Check = Callable[[Evidence], Iterator[str]]


def complaints(evidence: Evidence) -> list[str]:
    """Everything that is wrong, precisely; nothing when all is well."""
    return [f"{check.__name__.strip('_')}: {wrong}" for check in CHECKS for wrong in check(evidence)]


def _accepted_is_kept(evidence: Evidence) -> Iterator[str]:
    """An accepted request was told once; one that was never answered at most once; nothing came from nowhere."""
    told: dict[str, set[str]] = defaultdict(set)
    for fact in evidence.facts(*INBOUND):
        told[_token(fact.subject_line)].add(fact.request_id)
    known = {entry.token: entry for entry in evidence.entries if entry.kind not in COMMANDS}
    for token, entry in known.items():
        count = len(told.pop(token, ()))
        least = 1 if entry.accepted else 0
        if not least <= count <= 1:
            yield f"{entry.kind} {token} (accepted {len(entry.accepted)} times) was told as {count} requests"
    yield from (f"{len(ids)} requests {token} are in no ledger" for token, ids in told.items())


def _repeats_get_the_same_answer(evidence: Evidence) -> Iterator[str]:
    for entry in evidence.entries:
        ids = {body["request_id"] for body in entry.accepted if "request_id" in body}
        if len(ids) > 1:
            yield f"{entry.kind} {entry.token} got {sorted(ids)}"


def _nothing_was_refused_as_wrong(evidence: Evidence) -> Iterator[str]:
    """What is away is told with 503, or by a gateway with 502 or 504; 500 is a fault of ours."""
    for entry in evidence.entries:
        usual = (404, 409, 412) if entry.kind in COMMANDS else ()
        for status, body in entry.answers:
            if 400 <= status <= 500 and status not in usual:
                yield f"{entry.kind} {entry.token} was answered with {status} {str(body)[:200]}"


def _each_request_has_one_incident(evidence: Evidence) -> Iterator[str]:
    fates = {row["request_id"]: row for row in evidence.tables[TABLES["triage"]]}
    led = {row["request_id"]: row["incident_id"] for row in evidence.tables[TABLES["intake"]]}
    incidents = {row["id"] for row in evidence.tables[INCIDENTS]}
    joined = Counter(fact.request_id for fact in evidence.facts(IncidentOpened, RequestJoined))
    for fact in evidence.facts(*INBOUND):
        what = f"{type(fact).__name__} {fact.request_id} {_token(fact.subject_line)}"
        fate = fates.get(fact.request_id)
        if fate is None:
            yield f"{what} was never seen by triage"
            continue
        if fate["fate"] == "ignored":
            if not _clears(fact) or joined[fact.request_id]:
                yield f"{what} was ignored"
            continue
        if joined[fact.request_id] != 1:
            yield f"{what} opened or joined {joined[fact.request_id]} times"
        if fate["incident_id"] not in incidents:
            yield f"{what} belongs to {fate['incident_id']}, which does not exist"
        if led.get(fact.request_id) != fate["incident_id"]:
            yield f"{what} belongs to {fate['incident_id']}, but intake says {led.get(fact.request_id)}"


def _clears(fact: Fact) -> bool:
    """A signal that clears nothing known is the one thing that belongs to no incident."""
    return isinstance(fact, SignalReceived) and fact.status is SignalStatus.RESOLVED


def _no_reference_is_given_twice(evidence: Evidence) -> Iterator[str]:
    counts = Counter(row["reference"] for row in evidence.tables[TABLES["intake"]] if row["reference"])
    yield from (f"{name} was given to {count} requests" for name, count in counts.items() if count > 1)


def _commands_are_kept(evidence: Evidence) -> Iterator[str]:
    """The snapshot in an answer is the one of exactly one event."""
    told = Counter(
        (type(fact), fact.incident.id, fact.incident.version) for fact in evidence.facts(*COMMANDS.values())
    )
    for entry in evidence.entries:
        for body in entry.accepted if entry.kind in COMMANDS else ():
            key = (COMMANDS[entry.kind], body["id"], body["version"])
            if told[key] != 1:
                yield f"{entry.kind} of {body['id']} as version {body['version']} was told {told[key]} times"


def _versions_rise_in_order(evidence: Evidence) -> Iterator[str]:
    """On each topic, where every event stands first, the versions of an aggregate are 1, 2, 3 and so on."""
    for name, versions in _versions(evidence).items():
        if versions != list(range(1, len(versions) + 1)):
            yield f"{name} has the versions {versions}"


def _versions(evidence: Evidence) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for one in evidence.once():
        fact: Any = one.fact
        if fact.topic == "incidents":
            found[f"incident {fact.incident.id} in {one.partition}"].append(fact.sequence)
        elif fact.topic == "promises":
            found[f"promise {fact.promise.id} in {one.partition}"].append(fact.sequence)
    return found


def _records_agree_with_the_log(evidence: Evidence) -> Iterator[str]:
    told: dict[str, int] = {}
    for one in evidence.once():
        fact: Any = one.fact
        if fact.topic == "incidents":
            told[fact.incident.id] = fact.sequence
        elif fact.topic == "promises":
            told[fact.promise.id] = fact.sequence
    shown = {fact.incident.id: fact.sequence for fact in evidence.facts(IncidentState)}
    for incident in _incidents(evidence):
        if not incident.version == told.get(incident.id) == shown.get(incident.id):
            yield f"{incident.id} is at {incident.version}, told {told.get(incident.id)}, state {shown.get(incident.id)}"
    for promise in _promises(evidence):
        if promise.version != told.get(promise.id):
            yield f"promise {promise.id} is at {promise.version}, told {told.get(promise.id)}"


def _one_set_of_promises(evidence: Evidence) -> Iterator[str]:
    made = Counter((fact.promise.incident_id, fact.promise.kind) for fact in evidence.facts(PromiseMade))
    reopened = Counter(fact.incident.id for fact in evidence.facts(IncidentReopened))
    for incident in _incidents(evidence):
        answers = made[incident.id, PromiseKind.FIRST_RESPONSE]
        ends = made[incident.id, PromiseKind.RESOLUTION]
        if answers != (1 if incident.requester else 0) or not 1 <= ends <= 1 + reopened[incident.id]:
            yield f"{incident.id} has {answers} first responses and {ends} resolutions promised"


def _promises_are_missed_once_and_never_early(evidence: Evidence) -> Iterator[str]:
    for kind in (PromiseAtRisk, PromiseBreached):
        facts = evidence.facts(kind)
        # A warning is told once at each of the charter's points.
        counts = Counter(
            (fact.promise.id, fact.promise.due_at, getattr(fact, "share", None)) for fact in facts
        )
        yield from (
            f"{kind.__name__} {name} {count} times" for (name, *_), count in counts.items() if count > 1
        )
    for fact in evidence.facts(PromiseBreached):
        late = fact.fired_at - fact.promise.due_at
        if not timedelta(0) <= late <= LATEST + evidence.away:
            yield f"promise {fact.promise.id} was due at {fact.promise.due_at} and found at {fact.fired_at}"


def _one_message_per_event_and_recipient(evidence: Evidence) -> Iterator[str]:
    addresses = {one.id: one.requester.address for one in _incidents(evidence) if one.requester}
    wanted = wanted_messages(evidence, addresses)
    record = Counter((one.cause_event_id, told_as(one.kind), one.recipient) for one in _messages(evidence))
    yield from (f"{key} stands {count} times in the record" for key, count in record.items() if count > 1)
    yield from (f"{key} was never planned" for key in sorted(wanted - record.keys()))
    yield from (f"{key} has no cause" for key in sorted(record.keys() - wanted))
    told = Counter((type(fact), fact.message.id) for fact in evidence.facts(*ENDS.values()))
    for one in _messages(evidence):
        end = ENDS.get(one.state)
        allowed = one.state == "sent" or (one.state == "withdrawn" and one.kind in WITHDRAWABLE)
        if not allowed or end is None or told[end, one.id] != 1:
            yield f"{one.kind} {one.message_id} is {one.state} ({one.reason}), told so {told[end, one.id] if end else 0} times"


def _mail_arrives_once_or_again_under_the_same_id(evidence: Evidence) -> Iterator[str]:
    came = Counter((mail.message_id, mail.recipient) for mail in evidence.mails)
    sent = {(one.message_id, one.recipient) for one in _messages(evidence) if one.state == "sent"}
    yield from (f"{key} was sent and never came" for key in sorted(sent - came.keys()))
    yield from (f"{key} came and is not on record as sent" for key in sorted(came.keys() - sent))
    # Whatever cuts a send off before it is recorded lets it come once more, each time anew.
    most = 1 + max(1, evidence.cut_off)
    yield from (f"{key} came {count} times" for key, count in came.items() if count > most)


def _mail_comes_in_order(evidence: Evidence) -> Iterator[str]:
    """About one incident a mail comes for the first time after all that were planned before it."""
    places = {
        message.message_id: (message.incident_id, (row["planned_at"], row["place"]))
        for message, row in zip(_messages(evidence), evidence.tables[TABLES["notifier"]], strict=True)
    }
    latest: dict[str, Any] = {}
    for name in dict.fromkeys(mail.message_id for mail in evidence.mails):
        if name in places:
            incident, place = places[name]
            if place < latest.get(incident, place):
                yield f"{name} came after one that was planned later"
            latest[incident] = place


def _one_survey_per_resolution(evidence: Evidence) -> Iterator[str]:
    counts = Counter(fact.survey.id for fact in evidence.facts(SurveyInvited))
    yield from (f"survey {name} was sent {count} times" for name, count in counts.items() if count > 1)


def _nothing_is_set_aside(evidence: Evidence) -> Iterator[str]:
    yield from (f"{row['subscription']}: {row['reason']}" for row in evidence.tables[PARKED])


def _token(text: str) -> str:
    found = TOKEN.search(text)
    return found.group() if found else text


def _incidents(evidence: Evidence) -> list[Incident]:
    return [Incident.model_validate_json(row["snapshot"]) for row in evidence.tables[INCIDENTS]]


def _promises(evidence: Evidence) -> list[Promise]:
    return [Promise.model_validate_json(row["snapshot"]) for row in evidence.tables[TABLES["sla-timer"]]]


def _messages(evidence: Evidence) -> list[Message]:
    return [Message.model_validate_json(row["snapshot"]) for row in evidence.tables[TABLES["notifier"]]]


def copies(evidence: Evidence) -> tuple[int, int]:
    """How many events stand twice on their topics, and how many mails came twice: both are allowed."""
    mails = len(evidence.mails) - len({(one.message_id, one.recipient) for one in evidence.mails})
    return len(evidence.events) - len(evidence.once()), mails


CHECKS: tuple[Check, ...] = (
    _accepted_is_kept,
    _repeats_get_the_same_answer,
    _nothing_was_refused_as_wrong,
    _each_request_has_one_incident,
    _no_reference_is_given_twice,
    _commands_are_kept,
    _versions_rise_in_order,
    _records_agree_with_the_log,
    _one_set_of_promises,
    _promises_are_missed_once_and_never_early,
    _one_message_per_event_and_recipient,
    _mail_arrives_once_or_again_under_the_same_id,
    _mail_comes_in_order,
    _one_survey_per_resolution,
    _nothing_is_set_aside,
)
