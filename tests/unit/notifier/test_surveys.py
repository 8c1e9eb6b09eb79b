"""Where somebody is asked how it went, and when they are not asked after all."""

from typing import Any

import pytest

from candor_common.events import Channel, Contact, IncidentStatus, MessageKind, SurveyInvited
from candor_notifier.domain.message import Words
from candor_notifier.domain.needless import why_needless
from candor_notifier.domain.planning import Desk, survey
from tests.unit.notifier.builders import DESK, NOON, a_survey, an_incident

EVERYWHERE = Desk(DESK.domain, NOON, {Channel.MAIL, Channel.SMS, Channel.SLACK, Channel.CHAT})


def asked_at(address: str) -> SurveyInvited:
    return SurveyInvited(survey=a_survey(recipient=Contact(address=address)))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("came_on", "address", "goes"),
    [
        (Channel.MAIL, "li@shop.example", Channel.MAIL),
        (Channel.SLACK, "slack:T1/U1", Channel.SLACK),
        (Channel.CHAT, "teamchat:u-3", Channel.CHAT),
        (Channel.SMS, "+14155550100", Channel.SMS),
        (Channel.PHONE, "+14155550100", Channel.SMS),
    ],
)
def test_a_customer_is_asked_where_they_wrote_also_before_the_incident_is_known(
    came_on: Channel, address: str, goes: Channel, *, known: bool
) -> None:
    incident = an_incident(channel=came_on, requester=Contact(address=address)) if known else None
    planned = survey("e1", asked_at(address), EVERYWHERE, "token", incident)
    assert planned is not None
    assert (planned.message.channel, planned.message.recipient) == (goes, address)
    assert planned.words.no_way is None


def test_where_slack_is_not_set_up_the_reason_says_so() -> None:
    incident = an_incident(channel=Channel.SLACK, requester=Contact(address="slack:T1/U1"))
    planned = survey("e1", asked_at("slack:T1/U1"), DESK, "token", incident)
    assert planned is not None
    assert "CANDOR_SLACK_TOKEN" in (planned.words.no_way or "")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"status": IncidentStatus.REOPENED, "reopened": 1}, "opened again"),
        ({"status": IncidentStatus.IN_PROGRESS, "reopened": 1}, "opened again"),
        ({"status": IncidentStatus.CANCELLED}, "cancelled"),
        ({"status": IncidentStatus.MERGED}, "part of another"),
        ({"status": IncidentStatus.VERIFIED, "reopened": 1}, None),
        ({"status": IncidentStatus.CLOSED}, None),
        ({"status": IncidentStatus.IN_PROGRESS}, None),
    ],
)
def test_nobody_is_asked_about_what_goes_on(given: dict[str, Any], why: str | None) -> None:
    found = why_needless(MessageKind.SURVEY, Words(survey_token="t"), an_incident(**given), None)
    assert (why in found) if why and found else found == why
