"""Files that came with requests. Those of mail stay within it; all others are kept by content, equal ones once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import insert_new
from candor_intake import store
from candor_intake.domain.attachments import File
from candor_intake.placed import Filed
from candor_intake.tables import attachment, attachment_content

_NAMED = (
    sa.select(attachment_content.c.content, attachment.c.name)
    .join(attachment, attachment.c.sha256 == attachment_content.c.sha256)
    .where(attachment_content.c.sha256 == sa.bindparam("of"))
    .order_by(attachment.c.request_id.desc(), attachment.c.position)
    .limit(1)
)


_LINKED = (
    sa.select(attachment.c.request_id, attachment.c.name)
    .where(attachment.c.sha256 == sa.bindparam("of"))
    .order_by(attachment.c.request_id.desc(), attachment.c.position)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it can be fetched, under the name that it had last."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Within:
    """A file that has to be taken out of the mail that it came in."""

    name: str
    mail: bytes = field(repr=False)


def add(connection: Connection, filed: Sequence[Filed]) -> None:
    """Keep the files of requests, with their bytes unless these are within the message."""
    files = {file.attachment.sha256: file for one in filed if not one.within for file in one.files}
    # In one order for all, so that two transactions can't wait for each other.
    insert_new(connection, attachment_content, [_content_row(files[one]) for one in sorted(files)])
    links = [
        _link_row(one.request_id, position, file) for one in filed for position, file in enumerate(one.files)
    ]
    insert_new(connection, attachment, links)


def by_digest(connection: Connection, sha256: str) -> Kept | Within | None:
    """A file, wherever its bytes are."""
    if row := connection.execute(_NAMED, {"of": sha256}).one_or_none():
        return Kept(row.name, row.content)
    link = connection.execute(_LINKED, {"of": sha256}).one_or_none()
    mail = store.original_by_id(connection, link.request_id) if link else None
    return Within(link.name, mail.raw) if link and mail else None


def _content_row(file: File) -> dict[str, object]:
    about = file.attachment
    return {"sha256": about.sha256, "content_type": about.sniffed_type, "content": file.content}


def _link_row(request_id: str, position: int, file: File) -> dict[str, object]:
    about = file.attachment
    return {
        "request_id": request_id,
        "position": position,
        "sha256": about.sha256,
        "name": about.name,
        "declared_type": about.declared_type,
    }
