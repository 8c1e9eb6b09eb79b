"""What customers read, from the acknowledgement to the end, and who is nudged before they would have to ask."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from candor_common.events import (
    CustomerAsked,
    IncidentAssigned,
    IncidentResolved,
    IncidentResumed,
    IncidentVerified,
    MessageSent,
    MessageWithdrawn,
    PromiseAtRisk,
    PromiseBreached,
    PromiseMade,
)
from candor_notifier.domain.words import WORDS
from candor_notifier.times import written
from tests.worlds.actions import IT, acknowledge, close, do, letter, request, resolve, update
from tests.worlds.charters import shipped, write
from tests.worlds.embedded import World, opened
from tests.worlds.moments import Window, at, between
from tests.worlds.story import Action, Telling, event, mail, push, story, want

ANN = "ann@shop.example"
WATCHED = timedelta(days=2)
"""The shipped charter's `verify_after`."""
ANA, LENA = "ana@house.example", "lena@house.example"
DOWN = request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)
STATED = re.compile(
    r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}, \d\d:\d\d \([^)]+\)|\d+月\d+日 ?[周週]. \d\d:\d\d（[^）]+）"
)


def in_shanghai(tmp_path: Path) -> dict[str, Any]:
    """A house whose people can be reached."""
    content = shipped()
    content["teams"]["operations"] |= {"lead": "lena"}
    content["people"] = {
        name: {"teams": ["operations"], "contact": f"{name}@shop1.house.example", "shift": "always"}
        for name in ("ana", "lena")
    }
    return {"time_zone": "Asia/Shanghai", "charter": write(content, tmp_path / "charter.yaml")}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data", time_zone="Asia/Shanghai") as made:
        yield made


@pytest.fixture
async def manned(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data", **in_shanghai(tmp_path)) as made:
        yield made


def command(name: str, *, by_minute: Window | None = None, **body: str) -> Action:
    """Something that an engineer does; with a window, `fixed_by` is its beginning."""

    async def run(telling: Telling) -> None:
        where = f"/v1/incidents/{telling.incident(IT)}"
        seen = (await telling.stage.http.get(where)).headers["ETag"]
        when = {"fixed_by": telling.stage.moment(by_minute.start).isoformat()} if by_minute else {}
        given = {"by": "ben", **body, **when}
        answer = await telling.stage.http.post(f"{where}/{name}", json=given, headers={"If-Match": seen})
        assert answer.status_code == 200, answer.text

    return do(name, run)


def estimate(fixed_by: Window, reason: str) -> Action:
    return command("estimate", by_minute=fixed_by, reason=reason)


def stated(telling: Telling) -> set[str]:
    """Every time that stands in a mail."""
    return {time for one in telling.mails() for time in STATED.findall(one.text)}


def promised(telling: Telling) -> set[str]:
    """Every time by which something was ever promised, or from which and until when a fix holds, as it is told in the
    three languages."""
    facts = [one.fact for one in telling.events()]
    times = {fact.promise.due_at for fact in facts if isinstance(fact, PromiseMade | PromiseBreached)}
    fixed = [fact.incident.resolved_at for fact in facts if isinstance(fact, IncidentResolved)]
    for moment in filter(None, fixed):
        times |= {moment, moment + WATCHED}
    return {written(moment, text, "Asia/Shanghai") for moment in times for text in WORDS.values()}


async def test_a_customer_is_told_every_turn_that_it_takes(world: World) -> None:
    telling = await world.tell(
        story(
            "handed on, asked, estimated twice, worked around, resolved and closed",
            push(at(0), DOWN),
            want(
                at(0),
                mail(
                    "acknowledgement", to=ANN, says=["understand it: Shop is down", "502 since 14:02", "/c/"]
                ),
            ),
            push(at(5), command("escalate", reason="INTERNAL it is the switch")),
            want(
                between(5, 6),
                mail("handover", to=ANN, says=["another team: Infrastructure"], keeps_quiet=["INTERNAL"]),
            ),
            push(at(10), command("note", text="INTERNAL the customer is difficult")),
            push(at(10), command("ask", question="Which address do you use?")),
            want(at(10), event(CustomerAsked)),
            want(
                at(10),
                mail("question", to=ANN, says=["Which address do you use?", "moves by as long as we wait"]),
            ),
            push(at(14), letter("Re: Shop", "The second one.", sender=ANN, answers="question")),
            want(at(14), event(IncidentResumed)),
            push(at(15), estimate(at(120), "We wait for a part.")),
            want(at(15), mail("estimate", to=ANN, says=["14:00 (China", "The reason: We wait for a part."])),
            push(at(30), estimate(at(150), "The part is late.")),
            want(at(30), mail("estimate", to=ANN, says=["A new time", "14:00 (China", "14:30 (China"])),
            push(at(40), command("workaround", text="Use the first address.")),
            want(at(40), mail("workaround", to=ANN, says=["Use the first address.", "14:30 (China"])),
            push(at(60), resolve("A switch.", "Replaced.", "Orders go through.")),
            want(
                at(60),
                mail("resolution", to=ANN, says=["A switch.", "not solved: http", "watching it until"]),
            ),
            push(at(70), close()),
            want(at(70), mail("closed", to=ANN)),
            want(at(130), mail("survey", to=ANN)),
            end=140,
        )
    )
    assert len(stated(telling)) >= 4
    assert stated(telling) <= promised(telling)
    assert not any("INTERNAL" in one.text for one in telling.mails())


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("网站打不开", ["您的请求内容：网站打不开", "处理进展", "之前与您联系", "（北京时间）"]),
        ("網站打不開", ["您的請求內容：網站打不開", "處理進度", "之前與您聯絡", "（北京時間）"]),
    ],
)
async def test_the_times_of_chinese_mails_are_those_of_promises(
    world: World, subject: str, says: list[str]
) -> None:
    telling = await world.tell(
        story(
            "a mail in Chinese that nobody answers",
            push(at(0), letter(subject, "请尽快处理。" if "网" in subject else "請儘快處理。", sender=ANN)),
            want(at(0), mail("acknowledgement", to=ANN, says=says)),
            want(at(60), mail("breach_notice", to=ANN)),
            want(at(90), mail("breach_notice", to=ANN)),
            want(at(120), mail("nothing_new", to=ANN, says=["系统自动" if "网" in subject else "系統自動"])),
            end=125,
        )
    )
    assert len(stated(telling)) >= 3
    assert stated(telling) <= promised(telling)


async def test_the_owner_is_nudged_before_the_silence_is_too_long_and_the_lead_after(manned: World) -> None:
    await manned.tell(
        story(
            "nobody answers, then somebody does",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            want(at(0), event(IncidentAssigned, by="charter", owner="ana")),
            want(at(45), event(PromiseAtRisk, kind="first_response")),
            want(at(45), mail("nudge", to=ANA, says=["Due soon", "13:00 (China"], keeps_quiet=["/c/"])),
            want(at(60), mail("breach_notice", to=ANN)),
            want(at(60), mail("nudge", to=LENA, says=["Missed", "/incidents/INC-"])),
            push(at(65), update("We replace the switch.", "Short breaks.", next_by=at(200))),
            want(at(65), mail("update", to=ANN)),
            end=80,
        )
    )


async def test_words_in_time_need_no_nudge(manned: World) -> None:
    await manned.tell(
        story(
            "an answer at once",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(10), update("We look.", "More soon.", next_by=at(100))),
            want(at(10), mail("update", to=ANN)),
            end=60,
        )
    )


async def test_silence_is_broken_by_any_word_of_a_person_and_by_no_automatic_one(world: World) -> None:
    await world.tell(
        story(
            "a handover is no word of a person, a workaround is",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(20), update("We look.", "More soon.", next_by=at(60))),
            want(at(20), mail("update", to=ANN)),
            push(at(40), command("escalate", reason="It is the switch.")),
            want(between(40, 41), mail("handover", to=ANN)),
            want(at(60), event(PromiseBreached, kind="next_update", due_at=at(60))),
            want(at(60), mail("breach_notice", to=ANN)),
            push(at(70), command("workaround", text="Use the first address.")),
            want(at(70), mail("workaround", to=ANN, says=["again within 30 minutes"])),
            end=95,
        )
    )


async def test_dates_that_another_priority_moves_are_told_with_those_that_hold_from_then_on(
    world: World,
) -> None:
    quiet = ["INTERNAL", "We promised"]
    telling = await world.tell(
        story(
            "less urgent, and then more urgent than before",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN, says=["write to you by Mon 2 Mar, 13:00 (China"])),
            push(at(10), command("priority", to="P4", reason="INTERNAL a test shop")),
            want(
                at(10),
                mail(
                    "priority",
                    to=ANN,
                    says=[
                        "less urgent",
                        "by Mon 2 Mar, 13:00 (China",
                        "now write to you by Tue 3 Mar, 12:00 (China",
                    ],
                    keeps_quiet=quiet,
                ),
            ),
            push(at(20), command("priority", to="P2", reason="INTERNAL a real one")),
            want(
                at(20),
                mail(
                    "priority", to=ANN, says=["more urgent", "by Mon 2 Mar, 16:00 (China"], keeps_quiet=quiet
                ),
            ),
            push(at(90), command("priority", to="P1", reason="INTERNAL all are down")),
            want(at(90), event(PromiseBreached, kind="first_response", due_at=at(60))),
            want(
                at(90),
                mail(
                    "breach_notice",
                    to=ANN,
                    says=["answer would have been due by Mon 2 Mar, 13:00"],
                    keeps_quiet=quiet,
                ),
            ),
            end=95,
        )
    )
    assert stated(telling) <= promised(telling)


async def test_who_confirms_it_on_their_page_is_not_told_that_it_is_closed(world: World) -> None:
    async def confirm(telling: Telling) -> None:
        [got] = telling.mails("resolution", ANN)
        found = re.search(r"/c/\S+", got.text)
        assert found
        page = await telling.stage.http.get(found[0])
        assert page.status_code == 200, page.text

    await world.tell(
        story(
            "it works, says the customer",
            push(at(0), DOWN),
            want(at(0), mail("acknowledgement", to=ANN)),
            push(at(5), acknowledge()),
            push(at(10), resolve("A switch.", "Replaced.", "Orders go through.")),
            want(at(10), mail("resolution", to=ANN)),
            push(at(15), do("the customer opens the page", confirm)),
            push(at(20), command("confirm")),
            want(at(20), event(IncidentVerified, by_customer=True)),
            push(at(30), close()),
            want(at(80), mail("survey", to=ANN)),
            end=90,
        )
    )


async def test_whoever_writes_again_and_again_gets_five_acknowledgements_an_hour(world: World) -> None:
    asked = [push(at(minute), letter(f"Shop {minute}", "502", sender=ANN)) for minute in range(7)]
    await world.tell(
        story(
            "seven mails in seven minutes",
            *asked,
            *(want(at(minute), mail("acknowledgement", to=ANN)) for minute in range(5)),
            *(want(at(minute), event(MessageWithdrawn, kind="acknowledgement")) for minute in (5, 6)),
            *(want(at(minute), event(MessageSent, kind="acknowledgement")) for minute in range(5)),
            end=10,
        )
    )
