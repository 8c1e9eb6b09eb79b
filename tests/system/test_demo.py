"""The demo plays to its end as a process of its own, as a visitor would start it, and is looked at while it stays."""

import os
import re
import signal
import subprocess
import sys
from calendar import month_abbr
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from candor import demo_words as words
from candor.demo_charter import HOUR
from candor.demo_stage import Letter, Stage

WITHIN = 240.0
ENDS_ALL_IT_SAYS = "Ctrl-C ends it"
ENGLISH = re.compile(
    r"\w{3},? (?P<day>\d+) (?P<month>\w{3}), (?P<hour>\d\d):(?P<minute>\d\d) \((?P<zone>[^)]+)\)"
)
CHINESE = re.compile(
    r"(?P<month>\d+)月(?P<day>\d+)日\s*[周週]\w\s*(?P<hour>\d\d):(?P<minute>\d\d)（(?P<zone>[^）]+)）"
)
ZONES = {
    "UTC": "UTC",
    "Singapore Standard Time": "Asia/Singapore",
    "北京时间": "Asia/Shanghai",
    "台北時間": "Asia/Taipei",
}
TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WATCHES = (timedelta(seconds=48 * HOUR), timedelta(days=2))
"""How long a fix is watched by the charter of the day and by that of the evening."""
PROMISED = re.compile(r"^Promised: .* by (\d{4}-\d\d-\d\d \d\d:\d\d) UTC$")


@dataclass(frozen=True, slots=True)
class Played:
    """A demo that has played and still serves, and what it has told."""

    told: str
    url: str
    key: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """It serves until the last test, and then has to end in order on Ctrl-C."""
    errors: Path = tmp_path_factory.mktemp("demo") / "errors"
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with errors.open("wb") as stderr:
        demo = subprocess.Popen(
            [sys.executable, "-m", "candor", "demo"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        )
    too_long = Timer(WITHIN, demo.terminate)
    too_long.start()
    try:
        told = _told(demo)
        too_long.cancel()
        assert ENDS_ALL_IT_SAYS in told, told + errors.read_text("utf-8")
        key, url = (_named(told, name) for name in ("key", "API"))
        yield Played(told, url.removesuffix("/docs"), key)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(90) == 0
        assert errors.read_text("utf-8") == ""
    finally:
        too_long.cancel()
        # Asked first, so that it stops the Candor that it started.
        demo.terminate()
        demo.communicate(timeout=90)


def test_the_demo_plays_its_day_and_tells_what_came_of_it(played: Played) -> None:
    told = played.told
    # 12 alerts are three of them.
    assert len(set(re.findall(r"│ (INC-\d+) │", told))) == 8
    # Kept throughout; over by itself; given back and mended; missed but then made good.
    assert re.search(r"Shop is down +│ P1 +│ kept +│ 5 kept +│ 2 kept +│ +│", told)
    assert re.search(r"db-2 fills up +│ P3 +│ +│ +│ kept", told)
    assert re.search(r"VPN drops every hour +│ P2 +│ kept +│ 2 kept +│ 2 kept +│ 2 kept +│", told)
    assert re.search(r"counter are slow +│ P\d +│ kept +│ breached +│", told)
    assert re.search(r"│ zh-Hans +│ it@office-cn\.example", told)
    assert re.search(r"│ zh-Hant +│ it@office-tw\.example", told)
    counted = re.search(r"Promises: (\d+) kept, (\d+) breached, (\d+) open\.", told)
    assert counted
    assert all(int(number) > 0 for number in counted.groups())


def test_the_address_at_its_end_opens_the_board(played: Played) -> None:
    with httpx.Client(trust_env=False, follow_redirects=True) as browser:
        board = browser.get(_named(played.told, "board"))
        assert board.status_code == 200
        assert "Bookings at the counter are slow" in board.text
        assert browser.get(_named(played.told, "mailbox")).status_code == 200


def test_every_time_in_its_mails_is_a_promise_on_record(played: Played) -> None:
    with Stage(played.url, played.key) as stage:
        letters = [stage.letter(message) for message in stage.messages()]
        record = {one["id"]: _promised(stage, one["id"]) for one in stage.incidents()}
    stated = [(one, time) for one in letters for time in _times(one)]
    assert {one.language for one, _ in stated} == {"en", "zh-Hans", "zh-Hant"}
    assert {zone for _, (_, zone) in stated} == set(ZONES.values())
    wrong = [(one.incident, one.kind, time) for one, time in stated if not _is_in(record[one.incident], time)]
    assert wrong == []


def test_every_command_of_the_tour_works_beside_it(played: Played) -> None:
    exports = re.search(r"^  (export CANDOR_PUBLIC_URL=.+)$", played.told, re.MULTILINE)
    assert exports, played.told
    start, *commands = SHELL.findall(TOUR.read_text("utf-8"))
    assert start == "make demo\n"
    script = "\n".join(("set -euo pipefail", exports[1], *commands))
    # The tour's .venv/bin is wherever this runs.
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    done = subprocess.run(
        ["bash", "-c", script], check=False, capture_output=True, encoding="utf-8", timeout=WITHIN
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    for said in ("INC-000001", "first response", "invitations", "improvement_reply", "Mail bounces"):
        assert said in done.stdout


def test_every_picture_of_the_tour_is_there() -> None:
    named = set(re.findall(r"\]\((tour/.+?)\)", TOUR.read_text("utf-8")))
    assert named == {f"tour/{one.name}" for one in (TOUR.parent / "tour").glob("*.png")}


def _told(demo: "subprocess.Popen[str]") -> str:
    """What it says until it only serves, or ends."""
    lines = []
    for line in demo.stdout or ():
        lines.append(line)
        if ENDS_ALL_IT_SAYS in line:
            break
    return "".join(lines)


def _named(told: str, name: str) -> str:
    found = re.search(rf"^  {name} +(\S+)$", told, re.MULTILINE)
    assert found, told
    return found[1]


def _promised(stage: Stage, reference: str) -> set[datetime]:
    """When its promises are due, and when they were before they moved; since when it works, and until when that is watched;
    in UTC, to the minute."""
    due = {datetime.fromisoformat(one["due_at"]) for one in stage.promises(reference)}
    timeline: list[dict[str, Any]] = stage.read(f"/v1/incidents/{reference}")["timeline"]
    moved = {f"{found[1]}+00:00" for line in timeline if (found := PROMISED.match(line["text"]))}
    fixed = [datetime.fromisoformat(line["at"]) for line in timeline if line["kind"] == "resolved"]
    watched = {one + span for one in fixed for span in (timedelta(), *WATCHES)}
    known = due | set(map(datetime.fromisoformat, moved)) | watched
    return {one.replace(second=0, microsecond=0) for one in known}


def _times(letter: Letter) -> list[tuple[str, str]]:
    """Every time that a mail states, as "11-22 06:43" with the name of its zone."""
    form = ENGLISH if letter.language == "en" else CHINESE
    found = [one.groupdict() for one in form.finditer(letter.text)]
    # What looks like an hour but was not read would be a time that nobody checks; what the customer wrote is theirs.
    ours = letter.text.replace(str(words.SHOP["text"]), "")
    assert len(found) == len(re.findall(r"\d\d:\d\d", ours)), letter.text
    return [(_written(one), ZONES[one["zone"]]) for one in found]


def _written(one: dict[str, str]) -> str:
    month = one["month"] if one["month"].isdigit() else list(month_abbr).index(one["month"])
    return f"{int(month):02}-{int(one['day']):02} {one['hour']}:{one['minute']}"


def _is_in(record: set[datetime], time: tuple[str, str]) -> bool:
    wanted, zone = time
    return any(f"{one.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" == wanted for one in record)
