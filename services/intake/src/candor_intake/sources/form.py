"""The public web form: anybody may fill it in, without an account.

Fields: `name`, `address` (e-mail), `subject`, `text`, `urgent` (ticked or not), `language`, `attachments` (files),
`submission` (made once per page that is shown, so that a second click on the same words is a repeat) and `website`,
which people don't see and programs fill in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.addresses import is_address
from candor_intake.domain.attachments import ACCEPTED_TYPES, Attachment, File
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, TEXT_CHARACTERS, Ignored, Request
from candor_intake.domain.language import guess, supported
from candor_intake.sources.form_fields import Filling
from candor_intake.sources.form_words import FaultKey, FieldFault
from candor_intake.sources.plain import LONGEST_NAME, title
from candor_intake.sources.submission import submission_key, submission_of

HONEYPOT = "website"
FILES = "attachments"
LONGEST_ADDRESS = 320
MOST_FILES = 5
LARGEST_FILE = 10
LARGEST_TOGETHER = 20
MEGABYTE = 1_000_000
"""Limits of files are in megabytes of this many bytes."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    declared_type: str
    content: bytes = field(repr=False)


def parse(fields: Mapping[str, str], uploads: Sequence[Upload] = ()) -> Request | Ignored:
    """The request in a form. Raises Unfilled with what is wrong with each field.

    A browser sends an empty upload without a name where no file was chosen; it is passed over.
    """
    filling = Filling(fields)
    if filling.line(HONEYPOT, TEXT_CHARACTERS):
        return Ignored("filled in by a program: it used the field that nobody sees")
    request = _request(filling)
    chosen = [one for one in uploads if one.name or one.content]
    files = _files(filling, chosen)
    submission = submission_of(filling)
    filling.finish()
    whole = replace(request, files=files)
    return replace(whole, dedup_key=submission_key("form", submission, whole))


def _request(filling: Filling) -> Request:
    name, writer = filling.line("name", LONGEST_NAME), filling.line("address", LONGEST_ADDRESS, needed=True)
    subject = filling.line("subject", SUBJECT_CHARACTERS)
    text = filling.words("text", TEXT_CHARACTERS, needed=True)
    if writer and not is_address(writer):
        filling.fault("address", FieldFault(FaultKey.NO_ADDRESS))
    return Request(
        sender=Contact(address=writer, name=name or None),
        subject_line=subject or title(text, "-"),
        text=text,
        channel=Channel.FORM,
        origin=Origin.HUMAN,
        language=guess(f"{subject}\n{text}", supported(filling.line("language", TEXT_CHARACTERS)) or "en"),
        urgent=filling.ticked("urgent"),
    )


def _files(filling: Filling, uploads: Sequence[Upload]) -> tuple[File, ...]:
    if len(uploads) > MOST_FILES:
        filling.fault(FILES, FieldFault(FaultKey.TOO_MANY_FILES, MOST_FILES))
    if sum(len(one.content) for one in uploads) > LARGEST_TOGETHER * MEGABYTE:
        filling.fault(FILES, FieldFault(FaultKey.FILES_TOO_LARGE, LARGEST_TOGETHER))
    if FILES in filling.faults:
        return ()
    files = tuple(File.of(one.name, one.declared_type, one.content) for one in uploads)
    for one in files:
        _check(filling, one.attachment)
    return files


def _check(filling: Filling, file: Attachment) -> None:
    if not file.size:
        filling.fault(FILES, FieldFault(FaultKey.FILE_EMPTY, name=file.name))
    elif file.size > LARGEST_FILE * MEGABYTE:
        filling.fault(FILES, FieldFault(FaultKey.FILE_TOO_LARGE, LARGEST_FILE, file.name))
    elif file.sniffed_type not in ACCEPTED_TYPES:
        filling.fault(FILES, FieldFault(FaultKey.FILE_TYPE, name=file.name))
