"""What commands have in common: the settings, asking the running installation, and ending with one line."""

from typing import TYPE_CHECKING, Any, NoReturn

import typer

from candor.up import local_key
from candor_common.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    import httpx

SECONDS = 10


def settings() -> Settings:
    """The settings, or the end of the command."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(str(error))


def call(method: str, path: str, body: object = None) -> Any:
    """Ask the running installation, with the key of this machine or CANDOR_KEY; nothing where it answers nothing."""
    import httpx  # noqa: PLC0415

    known = settings()
    key = known.key.get_secret_value() if known.key else local_key(known)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        answer = httpx.request(method, known.public_url + path, json=body, headers=headers, timeout=SECONDS)
    except httpx.HTTPError as error:
        fail(f"{known.public_url} does not answer ({error}); start `candor up`, or set CANDOR_PUBLIC_URL")
    if answer.is_error:
        fail(f"{answer.status_code}: {_told(answer)}")
    return answer.json() if answer.content else None


def _told(answer: "httpx.Response") -> str:
    """What is wrong, part by part where that is known."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.text
    parts = [one.get("detail", "") for one in problem.get("errors") or ()]
    return " ".join([problem.get("detail", answer.text), *parts])


def fail(message: str) -> NoReturn:
    """End the command with one line."""
    typer.echo(f"candor: {message}", err=True)
    raise typer.Exit(1)
