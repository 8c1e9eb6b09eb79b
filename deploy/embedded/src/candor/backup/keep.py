"""What an installation keeps beside its database: API keys, the key that signs links, and the charter."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from candor.backup.archive import BackupError
from candor_common.keys import keys_path, read_private, write_private
from candor_common.links import signing_key
from candor_common.settings import Settings

KEYS, SIGNING, LOCAL, CHARTER = "keys.json", "signing.key", "local.key", "charter.yaml"


def collect(settings: Settings, draft: Path) -> None:
    """Copy them into a folder, those that there are. Raises BackupError where the signing key is out of sight."""
    for name, source in _sources(settings):
        if source is not None and source.is_file():
            shutil.copyfile(source, draft / name)
    place = _signing_place(settings)
    if settings.signing_key is None and settings.distributed:
        key = read_private(place) if place else None
    else:
        key = signing_key(settings)
    if key is None:
        raise BackupError(
            "CANDOR_SIGNING_KEY: without it links in mail don't open after a restore; set it, or name in "
            "CANDOR_SECRETS_DIR the folder that has it as signing.key"
        )
    write_private(draft / SIGNING, key)


def put_back(settings: Settings, folder: Path) -> Iterator[str]:
    """Put them where the settings look for them. Yields what the operator has to know or to do."""
    for name, place in _sources(settings):
        if place is not None and (folder / name).is_file():
            yield from _put(folder / name, place)
    if settings.charter is None and (folder / CHARTER).is_file():
        yield "the backup has a charter of its own; write it to a file with `tar -xzOf FILE charter.yaml`, and set CANDOR_CHARTER"
    if (folder / SIGNING).is_file():
        yield from _put_signing_key(settings, read_private(folder / SIGNING) or "")


def _sources(settings: Settings) -> list[tuple[str, Path | None]]:
    local = settings.data_dir / LOCAL
    return [(KEYS, keys_path(settings)), (LOCAL, local), (CHARTER, settings.charter)]


def _put(source: Path, place: Path) -> Iterator[str]:
    text = source.read_text("utf-8")
    if place.exists() and place.read_text("utf-8").strip() == text.strip():
        return
    try:
        if place.exists():
            kept = place.with_name(f"{place.name}.before-restore")
            place.replace(kept)
            yield f"{place} was another one; it is now {kept}"
        write_private(place, text.rstrip("\n"))
    except OSError as error:
        yield f"{place} can't be written ({error.strerror}); put {source.name} of the backup there yourself"


def _put_signing_key(settings: Settings, key: str) -> Iterator[str]:
    if settings.signing_key is not None and settings.signing_key.get_secret_value() == key:
        return
    place = _signing_place(settings)
    if place is None:
        yield (
            "CANDOR_SIGNING_KEY differs from the backup's, so links in mail that was sent no longer open; "
            "set it to what `tar -xzOf FILE signing.key` prints"
        )
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_private(place, key)
        except OSError as error:
            yield f"{place} can't be written ({error.strerror}); put signing.key of the backup there yourself"


def _signing_place(settings: Settings) -> Path | None:
    """The file that the key is read from; None when it is set by a variable."""
    if named := os.environ.get("CANDOR_SIGNING_KEY_FILE"):
        return Path(named)
    if os.environ.get("CANDOR_SIGNING_KEY"):
        return None
    if folder := os.environ.get("CANDOR_SECRETS_DIR"):
        # Under the second name `candor setup` keeps it, and hands it to the services when it runs again.
        place = Path(folder) / "candor_signing_key"
        return place if place.exists() else Path(folder) / SIGNING
    return None if settings.distributed else settings.data_dir / SIGNING
