"""What can be seen on this machine: settings, charter, files, disk, port."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from candor.doctor.finding import Finding, ok, problem, warning
from candor_common.charter import CharterError, load_charter
from candor_common.keys import KeyRing, keys_path
from candor_common.links import signing_key
from candor_common.security import is_loopback
from candor_common.settings import Settings, SettingsError

LITTLE, NONE_LEFT = 0.10, 0.02
"""Shares of a disk that are free: below the first it is told, below the second nothing is written any more soon."""
START = (
    "start the services: `docker compose up -d`, or `python -m candor_…` for each; "
    "look at the gateway, and at CANDOR_PUBLIC_URL"
)
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings(known: Settings) -> Iterator[Finding]:
    mode = "Kafka and PostgreSQL" if known.distributed else "one process and SQLite"
    yield ok("settings", f"{mode}, {known.public_url}")
    for slip in known.unknown:
        what, _, do = slip.partition("; ")
        yield warning("settings", what, do)


def charter(known: Settings) -> Iterator[Finding]:
    name = str(known.charter or "the one that ships")
    try:
        loaded = load_charter(known.charter)
    except CharterError as error:
        for one in error.problems:
            yield problem("charter", str(one), "mend it, and try it with `candor charter check FILE`")
        return
    yield ok("charter", f"{name}, version {loaded.version}")
    for notice in loaded.notices(date.today()):  # noqa: DTZ011 - the operator's own day
        yield warning("charter", notice, "change the charter when it suits you")


def keys(known: Settings) -> Iterator[Finding]:
    path = keys_path(known)
    if not path.exists():
        yield _without_keys(known, path)
        return
    yield from _private("keys", path)
    yield ok("keys", f"{len(KeyRing(path).keys())} in {path}")


def _without_keys(known: Settings, path: Path) -> Finding:
    if is_loopback(known.host):
        return ok("keys", "none is needed on this machine")
    return problem("keys", f"there are none in {path}", "make one: `candor key add NAME --scope post`")


def signing(known: Settings) -> Iterator[Finding]:
    path = known.data_dir / "signing.key"
    if known.distributed and known.signing_key is None and _is_kept_by_setup():
        yield ok("signing key", "kept by `candor setup`, which hands it to the services")
    elif known.signing_key is None and not known.distributed and not path.exists():
        yield ok("signing key", "it is made at the first start")
    else:
        yield _signing(known)
        if path.exists() and known.signing_key is None:
            yield from _private("signing key", path)


def _is_kept_by_setup() -> bool:
    folder = os.environ.get("CANDOR_SECRETS_DIR")
    return bool(folder) and (Path(str(folder)) / "signing.key").exists()


def _signing(known: Settings) -> Finding:
    try:
        signing_key(known)
    except SettingsError as error:
        what, _, do = str(error).rpartition("; ")
        return problem("signing key", what, do)
    return ok("signing key", "present")


def _private(name: str, path: Path) -> Iterator[Finding]:
    if path.stat().st_mode & OTHERS:
        yield problem(name, f"others on this machine may read {path}", f"chmod 600 {path}")


def disk(known: Settings) -> Iterator[Finding]:
    """Space and inodes where Candor keeps what it keeps itself; the servers' own disks are not seen from here."""
    folder = next(
        one for one in (known.data_dir.resolve(), *known.data_dir.resolve().parents) if one.exists()
    )
    space, files = shutil.disk_usage(folder), os.statvfs(folder)
    yield _free("disk", space.free, space.total, f"{space.free / 2**30:,.1f} GiB free under {folder}")
    if files.f_files:
        free = f"{files.f_favail:,} of {files.f_files:,} left under {folder}"
        yield _free("inodes", files.f_favail, files.f_files, free)
    if not os.access(folder, os.W_OK):
        yield problem("disk", f"{folder} can't be written", f"chown it to the user of Candor: {folder}")


def _free(name: str, free: int, total: int, detail: str) -> Finding:
    share, do = free / total, "make room: old files on that disk, or a larger one; see the runbook"
    if share < NONE_LEFT:
        return problem(name, detail, do)
    return warning(name, detail, do) if share < LITTLE else ok(name, detail)


def port(known: Settings, *, answers: bool) -> Iterator[Finding]:
    """Whether the address can be listened on, unless Candor does so already."""
    where = f"{known.host} port {known.port}"
    if answers:
        yield ok("port", f"Candor answers at {known.public_url}")
        return
    if known.distributed:
        # The services listen elsewhere, or this is one of them and the port is its own.
        yield warning("answers", f"nothing answers from here at {known.public_url}", START)
        return
    host = known.host.strip("[]")
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, known.port))
    except OSError as error:
        yield problem(
            "port", f"can't listen on {where} ({error.strerror})", "set CANDOR_PORT, or end what uses it"
        )
        return
    yield warning("port", f"{where} is free: Candor does not run", "start it: `candor up`")


def all_here(known: Settings) -> Sequence[Finding]:
    """Everything that takes no time."""
    return [*settings(known), *charter(known), *keys(known), *signing(known), *disk(known)]
