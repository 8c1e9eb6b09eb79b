"""`candor topics`: what topics there are, and making them agree with the databases."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from candor.calling import administrator_url, fail, settings
from candor_common.topics import TOPICS, topic_name

if TYPE_CHECKING:
    from candor.rebuild.topics import Rebuilt

app = typer.Typer(help="The topics on Kafka.", invoke_without_command=True)
console = Console(highlight=False, soft_wrap=True)


@app.callback()
def topics(context: typer.Context) -> None:
    """List the topics, what is on them and how long it is kept."""
    if context.invoked_subcommand is not None:
        return
    table = Table("topic", "what", "kept")
    for name, plan in TOPICS.items():
        kept = f"{plan.retention.days} days" if plan.retention else "the newest of each key"
        table.add_row(topic_name(name), plan.description, kept)
    console.print(table)


@app.command()
def rebuild(
    administrator: Annotated[
        str | None,
        typer.Option(
            envvar="CANDOR_ADMIN_DATABASE_URL",
            help="postgresql://… of an administrator; CANDOR_DATABASE_URL if none",
        ),
    ] = None,
) -> None:
    """Make the topics agree with the databases, after one was lost or restored without the other. Stop Candor first."""
    from candor.rebuild import topics as work  # noqa: PLC0415

    known = settings()
    if not known.distributed:
        fail("without CANDOR_KAFKA_BOOTSTRAP there are no topics; the embedded log is part of the database")
    try:
        told(asyncio.run(work.rebuild(administrator_url(known, administrator), known)))
    except Exception as error:  # noqa: BLE001 - whatever broker or database say, the operator gets one line
        fail(f"{type(error).__name__}: {error}; mend it and run this again")


def told(rebuilt: "Rebuilt") -> None:
    """Say what was done."""
    console.print(f"  {rebuilt.again} events are published again; who has processed them leaves them out")
    console.print(f"  {rebuilt.states} incidents tell how they stand, so that newcomers have today's board")
    if rebuilt.rescued:
        console.print(f"  {rebuilt.rescued} posts of customers after the backup are taken from the topics")
    if rebuilt.parked:
        console.print(f"  {rebuilt.parked} other events after the backup are parked: `candor parked list`")
    console.print(f"  the next reference is INC-{rebuilt.next_reference:06d}")
