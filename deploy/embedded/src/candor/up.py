"""`candor up`: everything in one process, nothing to install."""

import shlex
import sys
from pathlib import Path

from fastapi import FastAPI
from rich.console import Console

from candor.services import SERVICES
from candor_common.console import sign_in_link
from candor_common.embedded import embedded
from candor_common.keys import KeyRing, keys_path, read_private, write_private
from candor_common.links import Signer, signing_key
from candor_common.runtime import create_app
from candor_common.server import prepared_settings, serve
from candor_common.settings import Settings

EXAMPLE = '{"subject": "Shop is down", "text": "502 since 14:02", "from": {"address": "ann@shop.example"}, "urgent": true}'
ANOTHER = "`candor key add NAME -s read -s work`"


def local_key(settings: Settings) -> str | None:
    """The key that this machine's operator may use: made at the first start and kept beside the data (mode 0600).
    None where it was revoked: no start makes another."""
    path, keys = settings.data_dir / "local.key", keys_path(settings)
    ring, key = KeyRing(keys), read_private(path)
    if key is None or not keys.exists():
        key = ring.add("local", ("post", "read", "work", "operate"))
        write_private(path, key)
    return key if ring.find(key) else None


def board_link(settings: Settings, key: str) -> str:
    """The address that opens the board, signed in as the owner of the key, for 12 hours."""
    found = KeyRing(keys_path(settings)).find(key)
    signer = Signer(signing_key(settings))
    return sign_in_link(signer, settings.public_url, found.id) if found else f"{settings.public_url}/board"


def curl(url: str, key: str) -> str:
    """A line that posts a request when it is pasted into a shell."""
    return (
        f"curl -sS {url}/v1/requests -H {shlex.quote(f'Authorization: Bearer {key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(EXAMPLE)}"
    )


def application(settings: Settings) -> FastAPI:
    """The web application of all five services over one SQLite file."""
    return create_app(SERVICES, settings, embedded)


def up() -> None:
    """Start, say how to use it, and serve until a signal."""
    settings = prepared_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = local_key(settings)
    if key is None and not KeyRing(keys_path(settings)).any():
        # Nobody would be asked for one.
        sys.exit(f"candor: all keys are revoked; make one that is yours first: {ANOTHER}")
    serve(application(settings), settings, lambda: _greet(settings, key))


def _greet(settings: Settings, key: str | None) -> None:
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    console.print(f"\n[bold]Candor runs[/] at {settings.public_url}")
    console.print(f"  board      {board_link(settings, key or '')}")
    console.print(f"  API        {settings.public_url}/docs")
    if settings.smtp_url is None:
        console.print(
            f"  mailbox    {settings.public_url}/mailbox   (no SMTP server is set: mail stays here)"
        )
    console.print(f"  key        {key or f'the first one is revoked; another: {ANOTHER}'}", markup=False)
    console.print(f"  data       {_shown(settings.data_dir)}\n")
    console.print("Post a request from another shell:\n")
    console.print(f"  {curl(settings.public_url, key or '…')}\n", markup=False)


def _shown(path: Path) -> str:
    return str(path.resolve())
