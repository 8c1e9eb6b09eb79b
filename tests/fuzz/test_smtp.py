"""Whatever is said to the mail listener, it answers as SMTP has it, and takes the next mail."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_intake import service, smtp
from candor_intake.reception import desk_of
from tests.plugins.served import served

pytestmark = [
    pytest.mark.packages("candor_intake"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

GOOD = (
    b"EHLO shop.example",
    b"MAIL FROM:<ann@shop.example>",
    b"RCPT TO:<support@candor.localhost>",
    b"DATA",
    b"From: ann@shop.example\r\nSubject: Printer\r\n\r\nIt is broken.\r\n.",
    b"QUIT",
)
ODD = (
    b"HELO", b"RSET", b"NOOP", b"VRFY <a>", b"EXPN a", b"HELP", b"STARTTLS", b"AUTH PLAIN AGEAYg==", b"BDAT 5 LAST",
    b"MAIL FROM:<> SIZE=99999999999999999999", b"MAIL FROM:<a@b> BODY=8BITMIME SMTPUTF8", b"RCPT TO:<a@b@c>",
    b"RCPT TO:<support@candor.localhost>" * 30, b"MAIL FROM:<" + b"a" * 5_000 + b">", b"\x00", b"\xff\xfe", b".", b"..",
    b"DATA\r\n\n.\nMAIL FROM:<x@y>\r\n.\r\n", b"GET / HTTP/1.1", b"LHLO x", "EHLO 打印机".encode(), b"A" * 2_000,
)  # fmt: skip
REPLY = re.compile(rb"[2-5][0-9]{2}[ -][^\n]*")
"""A carriage return may be in it: the library repeats to a sender what it did not understand of them."""
lines = st.lists(st.sampled_from([*GOOD, *ODD]) | st.binary(max_size=60), max_size=12)


@pytest.fixture
async def port(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[int]:
    async with served(service, database, clock, tmp_path) as intake:
        settled = intake.settings.model_copy(update={"smtp_listen": "smtp://127.0.0.1:0"})
        async with smtp.listening(desk_of(intake.runtime), settled) as found:
            yield found


async def conversation(port: int, said: bytes, *, ends: bool = True) -> list[bytes]:
    """The lines that come back to all that is said at once; unless it `ends`, the listener is to hang up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(said)
        if ends:
            writer.write_eof()
        async with asyncio.timeout(20):
            return (await reader.read()).split(b"\r\n")[:-1]
    except ConnectionResetError:
        return []
    finally:
        writer.close()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(said=lines, ending=st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n.\r\n"]))
async def test_anything_is_answered_in_the_words_of_smtp(port: int, said: list[bytes], ending: bytes) -> None:
    for line in await conversation(port, ending.join(said) + ending):
        assert REPLY.fullmatch(line), line
        assert not line.startswith(b"500 Error: ("), line  # which is how the library tells of an exception
    stored = await conversation(port, b"\r\n".join(GOOD) + b"\r\n", ends=False)
    assert any(line.startswith(b"250 2.0.0 Stored as ") for line in stored), stored
