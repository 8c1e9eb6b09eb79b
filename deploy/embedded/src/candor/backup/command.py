"""`candor backup` and `candor restore`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from candor.backup import keep, sqlite
from candor.backup.archive import (
    BackupError,
    Manifest,
    Wish,
    drafted,
    installed_version,
    pack,
    read_manifest,
    target_of,
    unpack,
)
from candor.calling import administrator_url, fail, settings
from candor.services import SERVICES
from candor_common.settings import Settings
from candor_common.telemetry import configure_logging

PACKAGES = ["candor_common", *(one.package for one in SERVICES)]
Administrator = Annotated[
    str | None,
    typer.Option(
        envvar="CANDOR_ADMIN_DATABASE_URL",
        help="postgresql://… of an administrator; CANDOR_DATABASE_URL if none",
    ),
]
console = Console(highlight=False, soft_wrap=True)


def backup(
    target: Annotated[
        Path, typer.Argument(help="A file, or a folder that gets one with the time in its name.")
    ],
    administrator: Administrator = None,
) -> None:
    """Write everything that is kept into one file, also while Candor runs, and read it back."""
    known, now = settings(), datetime.now(UTC)
    path = target_of(target, "distributed" if known.distributed else "embedded", now)
    try:
        with drafted(path.parent) as draft:
            manifest = pack(draft, _written(known, draft, administrator, now), path)
    except (BackupError, OSError) as error:
        fail(str(error))
    except Exception as error:  # noqa: BLE001 - whatever the database says, the operator gets one line
        _failed(error)
    rows = sum(manifest.rows.values())
    console.print(
        f"{path}: {len(manifest.rows)} tables, {rows} rows, {path.stat().st_size:,} bytes", markup=False
    )
    console.print("It holds keys and customers' words: keep it where only you can read it.")


def _written(known: Settings, draft: Path, administrator: str | None, now: datetime) -> Manifest:
    keep.collect(known, draft)
    if known.distributed:
        return _distributed(draft, administrator_url(known, administrator), now)
    copied = sqlite.copy(known, draft)
    rows, revisions = sqlite.rows(copied), sqlite.revisions(copied, PACKAGES)
    return Manifest(candor=installed_version(), mode="embedded", taken_at=now, revisions=revisions, rows=rows)


def _distributed(draft: Path, url: str, now: datetime) -> Manifest:
    from candor.backup import postgres  # noqa: PLC0415

    copied = asyncio.run(postgres.copy(url, draft))
    return Manifest(
        candor=installed_version(),
        mode="distributed",
        taken_at=now,
        revisions=copied.revisions,
        rows=copied.rows,
        columns=copied.columns,
    )


def restore(
    source: Annotated[Path, typer.Argument(help="A file that `candor backup` has written.")],
    administrator: Administrator = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where something is: embedded it is set aside.")
    ] = False,
    skip_references: Annotated[
        int, typer.Option(min=0, help="How many references to leave out at least; see the runbook.")
    ] = 0,
    only_check: Annotated[bool, typer.Option("--check", help="Check the file and restore nothing.")] = False,
) -> None:
    """Put a backup back and check that all of it is there. Stop Candor first."""
    configure_logging("console", "warning")
    known, wish = settings(), Wish(datetime.now(UTC), replace, skip_references)
    try:
        manifest = read_manifest(source)
        _check_mode(known, manifest)
        with drafted(source.parent if known.distributed else known.data_dir) as draft:
            unpack(source, draft)
            if only_check:
                return _checked(draft, manifest)
            _put_back(known, draft, manifest, wish, administrator)
    except (BackupError, OSError) as error:
        fail(str(error))
    except Exception as error:  # noqa: BLE001 - whatever the database says, the operator gets one line
        _failed(error)
    return None


def _failed(error: Exception) -> NoReturn:
    fail(f"{type(error).__name__}: {error}; nothing was changed that was not told above; see `candor doctor`")


def _check_mode(known: Settings, manifest: Manifest) -> None:
    if known.distributed != (manifest.mode == "distributed"):
        raise BackupError(
            f"this is a backup of the {manifest.mode} mode; unset or set CANDOR_DATABASE_URL and CANDOR_KAFKA_BOOTSTRAP"
        )
    for key, revision in manifest.revisions.items():
        sqlite.check_known(manifest.candor, key.partition("@")[0], revision)


def _checked(draft: Path, manifest: Manifest) -> None:
    if manifest.mode == "embedded":
        sqlite.check_rows(sqlite.rows(draft / sqlite.DATABASE), manifest)
    rows = sum(manifest.rows.values())
    console.print(f"sound: Candor {manifest.candor}, {manifest.taken_at.isoformat()}, {rows} rows")


def _put_back(
    known: Settings, draft: Path, manifest: Manifest, wish: Wish, administrator: str | None
) -> None:
    if known.distributed:
        number = _put_back_distributed(known, draft, manifest, wish, administrator_url(known, administrator))
    else:
        number = _put_back_embedded(known, draft, manifest, wish)
    for notice in keep.put_back(known, draft):
        console.print(f"note: {notice}", markup=False)
    rows = sum(manifest.rows.values())
    console.print(f"restored and checked: {rows} rows as of {manifest.taken_at.isoformat()}")
    console.print(
        f"The next reference is INC-{number:06d}, so that none is given out twice. Start Candor now."
    )


def _put_back_embedded(known: Settings, draft: Path, manifest: Manifest, wish: Wish) -> int:
    copied = draft / sqlite.DATABASE
    sqlite.check_rows(sqlite.rows(copied), manifest)
    number = sqlite.skip_references(copied, manifest, wish)
    with sqlite.emptied(known.data_dir, wish.now, replace=wish.replace):
        copied.replace(known.data_dir / sqlite.DATABASE)
    return number


def _put_back_distributed(known: Settings, draft: Path, manifest: Manifest, wish: Wish, url: str) -> int:
    from candor.backup import postgres  # noqa: PLC0415
    from candor.rebuild.command import told  # noqa: PLC0415
    from candor.rebuild.topics import rebuild  # noqa: PLC0415

    asyncio.run(postgres.load(url, draft, manifest, wish))
    console.print("the databases are restored; now the topics are made to agree with them")
    try:
        rebuilt = asyncio.run(rebuild(url, known))
    except Exception as error:  # noqa: BLE001 - the databases are restored by now, and that has to be said
        fail(
            f"{type(error).__name__}: {error}; mend it and run `candor topics rebuild` before you start Candor"
        )
    told(rebuilt)
    return rebuilt.next_reference
