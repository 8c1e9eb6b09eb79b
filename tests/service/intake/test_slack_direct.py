"""Lines that people write to the app in a direct message of Slack: one conversation, however they are told."""

import asyncio
import random

import pytest

from tests.plugins.served import Served
from tests.service.intake import senders
from tests.service.intake.posting import types
from tests.service.intake.senders import a_slack_message, from_slack

pytestmark = pytest.mark.packages("candor_intake")


@pytest.mark.parametrize("order", range(4))
async def test_lines_of_a_direct_message_are_one_conversation_in_any_order(
    intake: Served, order: int
) -> None:
    sender = await senders.slack(intake)
    lines = [
        a_slack_message(channel="D1", channel_type="im", ts=f"{1_700_000_000 + seconds}.000100")
        for seconds in (0, 40, 599, 90_000)
    ] * 2
    random.Random(order).shuffle(lines)
    answers = await asyncio.gather(*(from_slack(intake, sender, one) for one in lines))
    assert {answer.status_code for answer in answers} == {200}
    facts = await intake.told()
    assert sorted(types(facts)) == ["ReplyReceived"] * 2 + ["RequestReceived"] * 2
    assert len({fact.subject for fact in facts}) == 2
