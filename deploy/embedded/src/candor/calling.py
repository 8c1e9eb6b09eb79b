"""What commands have in common: the settings, asking the running installation, and ending with one line."""

from typing import TYPE_CHECKING, Any, NoReturn

import typer
from pydantic import SecretStr, TypeAdapter, ValidationError

from candor.up import local_key
from candor_common.settings import Settings, SettingsError, load_settings
from candor_common.settings_values import DatabaseUrl

if TYPE_CHECKING:
    import httpx

SECONDS = 10
_URL: TypeAdapter[SecretStr] = TypeAdapter(DatabaseUrl)


def settings() -> Settings:
    """The settings, or the end of the command."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(str(error))


class NoAnswer(Exception):
    """No installation runs where it was looked for; the message says what to do."""


def call(method: str, path: str, body: object = None, *, must_answer: bool = True) -> Any:
    """Ask the running installation, with the key of this machine or CANDOR_KEY; nothing where it answers nothing.

    Raises NoAnswer where nothing answers and it need not.
    """
    try:
        answer = ask(method, path, body)
    except NoAnswer as error:
        if not must_answer:
            raise
        fail(str(error))
    if answer.is_error:
        fail(f"{answer.status_code}: {_told(answer)}")
    return answer.json() if answer.content else None


def ask(method: str, path: str, body: object = None) -> "httpx.Response":
    """What the running installation answers, be it an error. Raises NoAnswer."""
    import httpx  # noqa: PLC0415

    known = settings()
    key = known.key.get_secret_value() if known.key else local_key(known)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        return httpx.request(method, known.public_url + path, json=body, headers=headers, timeout=SECONDS)
    except httpx.HTTPError as error:
        wrong = f"{known.public_url} does not answer ({error}); start `candor up`, or set CANDOR_PUBLIC_URL"
        raise NoAnswer(wrong) from error


def _told(answer: "httpx.Response") -> str:
    """What is wrong, part by part where that is known."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.text
    parts = [one.get("detail", "") for one in problem.get("errors") or ()]
    # The sentence in front only points at its parts.
    return " ".join(parts) or str(problem.get("detail", answer.text))


def administrator_url(known: Settings, given: str | None) -> str:
    """The URL of somebody who may act for every service: the one given, or else CANDOR_DATABASE_URL."""
    if given:
        try:
            return _URL.validate_python(given).get_secret_value()
        except ValidationError as error:
            fail(f"CANDOR_ADMIN_DATABASE_URL: {error.errors(include_input=False)[0]['msg']}")
    if known.database_url is None:
        fail("CANDOR_ADMIN_DATABASE_URL: set it to postgresql://… of an administrator")
    return known.database_url.get_secret_value()


def fail(message: str) -> NoReturn:
    """End the command with one line."""
    typer.echo(f"candor: {message}", err=True)
    raise typer.Exit(1)
