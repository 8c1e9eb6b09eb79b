"""The doors of intake as targets for long runs; what they take is known from their own tests."""

from functools import partial

from candor_intake.domain.inbound import BadPayload
from candor_intake.sources.door import FORM
from candor_intake.sources.form_words import Unfilled
from candor_intake.sources.registry import DOORS
from tests.fuzz.target import Target
from tests.unit.intake.test_any_bytes import example, read_of

JSON_TOKENS = (b'{"', b'":', b"[[", b"null", b'"\\u0000"', b'"\\ud83d\\ude00"')


def _read(name: str, octets: bytes) -> bool:
    try:
        list(read_of(name)(octets))
    except (BadPayload, Unfilled):
        return False
    return True


DOOR_TARGETS = tuple(
    Target(
        f"door-{door.name}",
        partial(_read, door.name),
        (example(door.name),),
        (b"&", b"%", b"=") if FORM in door.content_types else JSON_TOKENS,
    )
    for door in DOORS
)
