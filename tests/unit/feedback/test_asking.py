"""Who is asked how it went, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from candor_common.charter import load_charter
from candor_common.events import Contact, Origin
from candor_feedback.domain.asking import NotAsked, asked_before, person, when_awake, whom
from tests.plugins.facts import LI, an_incident

HOUSE = "support@candor.localhost"
CHARTER = load_charter()
"""Quiet from 21:00 to 08:00; the house is in Shanghai, eight hours ahead of UTC."""


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_the_person_who_wrote_is_asked() -> None:
    assert whom(an_incident(owner="ana", second="ben"), HOUSE) == LI


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"requester": None}, "a machine reported it"),
        ({"requester": None, "origin": Origin.MACHINE}, "a machine reported it"),
        ({"origin": Origin.AUTO_REPLY}, "it was not written by a person"),
        ({"origin": Origin.BULK}, "it was not written by a person"),
        ({"origin": Origin.UNKNOWN}, "it was not written by a person"),
        ({"requester": Contact(address=" ")}, "the requester left no address"),
        ({"requester": Contact(address="Support@Candor.localhost")}, "we raised it ourselves"),
        (
            {"requester": Contact(address="ana@office.example", name="Ana"), "owner": "ana"},
            "we raised it ourselves",
        ),
        ({"requester": LI, "second": "LI@example.com"}, "we raised it ourselves"),
    ],
)
def test_whoever_is_not_asked_has_a_reason(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAsked, match=f"^{reason}$"):
        whom(an_incident(**given), HOUSE)


@pytest.mark.parametrize(
    ("zone", "planned", "sent"),
    [
        (None, moment(2, 10), moment(2, 10)),
        (None, moment(2, 12, 59), moment(2, 12, 59)),
        (None, moment(2, 13), moment(3, 0)),
        (None, moment(2, 23, 59), moment(3, 0)),
        ("Europe/Berlin", moment(2, 13), moment(2, 13)),
        ("Europe/Berlin", moment(2, 20), moment(3, 7)),
        ("Nowhere/Atall", moment(2, 13), moment(3, 0)),
        ("../../etc/passwd", moment(2, 13), moment(3, 0)),
    ],
)
def test_nobody_is_asked_while_they_sleep(zone: str | None, planned: datetime, sent: datetime) -> None:
    contact = Contact(address="li@example.com", zone=zone)
    assert when_awake(contact, planned, CHARTER) == sent


def test_a_person_is_the_same_however_the_address_is_spelled() -> None:
    assert person(LI) == person(Contact(address=" Li@Example.COM "))
    assert person(LI) != person(Contact(address="lu@example.com"))
    assert len(person(Contact(address="\ud800" * 9_000))) == 64


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(hours=23), "asked less than a day ago, about INC-000001"),
        (timedelta(days=1, hours=1), "asked 1 day ago, about INC-000001"),
        (timedelta(days=12, hours=23), "asked 12 days ago, about INC-000001"),
    ],
)
def test_the_team_reads_when_somebody_was_asked_before(since: timedelta, said: str) -> None:
    assert asked_before(since, "INC-000001") == said
