"""What the doors have in common: words from outside made fit, leniently, and conversations that a provider vouches for."""

from typing import Annotated
from urllib.parse import quote

from pydantic import BeforeValidator

from candor_intake.domain.fingerprint import bounded
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, TEXT_CHARACTERS, Thread
from candor_intake.domain.words import clipped, one_line, storable

LONGEST_LINE = 1_000
LONGEST_NAME = 200
LONGEST_ID = 200
_TITLE_CHARACTERS = 80


def line(value: object, longest: int = LONGEST_LINE) -> str:
    """A value on one line. What is neither words nor a number counts as absent."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return clipped(one_line(value), longest) if isinstance(value, str) else ""


def words(value: object) -> str:
    """What somebody wrote, as long as a request may be."""
    return clipped(storable(value).strip(), TEXT_CHARACTERS) if isinstance(value, str) else ""


def ident(value: object) -> str:
    """A sender's own id, so that different ones stay different however long they are."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return bounded(one_line(value), LONGEST_ID) if isinstance(value, str) else ""


def title(text: str, otherwise: str) -> str:
    """The first line of what somebody wrote, where they gave it no subject."""
    first = one_line(text.strip().partition("\n")[0])
    return clipped(clipped(first, _TITLE_CHARACTERS) or one_line(otherwise), SUBJECT_CHARACTERS)


def conversation(key: str) -> Thread:
    """A thread in which each message names the same key, so that they meet in whatever order they come."""
    return Thread(message_id=key, parents=(key,))


def address(system: str, *parts: str) -> str:
    """Where somebody is reached outside of mail, like `slack:T1/U1`. Never with an at sign: it is no mail address."""
    return f"{system}:{'/'.join(quote(part, safe='-._~+') for part in parts)}"


def _flag(value: object) -> bool:
    return value is True


Line = Annotated[str, BeforeValidator(line)]
Words = Annotated[str, BeforeValidator(words)]
Ident = Annotated[str, BeforeValidator(ident)]
Flag = Annotated[bool, BeforeValidator(_flag)]
