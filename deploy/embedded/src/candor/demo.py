"""`candor demo`: a small day, played by real calls on a real Candor whose data is thrown away."""

import signal
import sys
from contextlib import ExitStack

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from candor import demo_summary
from candor import demo_words as words
from candor.demo_charter import HOUR
from candor.demo_evening import at_usual_pace
from candor.demo_process import DemoFailed, Running, candor_up
from candor.demo_scenes import SCENES
from candor.demo_stage import Stage


def demo(*, wait: bool) -> None:
    """Play the day, tell what came of it, and with `wait` serve until Ctrl-C.

    Exits with 1 when something expected did not happen, and with 130 when it is stopped while it plays.
    """
    # However it is ended, Candor is stopped and its data removed.
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)
    console, played = Console(file=sys.stdout, highlight=False), False
    console.print(f"\n[bold]A small day with Candor[/], on which an hour takes {HOUR} seconds\n")
    try:
        with ExitStack() as closing:
            with console.status("Candor starts, on data that is thrown away"):
                candor = closing.enter_context(candor_up())
            stage = closing.enter_context(Stage(candor.url, candor.key, candor.failed))
            for customer in words.CUSTOMERS:
                stage.call("POST", "/v1/customers", json=customer)
            _play(console, stage)
            at_usual_pace(candor, stage)
            _tell(console, stage)
            played = True
            if wait:
                _say_where(console, candor)
                candor.wait()
    except DemoFailed as error:
        typer.echo(f"candor: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(0 if played else 130) from None


def _play(console: Console, stage: Stage) -> None:
    """Play all scenes. The bar says what is going on; what is done stands above it."""
    columns = SpinnerColumn(), BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=len(SCENES))
        for scene in SCENES:
            before = ""
            for line in scene(stage):
                _done(progress, before)
                progress.update(bar, description=escape(line))
                before = line
            _done(progress, before)
            progress.advance(bar)


def _done(progress: Progress, line: str) -> None:
    if line:
        elapsed = progress.tasks[0].elapsed or 0
        progress.console.print(f"[green]done[/] {elapsed:5.1f} s  {escape(line)}")


def _tell(console: Console, stage: Stage) -> None:
    console.print()
    console.print(demo_summary.promises(stage))
    console.print()
    console.print(demo_summary.mails(stage))
    console.print(f"\n{len(SCENES)} scenes, all as expected. Promises: {demo_summary.counted(stage)}.")


def _say_where(console: Console, candor: Running) -> None:
    console.print("Who still waits was told by when there is more. From here on an hour takes an hour.\n")
    console.print(f"  board      {candor.board}", soft_wrap=True)
    console.print(f"  mailbox    {candor.url}/mailbox", soft_wrap=True)
    console.print(f"  API        {candor.url}/docs", soft_wrap=True)
    console.print(f"  key        {candor.key}\n", soft_wrap=True, markup=False)
    console.print("For curl and `candor` in another shell:\n")
    console.print(f"  {candor.exports}\n", soft_wrap=True, markup=False)
    console.print("Ctrl-C ends it and removes its data.")
