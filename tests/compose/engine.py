"""The container engine, by its command line."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

BRIEF = 60.0
_OURS = ("CANDOR_", "COMPOSE_")


class EngineFailed(Exception):
    """A command of the engine did not succeed, or took too long."""


def missing() -> str:
    """Why nothing can be run here; nothing when an engine and compose answer."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    try:
        run(["docker", "version", "--format", "{{.Server.Version}}"])
    except EngineFailed as error:
        return f"no container engine answers ({str(error).splitlines()[-1]})"
    return "" if compose() else "there is neither `docker compose` nor docker-compose"


def compose() -> list[str]:
    """The command of compose; nothing where there is none."""
    try:
        run(["docker", "compose", "version"])
    except EngineFailed:
        return ["docker-compose"] if shutil.which("docker-compose") else []
    return ["docker", "compose"]


def run(
    command: Sequence[str | Path], within: float = BRIEF, *, given: str = "", log: Path | None = None
) -> str:
    """What a command prints on its standard output. The rest goes to the log, where there is one.

    It sees no setting of an installation that somebody has in the environment. Raises EngineFailed.
    """
    words = [str(part) for part in command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    try:
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, timeout=within, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineFailed(str(error)) from error
    if log is not None:
        with log.open("a", encoding="utf-8") as kept:
            kept.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        raise EngineFailed(f"{' '.join(words[-6:])} ended with {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout
