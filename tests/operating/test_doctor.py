"""The doctor finds what is wrong, says what to do, and is done in time, whatever hangs."""

import asyncio
import json
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from candor.doctor.clocks import apart
from candor.doctor.finding import Check, Finding, findings, ok
from candor.doctor.here import disk
from candor_common.embedded import database_path
from candor_common.keys import KeyRing
from candor_common.settings import Settings
from tests.operating.candor import Embedded, run
from tests.servers.process import free_port

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def seen(environment: dict[str, str]) -> tuple[int, list[dict[str, str]]]:
    """How the doctor ended, and what it found."""
    done = run(["doctor", "--json"], {"CANDOR_PORT": str(free_port()), **environment})
    found: list[dict[str, str]] = json.loads(done.out)
    assert all(one["do"] for one in found if one["state"] != "ok"), found
    return done.status, found


def states(found: Sequence[dict[str, str]], name: str) -> list[str]:
    return [one["state"] for one in found if one["name"] == name]


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    return {"CANDOR_DATA_DIR": str(tmp_path / "data")}


def test_a_fresh_place_has_no_problem(here: dict[str, str]) -> None:
    status, found = seen(here)
    assert status == 0
    assert [one for one in found if one["state"] == "problem"] == []
    assert states(found, "port") == ["warning"]


def test_settings_that_cannot_be_used_are_told_with_the_mend(here: dict[str, str]) -> None:
    status, found = seen({**here, "CANDOR_PORT": "many"})
    assert status == 1
    assert "CANDOR_PORT" in found[0]["detail"]
    slip, found = seen({**here, "CANDOR_PUBLIC_ULR": "http://x"})
    assert (slip, states(found, "settings")) == (0, ["ok", "warning"])


def test_a_charter_with_a_slip_is_told_line_by_line(here: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "charter.yaml").write_text("teams: 7\n")
    status, found = seen({**here, "CANDOR_CHARTER": str(tmp_path / "charter.yaml")})
    assert status == 1
    assert any("charter.yaml" in one["detail"] for one in found if one["name"] == "charter")


def test_keys_that_others_may_read_are_a_problem(here: dict[str, str]) -> None:
    path = Path(here["CANDOR_DATA_DIR"]) / "keys.json"
    KeyRing(path).add("one", ["read"])
    assert states(seen(here)[1], "keys") == ["ok"]
    path.chmod(0o644)
    status, found = seen(here)
    assert (status, states(found, "keys")) == (1, ["problem", "ok"])
    assert any(one["do"] == f"chmod 600 {path}" for one in found)


def test_an_open_address_without_keys_is_a_problem(here: dict[str, str]) -> None:
    status, found = seen({**here, "CANDOR_HOST": "0.0.0.0"})
    assert (status, states(found, "keys")) == (1, ["problem"])


def test_a_port_that_somebody_else_has_is_a_problem(here: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        status, found = seen({**here, "CANDOR_PORT": str(other.getsockname()[1])})
    assert (status, states(found, "port")) == (1, ["problem"])


@pytest.fixture
def candor(tmp_path: Path) -> Iterator[Embedded]:
    made = Embedded(tmp_path, tmp_path / "data")
    made.start()
    yield made
    made.process.kill()


def test_a_running_candor_is_well_until_its_database_is_damaged(candor: Embedded) -> None:
    status, found = seen(candor.environment)
    assert status == 0, found
    assert {states(found, name)[0] for name in ("port", "gateway clock", "database", "migrations")} == {"ok"}
    assert len(states(found, "lag")) == 5
    candor.process.kill()
    path = database_path(Settings(data_dir=candor.data))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 20] = b"\x07" * (4096 * 18)
    path.write_bytes(content)
    status, found = seen(candor.environment)
    assert (status, "problem" in states(found, "database")) == (1, True)


class _Login:
    def __call__(
        self, _server: object, _session: object, _envelope: object, _how: str, given: object
    ) -> AuthResult:
        right = getattr(given, "password", b"") == b"right"
        return AuthResult(success=right)


@pytest.fixture
def mail_server() -> Iterator[Controller]:
    class Handler:
        pass

    made = Controller(Handler(), "127.0.0.1", free_port(), authenticator=_Login(), auth_require_tls=False)
    made.start()
    yield made
    made.stop()


def test_the_mail_server_is_asked_and_no_mail_is_sent(here: dict[str, str], mail_server: Controller) -> None:
    where = f"127.0.0.1:{mail_server.port}"
    assert states(seen({**here, "CANDOR_SMTP_URL": f"smtp://{where}"})[1], "mail") == ["ok"]
    in_the_clear = {**here, "CANDOR_SMTP_URL": f"smtp://me:right@{where}?starttls=0"}
    assert states(seen(in_the_clear)[1], "mail") == ["warning"]
    wrong = seen({**here, "CANDOR_SMTP_URL": f"smtp://me:wrong@{where}?starttls=0"})
    assert (wrong[0], states(wrong[1], "mail")) == (1, ["problem"])
    closed = seen({**here, "CANDOR_SMTP_URL": f"smtp://127.0.0.1:{free_port()}"})
    assert (closed[0], states(closed[1], "mail")) == (1, ["problem"])
    assert "wrong" not in json.dumps(wrong[1])


@pytest.mark.parametrize(
    ("role", "words", "asks_there"),
    [("candor", "only the notifier knows", True), ("candor_notifier", "no server is set", False)],
)
def test_among_several_containers_the_notifier_alone_says_where_mail_goes(
    here: dict[str, str], role: str, words: str, asks_there: bool
) -> None:
    found = seen({**here, **away(free_port(), role)})[1]
    [mail] = [one for one in found if one["name"] == "mail"]
    assert mail["state"] == "ok"
    assert words in mail["detail"]
    assert ("exec notifier candor doctor" in mail["do"]) == asks_there


def test_what_starts_it_depends_on_the_mode(here: dict[str, str]) -> None:
    [alone] = [one["do"] for one in seen(here)[1] if one["name"] == "port"]
    found = seen({**here, **away(free_port())})[1]
    [together] = [one["do"] for one in found if one["name"] == "answers"]
    assert "candor up" in alone
    assert "docker compose up -d" in together
    assert "candor up" not in together


def away(port: int, role: str = "me") -> dict[str, str]:
    """The settings of one of several containers, whose servers do not answer."""
    return {
        "CANDOR_DATABASE_URL": f"postgresql://{role}:secret@127.0.0.1:{port}/candor",
        "CANDOR_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "CANDOR_SIGNING_KEY": "k" * 32,
    }


def test_servers_that_are_away_are_told_side_by_side_and_in_time(here: dict[str, str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        status, found = seen({**here, **away(silent.getsockname()[1])})
    assert time.monotonic() - started < 60
    assert status == 1
    assert {states(found, name)[0] for name in ("database", "broker", "lag")} == {"problem"}
    assert "secret" not in json.dumps(found)


async def test_a_check_that_hangs_or_breaks_holds_up_no_other() -> None:
    async def hangs() -> Sequence[Finding]:
        await asyncio.Event().wait()
        return []

    async def breaks() -> Sequence[Finding]:
        raise ValueError("broken")

    async def works() -> Sequence[Finding]:
        return [ok("works", "yes")]

    checks = [Check("hangs", hangs, "wait"), Check("breaks", breaks, "mend"), Check("works", works, "")]
    found = await findings(checks, seconds=0.05)
    assert [(one.name, one.state) for one in found] == [
        ("hangs", "problem"),
        ("breaks", "problem"),
        ("works", "ok"),
    ]


@pytest.mark.parametrize(
    ("theirs", "state"), [(0.5, "ok"), (-1.5, "ok"), (5.0, "warning"), (-20.0, "warning"), (60.0, "problem")]
)
def test_a_clock_that_differs_is_told_by_how_much(theirs: float, state: str) -> None:
    found = apart("clock", NOW + timedelta(seconds=theirs), NOW, NOW + timedelta(seconds=0.1))
    assert found.state == state


def test_a_disk_that_is_nearly_full_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, state in ((500, "ok"), (50, "warning"), (5, "problem")):
        usage = shutil._ntuple_diskusage(1000, 1000 - free, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, usage=usage: usage)
        assert next(disk(Settings(data_dir=tmp_path))).state == state
