"""What customers write after a resolution, and while a question waits, as it is kept."""

from datetime import timedelta

from candor_common.events import (
    Contact,
    IncidentReopened,
    IncidentResumed,
    IncidentStatus,
    Priority,
    PriorityChanged,
)
from candor_triage import customers
from candor_triage.customers import Said
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.unit.triage.builders import CHARTER, LI, a_reply, a_request, after

THANKS = "Thank you, it works now!"
ZOE = Contact(address="zoe@mill.example", name="Zoe")


async def fixed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()


async def test_thanks_reopen_nothing_and_the_watch_goes_on(desk: Desk) -> None:
    await fixed(desk)
    facts = await desk.receive(a_reply("INC-000001", "INC-000002", text=THANKS))
    assert not [one for one in facts if isinstance(one, IncidentReopened)]
    assert (await desk.incident("INC-000002")).status is IncidentStatus.RESOLVED
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "reply", "reads_confirmed"]
    desk.clock.advance(CHARTER.verify_after + timedelta(seconds=1))
    await desk.watch_over()
    incident = await desk.incident("INC-000001")
    assert (incident.status, incident.reopened) == (IncidentStatus.VERIFIED, 0)


async def say(desk: Desk, said: Said) -> IncidentStatus:
    await desk.database.transact(lambda one: customers.add_words(one, "INC-000001", LI, said, CHARTER))
    return (await desk.incident("INC-000001")).status


@ON_SQLITE
async def test_on_their_page_words_beside_a_no_open_it_again_whatever_they_read_like(desk: Desk) -> None:
    await fixed(desk)
    assert await say(desk, Said("1", THANKS)) is IncidentStatus.RESOLVED
    assert await say(desk, Said("2", THANKS, says_no=True)) is IncidentStatus.REOPENED


async def test_an_outage_that_is_merged_keeps_its_urgency_and_its_customer_ends_no_wait(desk: Desk) -> None:
    await desk.receive(
        a_request("INC-000001", text="How do I log in?", subject_line="Hello", customer="Shop Ltd"),
        a_request("INC-000002", text="The shop is down.", sender=ZOE, customer="Mill Inc"),
    )
    await desk.act("INC-000001", "ask", question="With which browser?")
    await desk.told()
    await desk.act("INC-000002", "merge", into="INC-000001")
    [raised] = [one for one in await desk.told() if isinstance(one, PriorityChanged)]
    assert (raised.incident.id, raised.previous) == ("INC-000001", Priority.P4)
    assert (await desk.incident("INC-000001")).priority is Priority.P1
    [(by, why)] = await desk.entries("INC-000001", "priority_changed")
    assert (by, why) == ("ana", "From P4 to P1: INC-000002, which is part of it now, is P1.")

    at = after(minutes=5)
    facts = await desk.receive(a_reply("INC-000002", "INC-000003", sender=ZOE, received_at=at))
    assert not [one for one in facts if isinstance(one, IncidentResumed)]
    assert (await desk.incident("INC-000001")).status is IncidentStatus.WAITING
    facts = await desk.receive(a_reply("INC-000001", "INC-000004", received_at=at))
    assert [one for one in facts if isinstance(one, IncidentResumed)]


async def test_the_same_organisation_answers_for_it(desk: Desk) -> None:
    await desk.receive(
        a_request("INC-000001", customer="Shop Ltd"),
        a_request("INC-000002", sender=ZOE, customer="Shop Ltd"),
    )
    await desk.act("INC-000002", "merge", into="INC-000001")
    await desk.act("INC-000001", "ask", question="With which browser?")
    await desk.receive(a_reply("INC-000002", "INC-000003", sender=ZOE, received_at=after(minutes=5)))
    assert (await desk.incident("INC-000001")).status is IncidentStatus.IN_PROGRESS
