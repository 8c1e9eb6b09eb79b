"""Processes of Candor are killed, held still, or started where one runs already."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Sequence

import asyncpg

from candor_common.provision import SERVICES, role_of
from tests.faults.chaos import SESSION, Blow, plan, repeated
from tests.faults.matrix import Fault, distributed, embedded
from tests.faults.scenes import Distributed, Embedded, Scene, Setting
from tests.faults.trials import Strike

EVERY = 2.0
"""Seconds between two kills, about."""
REFUSE_MARKS = """
    CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no marks'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON {schema}.outbox FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();
"""
ALLOW_MARKS = "DROP TRIGGER refuse ON {schema}.outbox; DROP FUNCTION {schema}.refuse"


def killed(name: str) -> Strike[Scene]:
    """A process is killed again and again, at random moments."""

    async def strike(scene: Scene, chance: random.Random, seconds: float) -> None:
        blows = repeated(chance.getrandbits(32), name, max(3, round(seconds / EVERY)))
        await scene.chaos.one_by_one(blows, seconds)

    return strike


async def everything(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Every service, the broker and the database are killed once, and one of two replicas is held still."""
    blows = plan(chance.getrandbits(32), seconds, [*SERVICES, "broker", "database"], ["triage-2"])
    await scene.chaos.at_once(blows)


async def killed_before_marking(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """The relay of triage has published, can't note it, and is killed."""
    schema = role_of("triage")
    connection = await asyncpg.connect(scene.database)
    try:
        await asyncio.sleep(chance.uniform(1, 3))
        await connection.execute(REFUSE_MARKS.format(schema=schema))
        await asyncio.sleep(seconds / 3)
        await scene.chaos.at_once([Blow(0, "triage", "kill", chance.uniform(0, 1))])
        await connection.execute(ALLOW_MARKS.format(schema=schema))
    finally:
        await connection.close()


def held_still(names: Sequence[str], beyond: float) -> Strike[Scene]:
    """Processes stand still for longer than their session, and go on as if nothing had been."""

    async def strike(scene: Scene, chance: random.Random, seconds: float) -> None:
        blows = [Blow(chance.uniform(1, 3), name, "pause", beyond + chance.uniform(1, 3)) for name in names]
        await scene.chaos.at_once(blows)

    return strike


async def started_twice(scene: Embedded, chance: random.Random, seconds: float) -> None:
    """A second instance is started on the same data, and must refuse."""
    environment = scene.process.environment
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.5, 2))
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "candor", "up"),
            env={**environment, "CANDOR_PORT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told, _ = await asyncio.wait_for(second.communicate(), 30)
        if second.returncode == 0 or b"in use by another Candor process" not in told:
            scene.wrong.append(f"a second instance ended with {second.returncode}: {told.decode()[-300:]}")


EVERYTHING = (
    Fault(0, "everything is killed, embedded", embedded(killed("candor"))),
    Fault(0, "everything is killed, distributed", distributed(everything, Setting(replicas=["triage"]))),
)
FAULTS = (
    *EVERYTHING,
    Fault(1, "intake is killed at random moments", distributed(killed("intake"))),
    Fault(2, "triage is killed at random moments", distributed(killed("triage"))),
    Fault(3, "a relay is killed between publishing and noting it", distributed(killed_before_marking)),
    Fault(4, "a consumer is killed between effect and commit", distributed(killed("sla-timer"))),
    Fault(
        5,
        "the notifier is killed while a mail is taken",
        distributed(killed("notifier"), Setting(answers_after=0.4)),
    ),
    Fault(
        12,
        "two zombies own a partition",
        distributed(held_still(["triage", "triage-2"], 3 * SESSION), Setting(replicas=["triage"])),
    ),
    Fault(
        13, "triage stands still for longer than its session", distributed(held_still(["triage"], SESSION))
    ),
    Fault(27, "the embedded process is killed again and again", embedded(killed("candor"))),
    Fault(28, "a second process is started on the same data", embedded(started_twice)),
)
