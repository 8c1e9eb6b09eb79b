"""`candor parked`: events that were set aside."""

from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from candor.calling import call, fail
from candor_common.events import Emitter

app = typer.Typer(help="Events that could not be processed.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
SERVICES = get_args(Emitter)
Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
Number = Annotated[int | None, typer.Argument(help="The id that `candor parked list` shows.")]
Every = Annotated[bool, typer.Option("--all", help="All that wait.")]


@app.command("list")
def listed(service: Annotated[str | None, typer.Argument(help="One service; all if none.")] = None) -> None:
    """List events that were set aside, with the reason."""
    table = Table("service", "id", "type", "incident", "parked at", "reason")
    for name in [_known(service)] if service else SERVICES:
        for one in call("GET", f"/v1/parked/{name}"):
            table.add_row(
                name, str(one["id"]), one["type"], one["subject"], one["parked_at"], one["reason"][:200]
            )
    console.print(table)


@app.command()
def show(service: Service, number: int) -> None:
    """Show one event whole."""
    found = [one for one in call("GET", f"/v1/parked/{_known(service)}?limit=1000") if one["id"] == number]
    if not found:
        fail(f"{service} has no parked event {number}; `candor parked list {service}` shows what there is")
    console.print_json(data=found[0])


@app.command()
def replay(service: Service, number: Number = None, every: Every = False) -> None:
    """Process one event again, or all. Ends with 1 when one of them fails again."""
    address = _address(service, number, every)
    if number is not None:
        done = call("POST", f"{address}/replay")
        console.print(f"replayed {service} {number} at {done['replayed_at']}")
        return
    failed = _replay_all(address)
    for one in failed:
        console.print(f"{service} {one['id']} stays parked: {one['reason']}", markup=False)
    if failed:
        raise typer.Exit(1)


def _replay_all(address: str) -> list[dict[str, Any]]:
    failed: list[dict[str, Any]] = []
    replayed, after = 0, 0
    while after is not None:
        done = call("POST", f"{address}/replay?after={after}")
        replayed, after = replayed + done["replayed"], done["next"]
        failed += done["failed"]
    console.print(f"replayed {replayed}")
    return failed


@app.command()
def discard(
    service: Service,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the event.")],
    number: Number = None,
    every: Every = False,
) -> None:
    """Give an event up, or all that wait, for a reason. They are kept, and listed no more."""
    done = call("POST", f"{_address(service, number, every)}/discard", {"reason": reason})
    console.print(f"discarded {done['discarded']}")


def _address(service: str, number: int | None, every: bool) -> str:
    if (number is None) is not every:
        fail("name one event, or say --all")
    return f"/v1/parked/{_known(service)}" + ("" if number is None else f"/{number}")


def _known(service: str) -> str:
    if service not in SERVICES:
        fail(f"there is no service {service!r}; use one of {', '.join(SERVICES)}")
    return service
