"""`candor charter reload`: every service reads its charter anew, or says what is wrong with it."""

from collections.abc import Sequence
from typing import Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from candor.calling import NoAnswer, ask, fail
from candor_common.events import Emitter

SERVICES: Sequence[str] = get_args(Emitter)
console = Console(highlight=False, soft_wrap=True)


def reload() -> None:
    """Let all services read the charter anew. What is wrong with it is told, and the one before goes on counting."""
    try:
        answers = {name: ask("POST", f"/v1/charter/{name}/reload") for name in SERVICES}
    except NoAnswer as error:
        fail(str(error))
    table, wrong = Table("service", "charter", "before"), dict[str, list[str]]()
    for name, answer in answers.items():
        told: dict[str, Any] = answer.json()
        if answer.is_error:
            wrong.setdefault("\n".join(problems(told)), []).append(name)
        else:
            table.add_row(name, told["version"], told["before"])
    if table.rows:
        console.print(table)
    for problem, names in wrong.items():
        typer.echo(f"{', '.join(names)}:\n{problem}", err=True)
    if wrong:
        raise typer.Exit(1)


def problems(told: dict[str, Any]) -> list[str]:
    """What is wrong, a line each; the last says what goes on counting."""
    return [*(one["detail"] for one in told.get("errors") or ()), told.get("detail", "")]
