"""A backup as a file: a compressed tar with a manifest that holds the sum of every other member."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

MANIFEST = "manifest.json"
FORMAT = 1
_PIECE = 1 << 20
_LEVEL = 3
"""Of compression: further ones take several times as long for a few per cent."""

Mode = Literal["embedded", "distributed"]


class BackupError(Exception):
    """A backup can't be made or used. The message is one line: what is wrong, and what mends it."""


class Mark(BaseModel):
    """By which a member is known again."""

    sha256: str
    size: int


class Manifest(BaseModel):
    """What is in a backup, and how to know that it is all there."""

    format: int = FORMAT
    candor: str
    """The version that made it."""
    mode: Mode
    taken_at: AwareDatetime
    revisions: dict[str, str]
    """By package, the revision of its tables."""
    rows: dict[str, int]
    """By table, in the distributed mode with its schema."""
    columns: dict[str, list[str]] = {}
    """By table, in the order in which they stand in the member; nothing in the embedded mode."""
    files: dict[str, Mark] = {}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator says about a restore."""

    now: datetime
    replace: bool = False
    """Whether what is there may go."""
    skip: int = 0
    """How many references to leave out at least."""


def installed_version() -> str:
    return version("candor")


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A folder for what will go into a backup, on the disk that it will lie on; only its owner may look into it."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".candor-", dir=folder) as draft:
        yield Path(draft)


def target_of(given: Path, mode: Mode, now: datetime) -> Path:
    """The file to write: the one that is named, or within a folder one with the time in its name."""
    if given.is_dir() or not given.suffix:
        return given / f"candor-{mode}-{now:%Y%m%dT%H%M%SZ}.tar.gz"
    return given


def pack(draft: Path, manifest: Manifest, target: Path) -> Manifest:
    """Write a backup from the files in a folder, whole or not at all, and read it back."""
    names = sorted(str(path.relative_to(draft)) for path in draft.rglob("*") if path.is_file())
    whole = manifest.model_copy(update={"files": {name: _mark(draft / name) for name in names}})
    (draft / MANIFEST).write_text(whole.model_dump_json(indent=2), "utf-8")
    part = target.with_name(f".{target.name}.part")
    try:
        with (
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
            tarfile.open(fileobj=out, mode="w:gz", compresslevel=_LEVEL) as tar,
        ):
            for name in [MANIFEST, *names]:
                tar.add(draft / name, name)
        _sync(part)
        _compare(part, whole.files)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return whole


def unpack(source: Path, folder: Path) -> Manifest:
    """Put the members of a backup into a folder and check each. Raises BackupError."""
    manifest = read_manifest(source)
    with _opened(source) as tar:
        for name, mark in manifest.files.items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise BackupError(f"{source} holds a file that leads elsewhere; it is no backup of Candor's")
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                shutil.copyfileobj(_member(tar, name, source), out, _PIECE)
            if _mark(path) != mark:
                raise BackupError(f"{source} is damaged: {name} differs from its sum; take another backup")
    return manifest


def read_manifest(source: Path) -> Manifest:
    """Raises BackupError when the file is no backup, or one of a later format."""
    with _opened(source) as tar:
        try:
            manifest = Manifest.model_validate_json(_member(tar, MANIFEST, source).read(_PIECE * 16))
        except ValidationError as error:
            raise BackupError(f"{source}: its manifest can't be read; take another backup") from error
    if manifest.format > FORMAT:
        raise BackupError(f"{source} was made by Candor {manifest.candor}; restore it with that version")
    return manifest


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            yield tar
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupError(f"{source} can't be read ({error}); take another backup") from error


def _member(tar: tarfile.TarFile, name: str, source: Path) -> "tarfile.ExFileObject":
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise BackupError(f"{source} lacks {name}; take another backup")
    return found  # type: ignore[return-value]  # typeshed says IO[bytes]


def _compare(part: Path, files: Mapping[str, Mark]) -> None:
    with _opened(part) as tar:
        for name, mark in files.items():
            if hashlib.file_digest(_member(tar, name, part), "sha256").hexdigest() != mark.sha256:
                raise BackupError(
                    f"{name} differs from what was written; look at the disk under {part.parent}"
                )


def _mark(path: Path) -> Mark:
    with path.open("rb") as file:
        return Mark(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=path.stat().st_size)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
