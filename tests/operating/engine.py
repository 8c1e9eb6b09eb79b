"""Stands in for a container engine and for both composes, as far as `deploy/compose/upgrade` asks them anything.

It runs as a program of its own: `engine.py STATE docker …` or `engine.py STATE docker-compose …`.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Container = dict[str, Any]
"""Its id, its service, whether it runs, its health, and whether `run` has made it."""


def container(id: str, service: str, health: str = "healthy", **given: bool) -> Container:
    return {"id": id, "service": service, "health": health, "runs": True, "once": False, **given}


def install(folder: Path, containers: Sequence[Container], stillborn: str = "") -> Path:
    """Puts the programs into a folder; returns the file with what they know. Of the service `stillborn` none starts."""
    state = folder / "state.json"
    state.write_text(json.dumps({"containers": list(containers), "stillborn": stillborn, "calls": []}))
    for name in ("docker", "docker-compose"):
        _program(folder / name, f'exec {sys.executable} -IS {Path(__file__).absolute()} {state} {name} "$@"')
    _program(folder / "sleep", "exit 0")
    return state


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _main(path: Path, program: str, *words: str) -> int:
    state = json.loads(path.read_text())
    classic, asked = program == "docker-compose", list(words)
    if not classic and asked[0] == "inspect":
        return _inspect(state, asked[2], asked[3])
    asked = asked if classic else asked[1:]
    if asked[0] == "--profile":
        asked = asked[2:]
    if (file := os.environ.get("COMPOSE_FILE")) and not Path(file).exists():
        return 14
    state["calls"].append(" ".join(asked))
    status = _ps(state, asked, classic=classic) if asked[0] == "ps" else _up(state, asked)
    path.write_text(json.dumps(state))
    return status


def _inspect(state: dict[str, Any], wanted: str, id: str) -> int:
    [found] = [one for one in state["containers"] if one["id"] == id]
    sys.stdout.write(f"{found['once'] if 'oneoff' in wanted else found['health']}\n")
    return 0


def _ps(state: dict[str, Any], words: Sequence[str], *, classic: bool) -> int:
    """Without `-a` the older one also lists what has ended; with it both list what `run` has made."""
    everything = "-a" in words
    found = [one for one in state["containers"] if one["service"] == words[-1]]
    shown = [one for one in found if everything or (not one["once"] and (classic or one["runs"]))]
    sys.stdout.write("".join(f"{one['id']}\n" for one in shown))
    return 0


def _up(state: dict[str, Any], words: Sequence[str]) -> int:
    if words[0] != "up":
        return 0
    service = words[-1]
    count = int(words[words.index("--scale") + 1].partition("=")[2]) if "--scale" in words else 1
    kept = [one for one in state["containers"] if one["service"] != service or one["once"]]
    made = [] if service == state["stillborn"] else range(count)
    state["containers"] = [*kept, *(container(f"new-{service}-{number}", service) for number in made)]
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), *sys.argv[2:]))
