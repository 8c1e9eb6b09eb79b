"""By what a form that is posted again is known."""

import json

from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import TEXT_CHARACTERS, Request
from candor_intake.sources.form_fields import Filling
from candor_intake.sources.plain import address, ident


def submission_of(filling: Filling) -> str:
    """The number that the page was given when it was shown."""
    return ident(filling.line("submission", TEXT_CHARACTERS))


def submission_key(form: str, submission: str, request: Request) -> str:
    """Equal for the same words and files from the same page; empty when the page has no number.

    The number alone says too little: a browser that goes back shows the page as it was, and takes other words there.
    """
    if not submission:
        return ""
    said = [
        request.sender.address,
        request.sender.name,
        request.subject_line,
        request.text,
        request.language,
        request.urgent,
        sorted(request.labels.items()),
        [(one.attachment.name, one.attachment.sha256) for one in request.files],
    ]
    return address(form, submission, fingerprint(json.dumps(said).encode()))
