"""`python -m tests.compose`: builds the stack, breaks it, restores it, and says in a table what came of it."""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from tests.compose import engine
from tests.compose.journey import Journey, JourneyEnded
from tests.compose.report import Report
from tests.compose.stack import PROJECT, Stack, remove_images

IMAGES = (f"{PROJECT}:first", f"{PROJECT}:next")


def main() -> int:
    """The exit status."""
    if why := engine.missing():
        print(f"compose-test: not run: {why}")
        return int(os.environ.get("CANDOR_NO_SKIPS") == "1")
    options = _options()
    print(f"seed {options.seed}", flush=True)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="candor-compose-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), IMAGES[0], options.file)
        _remove_when_ended(stack)
        try:
            asyncio.run(Journey(stack, report, options.seed, options.seconds).whole())
        except JourneyEnded as ended:
            print(f"it ends here: {ended}", flush=True)
        except Exception:  # noqa: BLE001  # the table says it, too
            traceback.print_exc()
        finally:
            _leave_nothing(stack, report, keep_log=report.wrong)
    print(report)
    return int(report.wrong)


def _remove_when_ended(stack: Stack) -> None:
    """What was started is removed also when somebody ends us, without waiting for what is under way."""

    def ended(number: int, _frame: object) -> None:
        stack.down()
        remove_images(IMAGES)
        shutil.rmtree(stack.folder, ignore_errors=True)
        os._exit(128 + number)

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)


def _leave_nothing(stack: Stack, report: Report, *, keep_log: bool) -> None:
    if keep_log:
        with report.checking("what the containers said, for whoever looks for the cause") as row:
            kept = Path(tempfile.mkdtemp(prefix="candor-compose-log-")) / "compose.log"
            kept.write_text(stack.log.read_text("utf-8") + stack.compose("logs", "--no-color"), "utf-8")
            row.figures = str(kept)
    with report.checking("everything is stopped and removed"):
        stack.down()
        remove_images(IMAGES)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="how long the load runs in each trial, at least"
    )
    parser.add_argument(
        "--file", type=Path, action="append", default=[], help="one more compose file, for this machine"
    )
    seed = random.SystemRandom().randrange(1_000_000)
    parser.add_argument("--seed", type=int, default=seed, help="decides what is posted, and who is hit when")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
