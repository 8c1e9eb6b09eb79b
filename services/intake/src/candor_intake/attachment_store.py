"""Files that came with requests. Equal ones are kept once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import insert_new
from candor_intake.domain.attachments import File
from candor_intake.tables import attachment, attachment_content

_NAMED = (
    sa.select(attachment_content.c.content, attachment.c.name)
    .join(attachment, attachment.c.sha256 == attachment_content.c.sha256)
    .where(attachment_content.c.sha256 == sa.bindparam("of"))
    .order_by(attachment.c.request_id.desc(), attachment.c.position)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it can be fetched, under the name that it had last."""

    name: str
    content: bytes = field(repr=False)


def add(connection: Connection, files_of: Sequence[tuple[str, Sequence[File]]]) -> None:
    """Keep the files of requests, given with the id of each request."""
    files = {one.attachment.sha256: one for _, several in files_of for one in several}
    # In one order for all, so that two transactions can't wait for each other.
    insert_new(connection, attachment_content, [_content_row(files[one]) for one in sorted(files)])
    links = [
        _link_row(request_id, position, one)
        for request_id, several in files_of
        for position, one in enumerate(several)
    ]
    insert_new(connection, attachment, links)


def by_digest(connection: Connection, sha256: str) -> Kept | None:
    row = connection.execute(_NAMED, {"of": sha256}).one_or_none()
    return None if row is None else Kept(row.name, row.content)


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
