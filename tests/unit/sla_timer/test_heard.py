from datetime import UTC, datetime, timedelta, timezone

import pytest

from candor_common.charter import Charter, load_charter
from candor_common.events import (
    HUMAN_WORDS,
    Contact,
    Fact,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    Level,
    MessageKind,
    MessageSent,
    Priority,
    PromiseMade,
    RequestJoined,
    Update,
)
from candor_sla_timer.domain.heard import known_from
from candor_sla_timer.domain.history import NewTerms, Opened, Sent, Updated, Wrote
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.builders import NOON, RESOLUTION, an_incident, heard, sent
from tests.unit.sla_timer.telling import Telling

LATER = NOON + timedelta(minutes=30)


@pytest.fixture(scope="module")
def charter() -> Charter:
    return load_charter()


def test_an_incident_is_opened_under_the_words_of_todays_charter(charter: Charter) -> None:
    incident = an_incident(priority=Priority.P1, level=Level.L2)
    opened = known_from(heard(IncidentOpened(incident=incident, request_id="r1")), charter)
    assert isinstance(opened, Opened)
    assert (opened.at, opened.version, opened.awaits_answer) == (NOON, 1, True)
    terms = opened.terms
    assert (terms.charter_version, terms.priority) == (charter.version, Priority.P1)
    assert (str(terms.first_response), str(terms.resolution)) == ("30m", "3h")
    assert (str(terms.update_every), terms.renewals) == ("30m", 2)


def test_the_warning_point_is_the_charters(charter: Charter) -> None:
    opened = known_from(heard(IncidentOpened(incident=an_incident(), request_id="r1")), charter)
    assert isinstance(opened, Opened)
    for promise in derive([opened]):
        assert promise.warn_at == charter.warn_at(promise.made_at, promise.due_at)


def test_a_machine_awaits_no_answer(charter: Charter) -> None:
    incident = an_incident(requester=None)
    opened = known_from(heard(IncidentOpened(incident=incident, request_id="r1")), charter)
    assert isinstance(opened, Opened)
    assert not opened.awaits_answer


def test_a_date_in_another_zone_is_kept_in_utc(charter: Charter) -> None:
    shanghai = datetime(2026, 3, 3, 21, tzinfo=timezone(timedelta(hours=8)))
    update = Update(doing="We look.", expect="More.", next_by=shanghai)
    known = known_from(heard(IncidentUpdated(incident=an_incident(), by="ana", update=update)), charter)
    assert isinstance(known, Updated)
    assert known.next_by is not None
    assert (known.next_by, known.next_by.tzinfo) == (datetime(2026, 3, 3, 13, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("fact", "kind", "at"),
    [
        (
            IncidentResolved(incident=an_incident(resolved_at=LATER), by="ana", resolution=RESOLUTION),
            "resolved",
            LATER,
        ),
        (IncidentResolved(incident=an_incident(), by="ana", resolution=RESOLUTION), "resolved", NOON),
        (IncidentReopened(incident=an_incident(), by="customer"), "reopened", NOON),
        (IncidentClosed(incident=an_incident(closed_at=LATER), by="charter"), "closed", LATER),
    ],
)
def test_a_turn_happens_when_the_incident_says_so(
    charter: Charter, fact: Fact, kind: str, at: datetime
) -> None:
    known = known_from(heard(fact), charter)
    assert known is not None
    assert (known.type, known.at) == (kind, at)


@pytest.mark.parametrize("kind", sorted(HUMAN_WORDS))
def test_words_of_a_person_count_from_when_they_left(charter: Charter, kind: MessageKind) -> None:
    known = known_from(heard(MessageSent(message=sent(kind, LATER, cause="e7"))), charter)
    assert isinstance(known, Sent)
    assert (known.at, known.words, known.cause) == (LATER, kind, "e7")


@pytest.mark.parametrize("kind", sorted(set(MessageKind) - HUMAN_WORDS))
def test_what_candor_says_by_itself_is_no_answer(charter: Charter, kind: MessageKind) -> None:
    assert known_from(heard(MessageSent(message=sent(kind, LATER))), charter) is None


def test_at_a_team_of_another_level_its_terms_hold(charter: Charter) -> None:
    given = IncidentAssigned(
        incident=an_incident(version=2, level=Level.L2), by="lea", previous_level=Level.L1
    )
    known = known_from(heard(given, LATER), charter)
    assert isinstance(known, NewTerms)
    assert (known.at, known.version) == (LATER, 2)
    assert (str(known.terms.first_response), str(known.terms.resolution)) == ("30m", "3h")


def test_what_a_customer_writes_later_counts_from_when_it_came_in(charter: Charter) -> None:
    joined = RequestJoined(
        incident=an_incident(version=2),
        request_id="r2",
        reference="INC-2",
        by_customer=True,
        received_at=LATER,
    )
    known = known_from(heard(joined, LATER + timedelta(hours=1)), charter)
    assert isinstance(known, Wrote)
    assert (known.incident_id, known.at) == ("INC-1", LATER)


@pytest.mark.parametrize(
    "fact",
    [
        IncidentAssigned(incident=an_incident(), by="lea", previous_level=Level.L1),
        IncidentAssigned(incident=an_incident(), by="lea"),
        RequestJoined(incident=an_incident(), request_id="r2", reference="INC-2"),
        IncidentAcknowledged(incident=an_incident(requester=Contact(address="a@b.example")), by="ana"),
        PromiseMade(promise=derive(Telling().facts)[0]),
    ],
)
def test_other_events_say_nothing_about_promises(charter: Charter, fact: Fact) -> None:
    assert known_from(heard(fact), charter) is None
