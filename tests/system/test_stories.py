"""Stories through all five services in one process, with a clock that the story moves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from candor_common.events import (
    IncidentClosed,
    IncidentOpened,
    IncidentVerified,
    MessageDelayed,
    MessageSent,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    ReplyReceived,
    RequestJoined,
)
from tests.worlds.actions import acknowledge, alert, do, letter, request, resolve, update
from tests.worlds.embedded import World, opened
from tests.worlds.moments import at, between, days, hours
from tests.worlds.sink import MailSink
from tests.worlds.stories import ANN, KEPT, SHARED
from tests.worlds.story import Action, Story, Telling, event, mail, push, story, want

DOWN = request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MailSink]:
    made = MailSink(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("told", SHARED, ids=lambda told: told.name)
async def test_the_story_comes_true(world: World, told: Story) -> None:
    await world.tell(told)


async def test_warnings_come_before_breaches(world: World) -> None:
    await world.tell(
        story(
            "a promise is at risk at three quarters of its time",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            want(at(45), event(PromiseAtRisk, kind="first_response", fired_at=at(45))),
            push(at(50), update("We look.", "More soon.")),
            want(at(50), mail("update", to=ANN)),
            want(at(50), event(PromiseKept, kind="first_response")),
            end=60,
        )
    )


async def test_an_update_without_a_date_is_followed_within_the_charters_cadence(world: World) -> None:
    await world.tell(
        story(
            "the charter says when the next word is due",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), update("We look.", "More soon.")),
            want(at(10), mail("update", to=ANN)),
            want(at(40), event(PromiseBreached, kind="next_update", due_at=at(40), fired_at=at(40))),
            want(at(40), mail("breach_notice", to=ANN)),
            end=60,
        )
    )


async def test_what_stays_resolved_closes_itself(world: World) -> None:
    await world.tell(
        story(
            "closed after seven days",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), resolve("A disk.", "Replaced.", "Orders go through.")),
            want(at(10), mail("resolution", to=ANN)),
            want(at(10 + days(2)), event(IncidentVerified, by="charter")),
            want(at(70 + days(2)), mail("survey", to=ANN)),
            want(at(10 + days(7)), event(IncidentClosed, by="charter")),
            want(at(10 + days(7)), mail("closed", to=ANN)),
            end=days(8),
        )
    )


async def test_a_reply_long_after_the_end_opens_a_new_incident(world: World) -> None:
    await world.tell(
        story(
            "a reply after eight days",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            want(at(0), event(IncidentOpened)),
            push(at(10), resolve("A disk.", "Replaced.", "Orders go through.")),
            want(at(10), mail("resolution", to=ANN)),
            want(at(70 + days(2)), mail("survey", to=ANN)),
            want(at(10 + days(7)), mail("closed", to=ANN)),
            push(at(days(8)), letter("Re: Shop is down", "Down again.", sender=ANN, answers="resolution")),
            want(at(days(8)), event(ReplyReceived)),
            want(at(days(8)), event(IncidentOpened)),
            want(at(days(8)), mail("acknowledgement", to=ANN)),
            end=days(8),
        )
    )


async def test_an_alert_that_comes_back_reopens_its_incident(world: World) -> None:
    await world.tell(
        story(
            "fires, clears, fires",
            push(at(0), alert("DiskFull")),
            push(at(10), alert("DiskFull", status="resolved")),
            push(at(20), alert("DiskFull", episode=2)),
            want(at(0), event(IncidentOpened)),
            want(at(10), event(RequestJoined)),
            want(at(20), event(RequestJoined)),
            end=25,
        )
    )


async def test_a_mail_server_that_is_away_for_hours_delays_and_loses_nothing(
    tmp_path: Path, sink: MailSink
) -> None:
    async with opened(tmp_path / "data", sink=sink) as world:
        await world.tell(
            story(
                "the mail server is back after five hours",
                push(at(0), DOWN),
                # The messages after the first one wait for it, because a customer reads them in order.
                want(at(0), event(MessageDelayed, kind="acknowledgement")),
                push(at(10), resolve("A disk.", "Replaced.", "Orders go through.")),
                push(at(hours(5)), _called("the mail server is back", sink.start)),
                want(between(hours(5), hours(5.3)), mail("acknowledgement", to=ANN)),
                want(between(hours(5), hours(5.3)), mail("resolution", to=ANN)),
                want(at(60), event(PromiseBreached, kind="first_response", fired_at=at(60))),
                want(between(hours(5), hours(5.3)), mail("breach_notice", to=ANN)),
                want(at(90), event(PromiseBreached, kind="next_update", fired_at=at(90))),
                want(between(hours(5), hours(5.3)), mail("breach_notice", to=ANN)),
                want(at(120), event(PromiseBreached, kind="next_update", fired_at=at(120))),
                want(between(hours(5), hours(5.3)), mail("nothing_new", to=ANN)),
                end=hours(6),
            )
        )


def _called(words: str, call: object) -> Action:
    async def run(_telling: Telling) -> None:
        assert callable(call)
        call()

    return do(words, run)


def _restart(world: World, *, until: float | None = None) -> Action:
    """Candor ends with everything as it is, and is started again, at once or when some time has passed."""

    async def run(_telling: Telling) -> None:
        await world.close()
        if until is not None:
            world.clock.set(world.moment(until))
        await world.open()

    return do("restart", run)


def _half_done(world: World, consumers: int, *, handled: bool) -> Action:
    """Let only some consumers read, with or without working on it; then the process is gone."""

    async def run(telling: Telling) -> None:
        for consumer in world.assembly.consumers[:consumers]:
            batch = await consumer.feed.poll()  # type: ignore[attr-defined]
            if batch and handled:
                await consumer.process(batch)
        await _restart(world).run(telling)

    return do(f"only {consumers} consumers get to it", run)


@pytest.mark.parametrize("consumers", range(6))
@pytest.mark.parametrize("handled", [True, False], ids=["worked", "only read"])
async def test_a_restart_amid_the_work_does_nothing_twice_and_loses_nothing(
    world: World, consumers: int, handled: bool
) -> None:
    moments = (0, 1, 10, 15, 50, 80, 140, 160)
    stops = [push(at(moment), _half_done(world, consumers, handled=handled)) for moment in moments]
    # Sorting keeps the order of steps of the same moment: each restart follows right after what was done.
    await world.tell(story(KEPT.name, *KEPT.steps, *stops, end=KEPT.end))


async def test_after_an_outage_each_breach_is_told_once_with_its_due_time(world: World) -> None:
    back = hours(10)
    await world.tell(
        story(
            "nothing runs from the first minute to the tenth hour",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(1), _restart(world, until=back)),
            want(at(back), event(PromiseBreached, kind="first_response", due_at=at(60), fired_at=at(back))),
            want(at(back), event(PromiseBreached, kind="resolution", due_at=at(240), fired_at=at(back))),
            want(at(back), mail("breach_notice", to=ANN)),
            want(at(back), mail("breach_notice", to=ANN)),
            want(at(0), event(PromiseMade, kind="first_response")),
            want(at(0), event(PromiseMade, kind="resolution")),
            want(at(back), event(PromiseMade, kind="next_update", due_at=between(back, back + 30))),
            end=back + 1,
        )
    )


async def test_two_of_our_installations_do_not_answer_each_other_for_ever(world: World) -> None:
    """What we send is brought back to our own door, as a mailing list or another help desk would."""

    async def bounce(telling: Telling) -> None:
        for got in telling.mails():
            await telling.stage.http.post(
                "/v1/hooks/email/raw",
                content=got.message.as_bytes(),
                headers={"content-type": "message/rfc822"},
            )

    rounds = [push(at(minute), do("our mail comes back", bounce)) for minute in range(1, 6)]
    await world.tell(
        story(
            "our own mail comes back",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            want(at(0), event(IncidentOpened)),
            want(at(0), event(MessageSent, kind="acknowledgement")),
            push(at(10), acknowledge()),
            *rounds,
            end=30,
        )
    )
