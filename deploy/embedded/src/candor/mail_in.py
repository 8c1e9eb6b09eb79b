"""`candor mail-in`: a mail server pipes a mail to it, and learns by the exit status whether to keep the mail."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from candor.up import local_key
from candor_common.settings import SettingsError, load_settings

# Of sysexits.h. With any other status than the first and the last a mail server returns the mail to its sender.
TAKEN, UNREADABLE, LATER = 0, 65, 75
SECONDS = 60
_NEVER_TAKEN = {400, 413, 422}
"""What a mail itself is to blame for. All else, a wrong key among it, can be mended while the mail waits."""


def mail_in(
    recipient: Annotated[
        list[str] | None, typer.Option("--recipient", "-r", help="RCPT TO, as often as there are several.")
    ] = None,
    sender: Annotated[
        str | None, typer.Option("--sender", "-f", help="MAIL FROM, empty for a bounce.")
    ] = None,
) -> None:
    """Take a mail from standard input. Ends with 75 when the mail server has to keep it and come again."""
    try:
        status, why = _post(sys.stdin.buffer.read(), recipient or (), sender)
    except (SettingsError, OSError) as error:
        status, why = LATER, str(error)
    if why:
        typer.echo(f"candor: {why}", err=True)
    raise typer.Exit(status)


def _post(raw: bytes, recipients: Sequence[str], sender: str | None) -> tuple[int, str]:
    """The exit status, and what is to be said."""
    import httpx  # noqa: PLC0415

    settings = load_settings()
    key = settings.key.get_secret_value() if settings.key else local_key(settings)
    params: list[tuple[str, str | int | float | bool | None]] = [("rcpt", one) for one in recipients]
    params += [("mail_from", sender)] if sender is not None else []
    headers = {"Content-Type": "message/rfc822", **({"Authorization": f"Bearer {key}"} if key else {})}
    address = f"{settings.public_url}/v1/hooks/email/raw"
    try:
        answer = httpx.post(address, content=raw, params=params, headers=headers, timeout=SECONDS)
    except httpx.HTTPError as error:
        return LATER, f"{settings.public_url} does not answer ({error})"
    if answer.is_success:
        return TAKEN, ""
    return (
        UNREADABLE if answer.status_code in _NEVER_TAKEN else LATER
    ), f"{answer.status_code}: {answer.text[:500]}"
