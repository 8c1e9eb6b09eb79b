"""How often our automatic answers leave: for one inbox, and for all those together for whom nobody vouches."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    Channel,
    Contact,
    IncidentOpened,
    MessageState,
    MessageWithdrawn,
)
from candor_notifier import service
from tests.plugins.served import served_as
from tests.service.notifier.conftest import FROM, Office
from tests.unit.notifier.builders import an_incident


def opened(number: int, address: str, **given: object) -> IncidentOpened:
    requester = Contact(address=address)
    return IncidentOpened(
        incident=an_incident(f"INC-{number:06d}", requester=requester, **given), request_id="r"
    )


def somebody(number: int, **given: object) -> IncidentOpened:
    return opened(number, f"bounce-{number}=x@verp.example", **given)


@pytest.fixture
async def strict(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    """It answers three unknown people in an hour."""
    settings = {"mail_from": FROM, "acknowledgements_to_unknown_per_hour": 3}
    async with served_as(Office, service, database, clock, tmp_path, **settings) as running:
        yield running


async def withdrawn(office: Office) -> list[str]:
    found = [one for one in await office.messages() if one.state is MessageState.WITHDRAWN]
    return sorted(one.incident_id for one in found)


async def test_a_tag_makes_no_other_inbox(office: Office) -> None:
    await office.hear(*[opened(number, f"Victim+{number}@shop.example") for number in range(6)])
    await office.hear(*[opened(number, f"victim+{number}@Shop.example") for number in range(6, 12)])
    await office.deliver(seconds=5)
    assert len(await withdrawn(office)) == 7


async def test_unknown_senders_together_get_so_many_in_an_hour(strict: Office) -> None:
    await strict.hear(*[somebody(number) for number in range(2)])
    await strict.hear(*[somebody(number) for number in range(2, 5)])
    strict.clock.advance(timedelta(minutes=61))
    await strict.hear(somebody(5))
    await strict.deliver(seconds=5)
    assert await withdrawn(strict) == ["INC-000003", "INC-000004"]
    reasons = {one.message.reason for one in await strict.told() if isinstance(one, MessageWithdrawn)}
    assert reasons == {"unknown senders had 3 acknowledgements within an hour already"}


async def test_what_was_withheld_and_who_is_known_do_not_count(strict: Office) -> None:
    await strict.hear(*[somebody(number, customer="Shop") for number in range(5)])
    await strict.hear(*[somebody(number, channel=Channel.REST) for number in range(5, 10)])
    await strict.hear(*[opened(number, "li@shop.example") for number in range(10, 16)])
    await strict.deliver(seconds=5)
    assert await withdrawn(strict) == ["INC-000013", "INC-000014", "INC-000015"]
    strict.clock.advance(timedelta(minutes=59))
    await strict.hear(somebody(16), somebody(17, customer="Shop"))
    await strict.deliver(seconds=5)
    assert await withdrawn(strict) == ["INC-000013", "INC-000014", "INC-000015", "INC-000016"]
