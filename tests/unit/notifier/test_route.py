"""On which way somebody is answered."""

import pytest

from candor_common.events import Channel
from candor_common.settings import Settings
from candor_notifier.channels import Permanent, Rendered
from candor_notifier.channels.ways import Ways, offered
from candor_notifier.domain.route import Route, route
from tests.service.notifier.desks import a_message

ALL = {Channel.MAIL, Channel.SLACK, Channel.SMS, Channel.CHAT}
MAIL_ONLY = {Channel.MAIL}
LI = "li@shop.example"


@pytest.mark.parametrize(
    ("came_on", "address", "goes"),
    [
        (Channel.MAIL, LI, Channel.MAIL),
        (Channel.REST, LI, Channel.MAIL),
        (Channel.FORM, LI, Channel.MAIL),
        (Channel.FORM, "+14155550100", Channel.SMS),
        (Channel.SLACK, "slack:T1/U1", Channel.SLACK),
        (Channel.SMS, "+14155550100", Channel.SMS),
        (Channel.PHONE, "+14155550100", Channel.SMS),
        (Channel.CHAT, "teamchat:u-3", Channel.CHAT),
    ],
)
def test_who_wrote_is_answered_where_they_wrote(came_on: Channel, address: str, goes: Channel) -> None:
    assert route(came_on, address, ALL) == Route(goes, address)


@pytest.mark.parametrize(
    ("came_on", "address"),
    [(Channel.SLACK, "slack:T1/U1"), (Channel.SMS, "+14155550100"), (Channel.PHONE, "+14155550100")],
)
def test_where_a_way_is_not_set_up_mail_takes_its_place(came_on: Channel, address: str) -> None:
    assert route(came_on, address, MAIL_ONLY, mail=LI) == Route(Channel.MAIL, LI)


@pytest.mark.parametrize(
    ("came_on", "address", "words"),
    [
        (Channel.SLACK, "slack:T1/U1", "CANDOR_SLACK_TOKEN"),
        (Channel.SMS, "+14155550100", "CANDOR_SMS_URL"),
        (Channel.PHONE, "+14155550100", "CANDOR_SMS_URL"),
        (Channel.CHAT, "teamchat:u-3", "no subscription"),
        (Channel.PHONE, "", "no address"),
        (Channel.REST, "somebody", "no address"),
    ],
)
def test_where_there_is_no_way_the_reason_names_what_is_missing(
    came_on: Channel, address: str, words: str
) -> None:
    assert words in route(came_on, address, MAIL_ONLY).reason


def test_the_settings_say_which_ways_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered(Settings()) == {Channel.MAIL, Channel.CHAT}
    monkeypatch.setenv("CANDOR_SLACK_TOKEN", "xoxb-sesame")
    monkeypatch.setenv("CANDOR_SMS_URL", f"twilio://AC{'1' * 32}:sesame@api.twilio.com?from=+15551234567")
    assert offered(Settings()) == ALL


async def test_a_message_for_a_way_that_is_gone_is_refused_with_the_reason() -> None:
    outcome = await Ways({}).send(Rendered(a_message("slack:T1/U1", Channel.SLACK), "s", "t", "h", "g", "n"))
    assert isinstance(outcome, Permanent)
    assert "CANDOR_SLACK_TOKEN" in outcome.reason
