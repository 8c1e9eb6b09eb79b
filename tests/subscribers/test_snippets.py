"""Each program of docs/subscribe.md works as it stands there, each in a group of its own, with rights to read only."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from candor_common.topics import TOPICS, topic_name
from tests.clients.instance import installed, until
from tests.servers.process import free_port
from tests.subscribers.provider import Running
from tests.subscribers.snippets import PAGE, Subscriber, programs, started

KCAT, BOARD, ONCE, AIOKAFKA, STREAM, RECEIVER = (
    "kcat.sh",
    "board.py",
    "confluent.py",
    "subscriber.py",
    "stream.sh",
    "receiver.py",
)

TRIES = 5


@pytest.fixture
def folder(tmp_path: Path, outside: dict[str, str]) -> Path:
    """Where `candor.properties` is, as the first program of the page writes it."""
    writes = programs()[KCAT].partition("kcat -F")[0]
    text = writes.partition("<<END\n")[2].partition("END\n")[0]
    for name, value in sorted(outside.items(), reverse=True):
        text = text.replace(f"${name}", value)
    (tmp_path / "candor.properties").write_text(text)
    return tmp_path


def test_every_program_of_the_page_is_run_here() -> None:
    assert set(programs()) == {KCAT, BOARD, ONCE, AIOKAFKA, STREAM, RECEIVER}


def test_the_page_names_every_topic() -> None:
    text = PAGE.read_text("utf-8")
    assert [name for name in TOPICS if f"| `{topic_name(name)}` |" not in text] == []


def test_kcat_shows_key_headers_and_payload(
    running: Running, outside: dict[str, str], tmp_path: Path
) -> None:
    installed("kcat", "kcat")
    reference = running.references[0]
    # The kcat of some distributions is too old for SCRAM, as the page says.
    with started(KCAT, tmp_path, outside | {"KAFKA_MECHANISM": "PLAIN"}) as kcat:
        [first, *_] = kcat.until(lambda it: [one for one in it.told() if one["key"] == reference])
    headers = dict(zip(first["headers"][::2], first["headers"][1::2], strict=True))
    assert (headers["ce_type"], headers["ce_subject"]) == ("candor.incident.opened.v1", reference)
    assert json.loads(first["payload"])["incident"]["description"] == "打印机坏了"
    assert (tmp_path / "candor.properties").stat().st_mode & 0o077 == 0


def test_a_newcomer_has_todays_board_from_the_compacted_topic(
    running: Running, outside: dict[str, str], folder: Path
) -> None:
    assert set(running.references) <= set(running.board())
    for _ in range(TRIES):
        before = running.board()
        with started(BOARD, folder, outside) as newcomer:
            [line] = newcomer.end()
        # Another try when something has changed meanwhile, or was not published yet.
        if (shown := json.loads(line)) == before == running.board():
            break
    assert shown == running.board()


def heard(subscriber: Subscriber, reference: str) -> bool:
    return any(f" {reference}" in line for line in subscriber.lines())


@pytest.mark.parametrize("program", [ONCE, AIOKAFKA])
def test_a_subscriber_hears_of_what_was_and_of_what_comes(
    running: Running, outside: dict[str, str], folder: Path, program: str
) -> None:
    with started(program, folder, outside) as subscriber:
        subscriber.until(lambda it: heard(it, running.references[0]))
        later = running.post("Scanner")
        subscriber.until(lambda it: heard(it, later))
        lines = subscriber.lines()
    assert f"candor.incident.opened.v1 {later}" in "\n".join(lines)


def test_who_comes_back_in_the_same_group_goes_on_where_it_was(
    running: Running, outside: dict[str, str], folder: Path
) -> None:
    opened = f"candor.incident.opened.v1 {running.post('Early')}"
    with started(ONCE, folder, outside) as subscriber:
        subscriber.until(lambda it: opened in it.lines())
        # That it has read this says that the place of what it read before is kept.
        known = running.post("Before")
        subscriber.until(lambda it: heard(it, known))
    with started(ONCE, folder, outside) as again:
        later = running.post("After")
        again.until(lambda it: heard(it, later))
        assert opened not in again.lines()


def test_curl_gets_the_board_and_goes_on_where_it_was_cut_off(
    running: Running, outside: dict[str, str], tmp_path: Path
) -> None:
    installed("curl", "curl")
    with started(STREAM, tmp_path, outside) as stream:
        stream.until(lambda it: set(running.references) <= set(shown_by(it)))
    assert (tmp_path / "last").read_text().isdecimal()
    later = running.post("While it was away")
    with started(STREAM, tmp_path, outside) as again:
        found = again.until(lambda it: shown_by(it).get(later))
    assert found["title"] == "While it was away"


def shown_by(stream: Subscriber) -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in stream.told()}


@pytest.fixture
def receiver(running: Running, outside: dict[str, str], tmp_path: Path) -> Iterator[tuple[str, Subscriber]]:
    """The receiver of webhooks, subscribed to what happens to incidents, and the id of its subscription."""
    port = free_port()
    wanted = {"url": f"http://127.0.0.1:{port}/candor", "types": ["incident.*"]}
    made = running.call("notifier", "POST", "/v1/subscriptions", wanted)
    environment = {**outside, "PORT": str(port), "CANDOR_WEBHOOK_SECRET": made["secret"]}
    with started(RECEIVER, tmp_path, environment) as program:
        yield made["id"], program
    running.call("notifier", "DELETE", f"/v1/subscriptions/{made['id']}")


def test_a_receiver_of_webhooks_takes_what_is_signed(
    running: Running, receiver: tuple[str, Subscriber]
) -> None:
    identifier, program = receiver
    until(lambda: True if is_taken(running, identifier) else None, "an answer of the receiver")
    program.until(lambda it: any(" test None" in line for line in it.lines()))
    reference = running.post("Webhook")
    program.until(lambda it: any(f"incident.opened {reference}" in line for line in it.lines()))


def is_taken(running: Running, identifier: str) -> bool:
    return bool(running.call("notifier", "POST", f"/v1/subscriptions/{identifier}/test")["taken"])


def test_what_the_page_needs_is_installed_by_the_build() -> None:
    build = (PAGE.parents[1] / ".ci" / "run").read_text()
    assert all(name in build for name in ("kcat", "curl"))
    assert shutil.which("bash")
