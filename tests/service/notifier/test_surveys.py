"""An invitation to a survey goes where the customer wrote, and not while it still goes on."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    Contact,
    Fact,
    IncidentCancelled,
    IncidentReopened,
    IncidentStatus,
    IncidentVerified,
    MessageDelayed,
    MessageKind,
    MessageState,
    MessageWithdrawn,
    SurveyInvited,
)
from candor_notifier import service
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, ON_SQLITE, Office
from tests.service.notifier.sending import types
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import a_survey, an_incident

VERIFIED = an_incident(version=4, status=IncidentStatus.VERIFIED)
AGAIN = an_incident(version=5, status=IncidentStatus.REOPENED, reopened=1)
TAKEN_BACK = an_incident(version=5, status=IncidentStatus.CANCELLED)
INVITED = SurveyInvited(survey=a_survey())


@pytest.mark.parametrize(
    ("undone", "why"),
    [
        (IncidentReopened(incident=AGAIN, by="li@shop.example"), "it was opened again since"),
        (IncidentCancelled(incident=TAKEN_BACK, by="ana", reason="x"), "the incident was cancelled"),
    ],
    ids=["opened again", "cancelled"],
)
async def test_a_survey_that_waited_for_the_mail_server_is_withdrawn_when_it_goes_on(
    post: Office, sink: Sink, undone: Fact, why: str
) -> None:
    sink.to_data.append("451 4.3.0 try later")
    await post.hear(IncidentVerified(incident=VERIFIED, by="ana"), INVITED)
    await post.deliver()
    await post.hear(undone)
    await post.deliver(minutes=1)
    [asked] = [one for one in await post.messages() if one.kind is MessageKind.SURVEY]
    assert (asked.state, asked.reason) == (MessageState.WITHDRAWN, why)
    # What the server refused is the only one that it has seen.
    assert [mail.subject.split("?")[0] for mail in sink.received].count("How did it go") == 1
    assert types(await post.told())[:2] == [MessageDelayed, MessageWithdrawn]


async def test_a_survey_leaves_while_the_fix_holds(post: Office, sink: Sink) -> None:
    again = VERIFIED.model_copy(update={"reopened": 1})
    await post.hear(IncidentVerified(incident=again, by="ana"), INVITED)
    await post.deliver()
    assert len(sink.received) == 1


@ON_SQLITE
async def test_who_wrote_in_slack_is_asked_in_slack(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    token = SecretStr("xoxb-of-the-bot")
    async with served_as(
        Office, service, database, clock, tmp_path, mail_from=FROM, slack_token=token
    ) as office:
        li = Contact(address="slack:T1/U1")
        verified = VERIFIED.model_copy(update={"channel": Channel.SLACK, "requester": li})
        await office.hear(IncidentVerified(incident=verified, by="ana"))
        await office.hear(SurveyInvited(survey=a_survey(recipient=li)))
        asked = await office.only()
    assert (asked.channel, asked.recipient) == (Channel.SLACK, "slack:T1/U1")
