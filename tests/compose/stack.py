"""The stack under a name and ports of its own: started, hit, scaled, upgraded, backed up, and removed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from candor_common.provision import SERVICES
from tests.compose import engine
from tests.compose.engine import EngineFailed
from tests.servers.process import LOOPBACK, free_port

PROJECT = "candor-compose-test"
FOLDER = Path(__file__).parents[2] / "deploy" / "compose"
OVERRIDE = Path(__file__).with_name("override.yaml")
STANDING = (*SERVICES, "postgres", "kafka", "gateway")
"""What a `docker kill` may hit."""
WITHIN = 300.0
SLOW = 600.0
USER = "subscriber"
"""Of the brokers, for those who read from outside."""


@dataclass(frozen=True)
class Ports:
    """Where it is reached on this machine."""

    gateway: int
    broker: int
    mail: int
    database: int


class Stack:
    """One installation. Its configuration, its backups and the log of all commands are in `folder`."""

    def __init__(self, folder: Path, image: str, more: Sequence[Path] = ()) -> None:
        self.folder, self.image = folder, image
        self.ports = Ports(free_port(), free_port(), free_port(), free_port())
        self.config, self.backups = folder / "config", folder / "backups"
        for shared in (self.config, self.backups):
            shared.mkdir()
            # Seen from within by a user of the image.
            shared.chmod(0o777)
        files = (FOLDER / "compose.yaml", OVERRIDE, *more)
        self._files = [part for file in files for part in ("-f", str(file.resolve()))]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.gateway}"

    @property
    def log(self) -> Path:
        return self.folder / "commands.log"

    def compose(self, *arguments: str, within: float = WITHIN) -> str:
        """What a command of compose prints."""
        return engine.run([*self._command(), *arguments], within, log=self.log)

    def _command(self) -> list[str]:
        settings = self.folder / "stack.env"
        settings.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()), "utf-8")
        project = ["-p", PROJECT, "--env-file", str(settings), "--profile", "mail"]
        return [*engine.compose(), *project, *self._files]

    def _settings(self) -> Mapping[str, object]:
        return {
            "CANDOR_IMAGE": self.image,
            "CANDOR_LISTEN": f"{LOOPBACK}:{self.ports.gateway}",
            "CANDOR_PUBLIC_URL": self.url,
            "CANDOR_KAFKA_PUBLISH": f"{LOOPBACK}:{self.ports.broker}",
            "CANDOR_KAFKA_EXTERNAL": f"{LOOPBACK}:{self.ports.broker}",
            "CANDOR_MAIL_PUBLISH": f"{LOOPBACK}:{self.ports.mail}",
            "JUDGE_DATABASE_PUBLISH": f"{LOOPBACK}:{self.ports.database}",
            "CANDOR_CONFIG_DIR": self.config,
            "CANDOR_CHARTER": "/config/charter.yaml",
            "CANDOR_BACKUP_DIR": self.backups,
        }

    def build(self) -> None:
        self.compose("build", "setup", within=SLOW)

    def rebuild(self, image: str) -> None:
        """Another image of the same contents, as a next release would be."""
        recipe = f"FROM {self.image}\nLABEL org.opencontainers.image.revision=next\n"
        engine.run(["docker", "build", "-q", "-t", image, "-"], given=recipe, log=self.log)

    def up(self) -> None:
        """Start it, and wait until everything is well."""
        self.compose("up", "-d", within=SLOW)
        self.wait_until_well()

    def scale(self, service: str, replicas: int) -> None:
        self.compose("up", "-d", "--no-deps", "--scale", f"{service}={replicas}", service)
        self.wait_until_well()

    def upgrade(self, image: str) -> None:
        """Replace all services by those of another image, as the operator's manual says."""
        self.image = image
        command = f"COMPOSE={' '.join(self._command())}"
        engine.run(["env", command, FOLDER / "upgrade"], SLOW, log=self.log)

    def stop_services(self) -> None:
        self.compose("stop", "gateway", *SERVICES)

    def candor(self, *arguments: str, service: str = "candor") -> str:
        """What the command line says within the stack."""
        return self.compose("run", "--rm", "-T", service, *arguments).strip()

    def down(self) -> None:
        """Remove everything of this installation, with its data."""
        self.compose("--profile", "tools", "down", "-v", "--remove-orphans", "-t", "10")

    def containers(self, service: str = "") -> list[str]:
        """The ids of its containers, oldest first, also of those that have ended."""
        label = f"label=com.docker.compose.service={service}" if service else ""
        wanted = [
            "--filter",
            f"label=com.docker.compose.project={PROJECT}",
            *(["--filter", label] * bool(label)),
        ]
        return engine.run(["docker", "ps", "-aq", "--no-trunc", *wanted]).split()[::-1]

    def wait_until_well(self, services: Sequence[str] = (*STANDING, "mail"), within: float = WITHIN) -> None:
        """Until every container of some services is healthy."""
        wait(lambda: not self.unwell(services), within, lambda: f"not healthy: {self.unwell(services)}")

    def unwell(self, services: Sequence[str]) -> list[str]:
        """Those that are not healthy."""
        shown = '{{.Label "com.docker.compose.service"}}\t{{.Status}}'
        project = ["--filter", f"label=com.docker.compose.project={PROJECT}"]
        lines = engine.run(["docker", "ps", "-a", *project, "--format", shown]).splitlines()
        states: dict[str, list[str]] = {name: [] for name in services}
        for name, _, state in (line.partition("\t") for line in lines):
            if name in states:
                states[name].append(state)
        return [
            f"{name} {found}" for name, found in states.items() if not found or not all(map(_well, found))
        ]

    def images(self) -> set[str]:
        """The ids of the images that the services run."""
        running = [one for name in SERVICES for one in self.containers(name)]
        return set(engine.run(["docker", "inspect", "-f", "{{.Image}}", *running]).split())

    def troubles(self) -> list[str]:
        """What services have said that should never be said."""
        said = self.compose("logs", "--no-color", *SERVICES).splitlines()
        return [line[:600] for line in said if "task_died" in line or "events_lost" in line]

    def key(self) -> str:
        """The first API key."""
        return self.candor("key", "show").splitlines()[-1]

    def password_of_subscriber(self) -> str:
        where = f"/setup/operator/subscribers/{USER}"
        return self.compose("run", "--rm", "-T", "--entrypoint", "cat", "candor", where).strip()

    def database(self) -> str:
        """The URL by which the judge reaches the database."""
        password = self.compose("exec", "-T", "postgres", "cat", "/secrets/password").strip()
        return f"postgresql://candor:{password}@{LOOPBACK}:{self.ports.database}/candor"

    def running(self) -> list[str]:
        """The ids of the containers that run."""
        project = f"label=com.docker.compose.project={PROJECT}"
        return engine.run(["docker", "ps", "-q", "--filter", project]).split()


class Container:
    """One container of a service as a target of blows."""

    def __init__(self, stack: Stack, service: str, place: int = 0) -> None:
        """The first of its service, or another by its place."""
        self._stack, self._service, self._place = stack, service, place
        self._since: float | None = None
        self.away = 0.0
        """Seconds, all in all, from being killed to being well again."""

    @property
    def _id(self) -> str:
        return self._stack.containers(self._service)[self._place]

    @property
    def running(self) -> bool:
        return self._asked("{{.State.Running}}") == "true"

    def start(self) -> None:
        """Start it again, and wait until it is well."""
        self._told("start")
        self.wait_until_ready()
        if self._since is not None:
            self.away += time.monotonic() - self._since
            self._since = None

    def wait_until_ready(self) -> None:
        self._stack.wait_until_well([self._service])

    def kill(self) -> None:
        """SIGKILL to all that runs in it; the engine takes it as the operator's will and leaves it dead."""
        self._since = time.monotonic()
        self._told("kill")
        wait(lambda: not self.running, 30, lambda: f"{self._service} survives being killed")

    def pause(self) -> None:
        self._told("pause")

    def resume(self) -> None:
        self._told("unpause")

    def exit_code(self) -> int:
        return int(self._asked("{{.State.ExitCode}}"))

    def _told(self, command: str) -> None:
        engine.run(["docker", command, self._id], log=self._stack.log)

    def _asked(self, what: str) -> str:
        return engine.run(["docker", "inspect", "-f", what, self._id]).strip()


def _well(state: str) -> bool:
    """What the engine says of a container that is up."""
    return "(healthy)" in state


def wait(happened: Callable[[], object], within: float, wrong: Callable[[], str]) -> None:
    """Until something has happened. Raises EngineFailed with what is wrong when it does not."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            raise EngineFailed(wrong())
        time.sleep(0.5)


def size_of(image: str) -> int:
    """Of an image, in bytes."""
    return int(engine.run(["docker", "image", "inspect", "-f", "{{.Size}}", image]))


def remove_images(images: Sequence[str]) -> None:
    """Those that are there."""
    for image in images:
        if engine.run(["docker", "images", "-q", image]):
            engine.run(["docker", "rmi", image])
