"""The embedded database: copied while it is in use, checked, and put back."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from candor.backup import references
from candor.backup.archive import BackupError, Manifest, Wish
from candor_common.embedded import database_path
from candor_common.migrate import knows, revision_of, version_table
from candor_common.settings import Settings

DATABASE = "candor.db"
LOCK = "lock"


def copy(settings: Settings, draft: Path) -> Path:
    """A consistent copy of the database as it stands, also while Candor writes to it. Raises BackupError."""
    path, target = database_path(settings), draft / DATABASE
    if not path.exists():
        raise BackupError(
            f"there is no database at {path}; set CANDOR_DATA_DIR to where Candor keeps its data"
        )
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target)) as out,
    ):
        source.backup(out)
        # One file that can be opened anywhere, without a log beside it.
        out.execute("PRAGMA journal_mode=DELETE")
    return target


def rows(path: Path) -> dict[str, int]:
    """How many rows each table has. Raises BackupError when the file is damaged."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            health = connection.execute("PRAGMA integrity_check").fetchone()[0]
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            counted = {
                one: connection.execute(f'SELECT count(*) FROM "{one}"').fetchone()[0] for (one,) in names
            }
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{path} is damaged ({error}); use another backup") from error
    if health != "ok":
        raise BackupError(f"{path} is damaged ({health}); use another backup")
    return counted


def revisions(path: Path, packages: Sequence[str]) -> dict[str, str]:
    """By package, the revision of its tables."""
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")
    try:
        with engine.connect() as connection:
            found = {package: revision_of(connection, package) for package in packages}
    finally:
        engine.dispose()
    return {package: revision for package, revision in found.items() if revision}


def check_known(made_by: str, package: str, revision: str) -> None:
    """Raises BackupError when this version does not know the tables of a backup."""
    if not knows(package, revision):
        raise BackupError(
            f"the backup is of Candor {made_by}, whose tables ({version_table(package)} {revision}) this version "
            "does not know; restore it with that version or a later one"
        )


def check_rows(found: Mapping[str, int], manifest: Manifest) -> None:
    """Raises BackupError when a table has other rows than it had."""
    for table, count in manifest.rows.items():
        if found.get(table) != count:
            raise BackupError(f"{table} has {found.get(table)} rows instead of {count}; use another backup")


def skip_references(path: Path, manifest: Manifest, wish: Wish) -> int:
    """Leave out what may have been handed out since; returns the next number."""
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}", hide_parameters=True)
    try:
        with engine.begin() as connection:
            return references.skip(connection, references.since(manifest.taken_at, wish.now), wish.skip)
    finally:
        engine.dispose()


@contextmanager
def emptied(folder: Path, now: datetime, *, replace: bool) -> Iterator[None]:
    """Hold a data directory in which nothing stands any more; what stood there is set aside when that was asked for.
    Raises BackupError when it is in use or not empty."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"{folder} is in use; stop Candor first") from error
        _set_aside(folder, now, replace=replace)
        yield


def _set_aside(folder: Path, now: datetime, *, replace: bool) -> None:
    there = [
        one for one in folder.iterdir() if one.name != LOCK and not one.name.startswith((".", "before-"))
    ]
    if there and not replace:
        raise BackupError(
            f"{folder} is not empty; set CANDOR_DATA_DIR to a new directory, or say --replace to set aside what is there"
        )
    aside = folder / f"before-{now:%Y%m%dT%H%M%SZ}"
    for one in there:
        aside.mkdir(exist_ok=True, mode=0o700)
        one.replace(aside / one.name)
