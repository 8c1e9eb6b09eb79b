"""The broker is away, silent, full of nonsense, or sends everybody round in circles."""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from shutil import which

from confluent_kafka import Producer

from candor_common.provision import SERVICES
from candor_common.topics import TOPICS, topic_name
from tests.faults.chaos import Blow
from tests.faults.matrix import Fault, distributed
from tests.faults.scenes import Distributed, Setting
from tests.servers.process import ServerFailed

NOTICED_WITHIN = 60.0
"""Seconds until a consumer that gets nothing must not be ready any more."""
STOPS_WITHIN = 12.0
"""Seconds: ten that a service takes at most, and some for Python to end."""
TABLE = "candor_faults"
POISON: tuple[tuple[bytes | None, dict[str, bytes]], ...] = (
    (b"{not json", {}),
    (b'{"a": 1}', {"ce_specversion": b"0.3"}),
    (b'{"incident": "\\u0000"}', {}),
    (b'"' + b"x" * 900_000 + b'"', {}),
    (b"[]", {"ce_type": b"candor.incident.opened.v999"}),
    (None, {}),
    (b"", {}),
)


async def away(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """The broker is killed and stays away for most of the load."""
    await scene.chaos.at_once([Blow(chance.uniform(1, 3), "broker", "kill", seconds * 0.7)])


async def away_while_all_stop(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """While the broker is away, every service is told to stop; each must, in time."""
    await asyncio.sleep(chance.uniform(1, 3))
    scene.servers.broker.kill()
    await asyncio.sleep(seconds / 3)
    await asyncio.gather(*(_stops(scene, name) for name in SERVICES))
    await asyncio.to_thread(scene.servers.broker.start)


async def _stops(scene: Distributed, name: str) -> None:
    process = scene.installation.processes[name]
    with scene.chaos.holding(name):
        process.signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, STOPS_WITHIN)
        except ServerFailed as error:
            scene.wrong.append(str(error))
        await asyncio.to_thread(process.start)


async def black_hole(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Packets to the broker are dropped, not refused."""
    await asyncio.sleep(chance.uniform(1, 3))
    with _dropped(scene.servers.broker.port):
        await asyncio.sleep(seconds * 0.7)


@contextmanager
def _dropped(port: int) -> Iterator[None]:
    """On the loopback interface only, and only for this port."""
    chain = f"add chain inet {TABLE} input {{ type filter hook input priority 0; }}"
    rule = f'add rule inet {TABLE} input iif "lo" tcp dport {port} drop'
    for command in (f"add table inet {TABLE}", chain, rule):
        subprocess.run(["nft", command], check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", TABLE], check=True)


def _no_filter() -> str | None:
    return None if which("nft") and os.geteuid() == 0 else "nft, and to be root"


async def rebalances(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Members of two groups come and go, every few seconds."""
    for _ in range(round(seconds / 4)):
        name = chance.choice(["triage-2", "notifier-2"])
        await scene.chaos.at_once([Blow(chance.uniform(0, 1), name, "kill", chance.uniform(1, 4))])


async def leaders_move(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """A broker that leads half of the partitions comes and goes; while it is away the other may not take anything.

    After a SIGKILL it takes Kafka some twenty seconds to have both again.
    """
    for _ in range(max(1, round(seconds / 30))):
        await scene.chaos.at_once([Blow(chance.uniform(1, 3), "broker-2", "kill", chance.uniform(1, 4))])


async def silent(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """The broker takes everything and answers nothing; every consumer must say so within a minute."""
    link = scene.servers.broker_link
    assert link is not None
    await asyncio.sleep(chance.uniform(1, 3))
    link.silent = True
    waiting = {name for name in scene.installation.processes if name != "intake"}
    with suppress(TimeoutError):
        async with asyncio.timeout(NOTICED_WITHIN):
            while waiting:
                await asyncio.sleep(0.5)
                waiting -= {name for name in waiting if not scene.installation.processes[name].ready()}
    link.silent = False
    scene.wrong.extend(f"{name} did not notice that it gets nothing" for name in sorted(waiting))


async def poisoned(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Somebody writes nonsense to every topic, between the events; it is set aside, and what comes after it flows."""
    scene.excused.add("nothing_is_set_aside")
    scene.reader.passes_over_nonsense = True
    producer = Producer({"bootstrap.servers": scene.servers.broker.bootstrap})
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.5, seconds / 4))
        for name in TOPICS:
            for value, headers in POISON:
                producer.produce(
                    topic_name(name), key=b"INC-000001", value=value, headers=list(headers.items())
                )
        await asyncio.to_thread(producer.flush, 10)


TWO_COPIES = {name: {"CANDOR_KAFKA_REPLICATION": "2"} for name in SERVICES}
FAULTS = (
    Fault(6, "Kafka is away", distributed(away)),
    Fault(7, "Kafka is away while every service is told to stop", distributed(away_while_all_stop)),
    Fault(8, "packets to Kafka vanish", distributed(black_hole), _no_filter),
    Fault(
        9,
        "partitions change their leader under load",
        distributed(leaders_move, Setting(two_brokers=True, environments=TWO_COPIES)),
    ),
    Fault(
        11, "groups rebalance all the time", distributed(rebalances, Setting(replicas=["triage", "notifier"]))
    ),
    Fault(15, "the broker answers nothing", distributed(silent, Setting(link_to_broker=True))),
    Fault(14, "poison on every topic", distributed(poisoned)),
)
