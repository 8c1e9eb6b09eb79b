"""Who hears of an incident besides its requester: those whose incidents were merged into it, and who made a suggestion."""

from typing import Any

import pytest

from candor_common.events import (
    Contact,
    FollowUp,
    FollowUpDone,
    IncidentMerged,
    IncidentOpened,
    IncidentResolved,
    IncidentStatus,
    MessageKind,
    MessageState,
    PromiseKind,
)
from tests.service.notifier.conftest import ON_SQLITE, Office
from tests.service.notifier.sending import news
from tests.service.notifier.test_planning import kept
from tests.unit.notifier.builders import FIXED, NOON, after, an_incident

BO = Contact(address="bo@shop.example")
CY = Contact(address="cy@elsewhere.example")


def opened(number: int, **given: Any) -> IncidentOpened:
    return IncidentOpened(incident=an_incident(f"INC-{number:06d}", **given), request_id=f"r{number}")


def merged(number: int, into: int, **given: Any) -> IncidentMerged:
    usual = {"version": 2, "status": IncidentStatus.MERGED, "merged_into": f"INC-{into:06d}"}
    return IncidentMerged(incident=an_incident(f"INC-{number:06d}", **usual | given), by="ana")


def resolved(number: int, **given: Any) -> IncidentResolved:
    usual = {"version": 9, "status": IncidentStatus.RESOLVED, "customer": "Shop"}
    incident = an_incident(f"INC-{number:06d}", **usual | given)
    return IncidentResolved(incident=incident, by="ana", resolution=FIXED)


async def told(office: Office, recipient: str) -> list[tuple[str, MessageKind, MessageState]]:
    """What somebody was sent besides acknowledgements, by kind."""
    await office.deliver(seconds=6)
    await office.deliver()
    return sorted(
        (one.incident_id, one.kind, one.state)
        for one in await office.messages()
        if one.recipient == recipient and one.kind is not MessageKind.ACKNOWLEDGEMENT
    )


async def test_who_was_merged_is_told_and_hears_from_then_on_how_it_goes(office: Office) -> None:
    await office.hear(opened(42, customer="Shop"), opened(43, customer="Shop", requester=BO))
    events = await office.hear(merged(43, 42, customer="Shop", requester=BO))
    await office.apply(events)
    await office.hear(news().model_copy(update={"incident": an_incident(version=3, customer="Shop")}))
    await office.hear(resolved(42))
    sent = MessageState.SENT
    assert await told(office, "bo@shop.example") == [
        ("INC-000043", MessageKind.MERGED, sent),
        ("INC-000043", MessageKind.RESOLUTION, sent),
        ("INC-000043", MessageKind.UPDATE, sent),
    ]


async def test_another_customer_hears_only_that_it_works_again_also_by_way_of_a_third(office: Office) -> None:
    await office.hear(*[opened(number, requester=CY if number == 44 else BO) for number in (42, 43, 44)])
    await office.hear(merged(44, 43, requester=CY), merged(43, 42, requester=BO))
    await office.hear(news())
    await office.hear(resolved(42, requester=None))
    assert [kind for _, kind, _ in await told(office, "cy@elsewhere.example")] == [
        MessageKind.MERGED,
        MessageKind.RESOLUTION,
    ]
    last = next(one for one in reversed(await kept(office)) if "cy@elsewhere" in one)
    assert "full disk" not in last.replace("=\r\n", "")


def done(kind: PromiseKind = PromiseKind.IMPROVEMENT_REPLY, **given: Any) -> FollowUpDone:
    usual: dict[str, Any] = {
        "id": "f1",
        "incident_id": "INC-000042",
        "version": 2,
        "kind": kind,
        "owner": "ana",
        "about": "Write earlier.",
        "opened_at": NOON,
        "due_at": after(days=5),
        "done_at": after(days=1),
        "answer": "From May on we do.",
    }
    return FollowUpDone(follow_up=FollowUp(**usual | given))


async def test_who_made_a_suggestion_gets_the_answer_once(office: Office) -> None:
    await office.hear(opened(42))
    events = await office.hear(done())
    await office.apply(events)
    found = await told(office, "li@shop.example")
    assert found == [("INC-000042", MessageKind.ANSWER, MessageState.SENT)]
    source = next(one for one in reversed(await kept(office)) if "Our answer" in one)
    assert "From May on we do." in source
    assert "Auto-Submitted" not in source


async def test_who_gave_a_low_score_gets_the_reply_and_not_the_words_for_the_team(office: Office) -> None:
    await office.hear(opened(42))
    events = await office.hear(
        done(PromiseKind.FOLLOW_UP, about="overall 1 of 5", answer="Grumpy.", reply="We are sorry.")
    )
    await office.apply(events)
    assert await told(office, "li@shop.example") == [("INC-000042", MessageKind.ANSWER, MessageState.SENT)]
    source = next(one for one in reversed(await kept(office)) if "Our answer to your feedback" in one)
    assert "We are sorry." in source
    assert "Grumpy" not in source
    assert "1 of 5" not in source


@ON_SQLITE
@pytest.mark.parametrize("given", [{"kind": PromiseKind.FOLLOW_UP}, {"answer": None}, {"answer": " "}])
async def test_words_for_the_team_are_sent_to_nobody(office: Office, given: dict[str, Any]) -> None:
    await office.hear(opened(42), done(**given))
    assert await told(office, "li@shop.example") == []


@ON_SQLITE
async def test_an_answer_whose_incident_is_not_known_is_not_lost_in_silence(office: Office) -> None:
    with pytest.raises(LookupError, match="INC-000042"):
        await office.hear(done())
