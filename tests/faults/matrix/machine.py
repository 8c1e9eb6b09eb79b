"""The machine itself fails: its disk is full, its disk fails to write, its clock steps."""

import asyncio
import contextlib
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.faults import scenes
from tests.faults.matrix import Fault, Play, embedded
from tests.faults.scenes import Distributed, Embedded, Scene, Setting
from tests.faults.trials import Outcome, Strike, trial

SMALL, SMALL_FOR_A_SERVER = 64, 700
"""Megabytes of a disk that is soon full."""
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
STEP = 600
"""Seconds that a clock jumps ahead, and back again."""


async def small_disk_of_sqlite(seed: int, seconds: float, folder: Path) -> Outcome:
    """Everything is kept on a small disk, which somebody fills and clears again. The judge has his own."""
    with _small_disk(folder / "disk", SMALL) as disk:
        async with scenes.embedded(folder, disk=disk) as scene:
            return await trial(scene, _filled(disk), seed, seconds)


async def small_disk_of_postgres(seed: int, seconds: float, folder: Path) -> Outcome:
    """The same for the data of PostgreSQL."""
    with _small_disk(folder / "disk", SMALL_FOR_A_SERVER) as disk:
        async with scenes.distributed(folder, Setting(disk=disk)) as scene:
            return await trial(scene, _filled(disk), seed, seconds)


def _filled(disk: Path) -> Strike[Scene]:
    async def strike(_scene: Scene, chance: random.Random, seconds: float) -> None:
        ballast = disk / "ballast"
        for _ in range(2):
            await asyncio.sleep(chance.uniform(1, seconds / 6))
            await asyncio.to_thread(_fill, ballast)
            await asyncio.sleep(seconds / 4)
            ballast.unlink()

    return strike


def _fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))


@contextmanager
def _small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


async def failing_sync(scene: Embedded, chance: random.Random, seconds: float) -> None:
    """From some moment on the disk can't make anything durable; then the process is killed and started on a sound disk."""
    await asyncio.sleep(chance.uniform(1, 3))
    fails = "inject=fsync,fdatasync:error=EIO"
    strace = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-qq", "-o", os.devnull, "-e", fails, "-p", str(scene.process.pid)),
        stderr=subprocess.DEVNULL,
    )
    await asyncio.sleep(seconds / 3)
    with scene.chaos.holding("candor"):
        await asyncio.to_thread(scene.process.kill)
        await strace.wait()
        await asyncio.to_thread(scene.process.start)


def clock_steps(service: str) -> Play:
    """The clock of one service jumps ahead, and back after a while; its sleeps stay right."""

    async def play(seed: int, seconds: float, folder: Path) -> Outcome:
        clock = folder / "clock"
        clock.write_text("+0")
        environment = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

        async def strike(_scene: Distributed, chance: random.Random, seconds: float) -> None:
            await asyncio.sleep(chance.uniform(2, 4))
            clock.write_text(f"+{STEP}")
            await asyncio.sleep(seconds / 3)
            clock.write_text("+0")

        async with scenes.distributed(folder, Setting(environments={service: environment})) as scene:
            # What is found by a clock that is wrong may be found early; it must still be told once.
            scene.excused.add("promises_are_missed_once_and_never_early")
            return await trial(scene, strike, seed, seconds)

    return play


def _no_root() -> str | None:
    return None if os.geteuid() == 0 else "to be root"


def _no_strace() -> str | None:
    return _no_root() or (None if which("strace") else "strace")


def _no_faketime() -> str | None:
    return None if FAKETIME else "Debian's faketime"


FAULTS = (
    Fault(25, "the disk under SQLite is full", small_disk_of_sqlite, _no_root),
    Fault(25, "the disk under PostgreSQL is full", small_disk_of_postgres, _no_root),
    Fault(26, "the disk under SQLite fails to sync", embedded(failing_sync), _no_strace),
    Fault(29, "the clock of the sla-timer steps", clock_steps("sla-timer"), _no_faketime),
)
