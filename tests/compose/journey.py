"""The way of an installation: built, used, broken, grown, replaced, lost and restored."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from candor_common.events import IncidentStatus
from tests.compose import memory, subscribing
from tests.compose.engine import EngineFailed
from tests.compose.outside import LATE, OutsideStage
from tests.compose.report import Report
from tests.compose.scene import Composed, composed, everything_is_killed, scaled, upgraded, watched
from tests.compose.stack import Stack, size_of, wait
from tests.faults.trials import Outcome, Strike, trial
from tests.operating.candor import board, post
from tests.worlds import charters
from tests.worlds.stories import SHARED

SECONDS_PER_MINUTE = 0.2
ARCHIVE = "/backup/board.tar.gz"
TRIES = 5
BUSY = 40.0
"""Calls a second that two cores bear beside those who make and judge them."""
AT_REST = 60.0
"""Seconds until what is over is verified: whoever did it may have been killed, and its lease lasts for half a minute."""
RECOVERY = 180.0
"""Seconds until the oracle must be content: containers on a busy machine take their time to start."""


class JourneyEnded(Exception):
    """What was found wrong spoils all that would follow."""


class Journey:
    """What is done with one stack, in order; each part needs the one before."""

    def __init__(self, stack: Stack, report: Report, seed: int, seconds: float) -> None:
        self._stack, self._report, self._seed, self._seconds = stack, report, seed, seconds
        self._key = ""

    async def whole(self) -> None:
        charters.write(
            charters.impatient(first_response=4, resolution=6, update_every=4),
            self._stack.config / "charter.yaml",
        )
        await asyncio.to_thread(self._built_and_started)
        async with composed(self._stack, whole_mails=False) as scene:
            await self._busy(scene)
            await self._trial("each container is killed under load", scene, everything_is_killed)
            await self._trial("triage grows to three replicas and shrinks again", scene, scaled)
            await self._trial("an upgrade to a rebuilt image while posts go on", scene, upgraded)
            await asyncio.to_thread(self._subscribed, scene)
            shown = await asyncio.to_thread(self._backed_up, scene)
        await asyncio.to_thread(self._restored, shown)
        async with composed(self._stack, whole_mails=True) as scene:
            await self._told(scene)

    def _built_and_started(self) -> None:
        stack = self._stack
        with self._report.checking("the image is built") as row:
            stack.down()
            stack.build()
            stack.rebuild(stack.image.replace(":first", ":next"))
            row.figures = f"{size_of(stack.image) / 1e6:.0f} MB"
        with self._report.checking("from nothing to healthy") as row:
            stack.up()
        self._key = stack.key()
        with self._report.checking("memory at rest") as row:
            row.figures = memory.told_of(memory.held(stack))

    async def _busy(self, scene: Composed) -> None:
        """Nobody comes near the limit of its memory."""
        usual, scene.rate = scene.rate, BUSY
        await self._trial(f"{BUSY:g} calls a second", scene, watched)
        scene.rate = usual
        with self._report.checking("memory at most meanwhile") as row:
            row.figures = memory.told_of(scene.most)
            row.wrong += memory.complaints(self._stack, scene.most)

    async def _trial(self, what: str, scene: Composed, strike: Strike[Composed]) -> None:
        self._seed += 1
        with self._report.checking(what) as row:
            scene.wrong.clear()
            scene.chaos.struck.clear()
            outcome = await trial(scene, strike, self._seed, self._seconds, RECOVERY)
            row.wrong += [*outcome.wrong, *await asyncio.to_thread(self._stack.troubles)]
            row.figures = told_of(outcome)
        if row.wrong:
            raise JourneyEnded("what comes next is judged by the same ledger")

    def _subscribed(self, scene: Composed) -> None:
        with self._report.checking("a subscriber reads everything and writes nothing") as row:
            versions = {one["id"]: one["version"] for one in self._board()}
            password = self._stack.password_of_subscriber()
            count, wrong = subscribing.complaints(self._stack, password, scene.reader, versions)
            row.wrong += wrong
            row.figures = f"{count} events"

    def _backed_up(self, scene: Composed) -> list[dict[str, Any]]:
        """The board as the backup has it: nothing changed while it was taken."""
        with self._report.checking("a backup while it runs") as row:
            wait(self._at_rest, AT_REST, lambda: "incidents stay resolved and are not verified")
            for _ in range(TRIES):
                shown = self._board()
                row.figures = self._stack.candor("backup", ARCHIVE, service="operate").splitlines()[0]
                if shown == self._board():
                    return shown
            raise EngineFailed("the board does not come to rest")

    def _at_rest(self) -> bool:
        """Whether nothing waits to be verified, which the charter says is due after a second."""
        return all(one["status"] != IncidentStatus.RESOLVED for one in self._board())

    def _restored(self, shown: Sequence[dict[str, Any]]) -> None:
        stack = self._stack
        with self._report.checking("all volumes are removed, and it starts anew"):
            stack.down()
            stack.up()
        with self._report.checking("it is restored, with the same board") as row:
            stack.stop_services()
            row.figures = stack.candor("restore", ARCHIVE, service="operate").splitlines()[-1]
            stack.up()
            row.wrong += differences(shown, self._board())
        with self._report.checking("a new post gets a fresh reference") as row:
            row.figures = self._posted({one["id"] for one in shown})
        with self._report.checking("the doctor finds nothing") as row:
            said = stack.candor("doctor", service="operate")
            row.wrong += [line for line in said.splitlines() if line.startswith("problem")]

    def _posted(self, known: set[str]) -> str:
        with self._client() as client:
            reference = post(client, "Is all well again?")
        if max(known) >= reference:
            raise EngineFailed(f"{reference} was given out before")
        wait(
            lambda: reference in {one["id"] for one in self._board()}, 60, lambda: f"{reference} is not shown"
        )
        return reference

    async def _told(self, scene: Composed) -> None:
        """The charter is changed, and the stories are told."""
        with self._report.checking("the stories of the backbone come true") as row:
            charters.write(charters.hurried(SECONDS_PER_MINUTE), self._stack.config / "charter.yaml")
            await asyncio.to_thread(self._stack.candor, "charter", "reload")
            stage = OutsideStage(scene.client, scene.reader, scene.catcher, SECONDS_PER_MINUTE)
            row.wrong += await stage.tell_all(SHARED)
            row.wrong += await asyncio.to_thread(self._stack.troubles)
            row.figures = f"{len(SHARED)} stories, at most {LATE:g} s late"

    def _board(self) -> list[dict[str, Any]]:
        with self._client() as client:
            return board(client)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._key}"}
        return httpx.Client(base_url=self._stack.url, headers=headers, timeout=40, trust_env=False)


def told_of(outcome: Outcome) -> str:
    """What the table says of a trial."""
    accepted, doubt = outcome.counts["accepted"], outcome.counts["in doubt"]
    lost = sum(one.startswith("accepted_is_kept") for one in outcome.wrong)
    return (
        f"seed {outcome.seed}, {len(outcome.blows)} kills, {accepted} accepted, {lost} lost, {doubt} in doubt, "
        f"{outcome.copies[0]} events and {outcome.copies[1]} mails twice, well again after {outcome.recovered:.0f} s"
    )


def differences(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> list[str]:
    """The incidents that are not the same, and the order when that is all that differs."""
    old, new = ({one["id"]: one for one in each} for each in (before, after))
    differing = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
    if not differing and list(before) != list(after):
        return ["the board has another order"]
    return [f"{name}: {_changes(old.get(name, {}), new.get(name, {}))}" for name in differing]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> str:
    """The fields that differ, each as it was and as it is."""
    fields = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} was {old.get(name)!r}, is {new.get(name)!r}" for name in fields)[:600]
