"""Independent clients with the subscriber's login: they read everything, and may do nothing else."""

import json
import shutil
import subprocess
import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer

from candor_common.topics import PREFIX
from tests.compose.outside import SubscribedReader, login
from tests.compose.stack import USER, Stack
from tests.worlds.topics import PAGE

STATES = f"{PREFIX}incident-states.v1"
WITHIN = 30.0


def read_in_a_group(stack: Stack, password: str, topics: list[str], count: int) -> int:
    """How many events a group of its own gets to see, until it has as many as there are."""
    settings: dict[str, Any] = login(stack, password)
    settings |= {"group.id": f"{USER}.compose-test", "auto.offset.reset": "earliest"}
    consumer, seen, deadline = Consumer(settings), 0, time.monotonic() + WITHIN
    consumer.subscribe(topics)
    try:
        while seen < count and time.monotonic() < deadline:
            seen += sum(1 for one in consumer.consume(PAGE, 0.2) if one.error() is None)
    finally:
        consumer.close()
    return seen


def refused_to_write(stack: Stack, password: str, topics: list[str]) -> list[str]:
    """The topics into which a subscriber's event does not get."""
    refused: list[str] = []

    def told(error: KafkaError | None, message: Message) -> None:
        if error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            refused.append(str(message.topic()))

    producer = Producer(login(stack, password) | {"message.timeout.ms": 20_000, "log_level": 0})
    for topic in topics:
        producer.produce(topic, b"{}", callback=told)
    producer.flush(WITHIN)
    return refused


def refused_in_group(stack: Stack, password: str, group: str, topic: str) -> bool:
    """Whether a subscriber is kept out of a group that is not theirs."""
    consumer = Consumer(login(stack, password) | {"group.id": group, "log_level": 0})
    deadline = time.monotonic() + WITHIN
    consumer.subscribe([topic])
    try:
        while time.monotonic() < deadline:
            found = consumer.poll(1)
            if found is not None and (error := found.error()) is not None:
                return bool(error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED)
    finally:
        consumer.close()
    return False


def board_by_kcat(stack: Stack, password: str) -> dict[str, int] | None:
    """The version of every incident as a newcomer reads it from the compacted topic; None without kcat."""
    if shutil.which("kcat") is None:
        return None
    given = [part for name, value in login(stack, password).items() for part in ("-X", f"{name}={value}")]
    command = ["kcat", *given, "-C", "-t", STATES, "-o", "beginning", "-e", "-q"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    newest: dict[str, int] = {}
    for line in said.splitlines():
        incident = json.loads(line)["incident"]
        newest[incident["id"]] = max(incident["version"], newest.get(incident["id"], 0))
    return newest


def complaints(
    stack: Stack, password: str, reader: SubscribedReader, versions: dict[str, int]
) -> tuple[int, list[str]]:
    """How many events were read, and what is wrong; `versions` are those of the board by incident."""
    count, topics = len(reader.all_events()), sorted(reader.topics)
    wrong: list[str] = []
    if (seen := read_in_a_group(stack, password, topics, count)) < count:
        wrong.append(f"a group of the subscriber reads {seen} of {count} events")
    if written := set(topics) - set(refused_to_write(stack, password, topics)):
        wrong.append(f"a subscriber may write into {sorted(written)}")
    if not refused_in_group(stack, password, "candor.triage", topics[0]):
        wrong.append("a subscriber may join the group candor.triage")
    if (told := board_by_kcat(stack, password)) is not None and told != versions:
        differing = sorted(dict(told.items() ^ versions.items()))
        wrong.append(f"a newcomer reads another board: {differing[:10]}")
    return count, wrong
