"""How much memory the containers of a stack hold, in MiB, and may hold."""

import json
from collections.abc import Mapping

from tests.compose import engine
from tests.compose.stack import PROJECT, Stack

MIB = 1 << 20
NEAR = 0.9
"""Of its limit: a container that holds more would not bear a little more load."""

Shares = Mapping[str, float]


def held(stack: Stack) -> Shares:
    """What each container holds now."""
    found = engine.run(["docker", "stats", "--no-stream", "--format", "{{json .}}", *stack.running()])
    told = [json.loads(line) for line in found.splitlines()]
    return {_short(one["Name"]): _mebibytes(one["MemUsage"].split()[0]) for one in told}


def complaints(stack: Stack, most: Shares) -> list[str]:
    """Who has come near the limit, and who was ended or ended by itself."""
    shown = "{{.Name}} {{.HostConfig.Memory}} {{.RestartCount}} {{.State.OOMKilled}}"
    found = []
    for line in engine.run(["docker", "inspect", "-f", shown, *stack.running()]).splitlines():
        path, limit, restarts, killed = line.split()
        name = _short(path)
        if most.get(name, 0) > NEAR * int(limit) / MIB:
            found.append(f"memory: {name} holds {most[name]:.0f} of {int(limit) / MIB:.0f} MiB")
        if (restarts, killed) != ("0", "false"):
            found.append(f"ended by itself: {name}, out of memory: {killed}")
    return found


def told_of(shares: Shares) -> str:
    """For the table."""
    parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(shares.items()))
    return f"{sum(shares.values()):.0f} MiB: {parts}"


def _short(name: str) -> str:
    """Without the project, behind which compose v2 sets a hyphen and 1.29 a low line."""
    return name.removeprefix("/").removeprefix(PROJECT)[1:]


def _mebibytes(text: str) -> float:
    """Of what the engine shows, as 84.2MiB or 1.1GiB."""
    units = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0, "B": 1 / MIB}
    unit = next(one for one in units if text.endswith(one))
    return float(text.removesuffix(unit)) * units[unit]
