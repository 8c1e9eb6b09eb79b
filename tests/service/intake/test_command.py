"""`candor source` and `candor mail-in` against a Candor that runs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from candor.cli import app
from candor.mail_in import LATER, TAKEN, UNREADABLE
from tests.servers.process import free_port
from tests.unit.intake.mails import a_mail
from tests.worlds.processes import Process

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def candor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("candor")
    process = Process("candor", ["-m", "candor", "up"], {"CANDOR_DATA_DIR": str(folder / "data")}, folder)
    process.start()
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


@pytest.fixture
def run(candor: Process) -> Run:
    def running(*arguments: str, stdin: str | bytes = "", **environment: str) -> Result:
        known = {
            "CANDOR_PUBLIC_URL": candor.url,
            "CANDOR_DATA_DIR": str(candor.log.parent / "data"),
            **environment,
        }
        return CliRunner(env=known).invoke(app, list(arguments), input=stdin)

    return running


def test_a_source_is_let_in_tried_listed_and_removed(run: Run, candor: Process) -> None:
    made = run("source", "add", "pagerduty", "monitoring")
    assert made.exit_code == 0, made.output
    assert f"{candor.url}/v2/enqueue" in made.output
    tried = run("source", "test", "monitoring")
    assert tried.exit_code == 0, tried.output
    assert "refuses what is not signed (400)" in tried.output
    assert "read as a signal" in tried.output
    assert "monitoring" in run("source", "list").output
    assert run("source", "remove", "monitoring").exit_code == 0
    assert "monitoring" not in run("source", "list").output
    assert "there is no source 'monitoring'" in run("source", "test", "monitoring").output


def test_a_secret_of_a_provider_is_asked_for_and_not_shown(run: Run) -> None:
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    made = run("source", "add", "slack", "desk", stdin=f"{secret}\n")
    assert made.exit_code == 0, made.output
    assert "Event Subscriptions" in made.output
    assert secret not in made.output
    tried = run("source", "test", "desk")
    assert "refuses what is not signed (401)" in tried.output
    assert "read as a request" in tried.output


def test_options_come_from_a_file(run: Run, tmp_path: Path) -> None:
    options = tmp_path / "pbx.json"
    options.write_text(json.dumps({"exchange": "yeastar"}), "utf-8")
    made = run("source", "add", "call-record", "pbx", "--options", str(options))
    assert made.exit_code == 0, made.output
    assert run("source", "test", "pbx").exit_code == 0
    wrong = run("source", "add", "call-record", "other")
    assert wrong.exit_code == 1
    assert "Name an `exchange`" in wrong.output


def test_addresses_are_printed_whole_and_those_that_nobody_else_reaches_are_told(
    run: Run, candor: Process
) -> None:
    made = run("source", "add", "call-record", "a-long-name-of-a-pbx", "--exchange", "asterisk")
    assert made.exit_code == 0, made.output
    assert "Only this machine reaches that address" in made.output
    assert "as bearer token" in made.output
    [address] = [line.strip() for line in made.output.splitlines() if "/v1/hooks/call-record/" in line]
    assert address in run("source", "list").output
    assert run("source", "test", "a-long-name-of-a-pbx").exit_code == 0


def test_what_is_wrong_with_a_source_is_said_with_what_to_do(run: Run, tmp_path: Path) -> None:
    assert "with an API key, which `candor key add` makes" in run("source", "add", "alertmanager", "x").output
    assert "There is no kind 'fax'" in run("source", "add", "fax", "x").output
    assert "16 or more" in run("source", "add", "twilio-sms", "x", stdin="short\n").output
    (tmp_path / "list.json").write_text("[]", "utf-8")
    wrong = run("source", "add", "call-record", "x", "--options", str(tmp_path / "list.json"))
    assert (wrong.exit_code, "has to hold a JSON object" in wrong.output) == (1, True)


def test_a_mail_that_is_piped_in_is_taken_and_a_repeat_changes_nothing(run: Run) -> None:
    raw = a_mail("打印机坏了".encode(), Message_ID="<1@b.example>")
    arguments = ("mail-in", "-r", "support+x@candor.localhost", "-f", "zhang@example.com")
    assert [run(*arguments, stdin=raw).exit_code for _ in range(2)] == [TAKEN, TAKEN]
    # A mail server puts what is said into what it returns to the sender.
    assert run(*arguments, stdin=raw).output == ""


def test_the_mail_server_keeps_what_could_not_be_stored_and_returns_what_can_not_be_read(run: Run) -> None:
    assert run("mail-in", stdin=b" ").exit_code == UNREADABLE
    away = f"http://127.0.0.1:{free_port()}"
    assert run("mail-in", stdin=a_mail(), CANDOR_PUBLIC_URL=away).exit_code == LATER
    assert run("mail-in", stdin=a_mail(), CANDOR_KEY="cand_wrong").exit_code == LATER
    assert run("mail-in", stdin=a_mail(), CANDOR_PORT="no port").exit_code == LATER
