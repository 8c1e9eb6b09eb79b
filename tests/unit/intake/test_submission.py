"""Forms that are posted again: the same words from the same page once, other words as another request."""

from candor_intake.domain.inbound import Request
from candor_intake.sources import call_note, form
from candor_intake.sources.form import Upload

PNG = Upload("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
GOOD = {"name": "张三", "address": "zhang@example.com", "subject": "打印机", "text": "打印机坏了"}
NOTE = {"name": "Zhang San", "number": "+86 138-0013-8000", "text": "打印机坏了"}


def request(*uploads: Upload, **changes: str) -> Request:
    inbound = form.parse(GOOD | changes, uploads)
    assert isinstance(inbound, Request)
    return inbound


def note(taken_by: str = "ada", **changes: str) -> Request:
    return call_note.parse(NOTE | changes, taken_by=taken_by)


OTHER: tuple[tuple[dict[str, str], list[Upload]], ...] = (
    ({"text": "The mail is down."}, []),
    ({"subject": "Mail"}, []),
    ({"name": "Li"}, []),
    ({"address": "li@example.com"}, []),
    ({"urgent": "on"}, []),
    ({}, [PNG]),
    ({}, [Upload("b.png", "image/png", PNG.content)]),
    ({}, [Upload("a.png", "image/png", PNG.content + b"\0")]),
    ({}, [PNG, PNG]),
)


def test_other_words_or_files_from_the_same_page_are_another_request() -> None:
    """A browser that goes back shows the page as it was, with its number."""
    keys = {request(*uploads, submission="1", **changes).dedup_key for changes, uploads in OTHER}
    assert len(keys | {request(submission="1").dedup_key}) == len(OTHER) + 1


def test_the_same_words_are_a_repeat_however_the_browser_writes_their_lines() -> None:
    once, again = (request(PNG, submission="1", text=text) for text in ("a\r\nb", "a\nb "))
    assert once.dedup_key == again.dedup_key


def test_another_note_from_the_same_page_is_another_request() -> None:
    changes = ({"text": "Mail"}, {"number": ""}, {"name": "Li"}, {"urgent": "1"}, {"callback": "on"})
    keys = {note(submission="7", **one).dedup_key for one in changes}
    keys |= {note("ben", submission="7").dedup_key, note(submission="8").dedup_key}
    assert len(keys | {note(submission="7").dedup_key}) == len(changes) + 3


def test_a_second_click_on_the_same_note_is_a_repeat() -> None:
    assert note(submission="7").dedup_key == note(submission="7").dedup_key
    assert note().dedup_key == ""
