"""Mail by SMTP and LMTP: 250 means that it is on the disk, and what is not taken says whether to come again."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import ReplyReceived, RequestReceived
from candor_common.settings import Settings, SettingsError
from candor_intake import service, smtp, store
from candor_intake.reception import desk_of
from candor_intake.sources.mail_limits import LARGEST_BYTES
from tests.plugins.served import Served, served
from tests.service.intake.fragile import Fragile
from tests.service.intake.posting import types
from tests.unit.intake.mails import a_mail

pytestmark = pytest.mark.packages("candor_intake")

US, CUSTOMER = "support@candor.localhost", "zhang@example.com"
T = TypeVar("T")


@asynccontextmanager
async def listener(intake: Served, scheme: str = "smtp") -> AsyncIterator[int]:
    settings = intake.settings.model_copy(update={"smtp_listen": f"{scheme}://127.0.0.1:0"})
    async with smtp.listening(desk_of(intake.runtime), settings) as port:
        yield port


@pytest.fixture
async def port(intake: Served) -> AsyncIterator[int]:
    async with listener(intake) as found:
        yield found


async def beside(work: Callable[[], T]) -> T:
    """Clients block, so they have a thread of their own."""
    return await asyncio.to_thread(work)


def deliver(port: int, raw: bytes, *recipients: str, sender: str = CUSTOMER) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, recipients or (US,), raw)


def answer_to(port: int, raw: bytes) -> tuple[int, bytes]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.mail(CUSTOMER)
        client.rcpt(US)
        return client.data(raw)


async def test_a_mail_that_was_taken_is_stored_byte_by_byte(intake: Served, port: int) -> None:
    raw = a_mail("打印机坏了".encode()).replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
    code, words = await beside(lambda: answer_to(port, raw))
    assert (code, words) == (250, b"2.0.0 Stored as INC-000001")
    [row] = await intake.rows(store.inbound.select())
    assert bytes(row["raw"]).rstrip() == raw.rstrip()
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert "打印机坏了" in fact.text


async def test_the_same_mail_again_and_by_another_door_is_one_request(intake: Served, port: int) -> None:
    raw = a_mail("Help", Message_ID="<1@b.example>")
    await asyncio.gather(*(beside(lambda: deliver(port, raw)) for _ in range(5)))
    headers = {"Content-Type": "message/rfc822"}
    await intake.client.post("/v1/hooks/email/raw", content=raw, headers=headers)
    assert types(await intake.told()) == ["RequestReceived"]


async def test_an_answer_joins_by_the_recipient_of_the_envelope(intake: Served, port: int) -> None:
    await beside(lambda: deliver(port, a_mail("Help", From=CUSTOMER, Message_ID="<1@b.example>")))
    answer = a_mail("Still broken", From=CUSTOMER, Message_ID="<2@b.example>")
    await beside(lambda: deliver(port, answer, "support+INC-000001@candor.localhost"))
    first, second = await intake.told()
    assert isinstance(second, ReplyReceived)
    assert second.incident_id == first.subject


async def test_mail_to_others_is_not_passed_on(intake: Served, port: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await beside(lambda: deliver(port, a_mail(), "somebody@elsewhere.example"))
    assert refused.value.recipients["somebody@elsewhere.example"][0] == 550
    assert await intake.count(store.inbound) == 0


async def test_what_is_too_large_is_refused_for_good(intake: Served, port: int) -> None:
    raw = a_mail((b"x" * 998 + b"\r\n") * (LARGEST_BYTES // 1_000 + 1))
    code, _ = await beside(lambda: answer_to(port, raw))
    assert code == 552
    assert (await beside(lambda: answer_to(port, b"\r\n")))[0] == 554
    assert await intake.count(store.inbound) == 0


async def test_long_lines_are_read_all_the_same(intake: Served, port: int) -> None:
    assert (await beside(lambda: answer_to(port, a_mail(b"x" * 200_000))))[0] == 250


async def test_so_many_recipients_at_a_time(intake: Served, port: int) -> None:
    many = [f"support+{number}@candor.localhost" for number in range(smtp.MOST_RECIPIENTS + 1)]

    def recipients() -> list[int]:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            client.mail(CUSTOMER)
            return [client.rcpt(one)[0] for one in many]

    assert await beside(recipients) == [250] * smtp.MOST_RECIPIENTS + [452]


async def test_too_many_connections_are_sent_away_and_later_ones_let_in(
    intake: Served, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MOST_CONNECTIONS", 2)

    def greetings() -> list[int]:
        clients = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(3)]
        codes = [int(client.recv(100)[:3]) for client in clients]
        for client in clients:
            client.close()
        return codes

    assert sorted(await beside(greetings)) == [220, 220, 421]
    async with asyncio.timeout(20):
        while True:
            try:
                await beside(lambda: deliver(port, a_mail()))
                break
            except smtplib.SMTPConnectError:
                continue


async def test_during_an_outage_the_sender_keeps_the_mail(fragile: Fragile) -> None:
    async with listener(fragile.intake) as port:
        await beside(lambda: deliver(port, a_mail(Message_ID="<1@b.example>")))
        await fragile.take_away()
        raw = a_mail("long " * 20_000, Message_ID="<2@b.example>")
        assert (await beside(lambda: answer_to(port, raw)))[0] == 451
        await fragile.give_back()
        assert (await beside(lambda: answer_to(port, raw)))[0] == 250
    assert types(await fragile.intake.told()) == ["RequestReceived"] * 2


async def test_lmtp_answers_for_each_recipient_and_takes_any(intake: Served) -> None:
    async with listener(intake, "lmtp") as port:

        def delivered() -> list[bytes]:
            with smtplib.LMTP("127.0.0.1", port) as client:
                client.ehlo()
                client.mail(CUSTOMER)
                client.rcpt("help@shop.example")
                client.rcpt("support@shop.example")
                return [client.data(a_mail())[1], client.getreply()[1]]

        assert await beside(delivered) == [b"2.0.0 Stored as INC-000001"] * 2
    assert types(await intake.told()) == ["RequestReceived"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_service_listens_where_it_is_told(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
        with pytest.raises(SettingsError, match="CANDOR_SMTP_LISTEN"):
            async with served(service, database, clock, tmp_path, smtp_listen=f"127.0.0.1:{free}"):
                raise AssertionError("the port is taken")
    async with served(service, database, clock, tmp_path, smtp_listen=f"127.0.0.1:{free}") as intake:
        await beside(lambda: deliver(free, a_mail()))
        assert types(await intake.told()) == ["RequestReceived"]


@pytest.mark.parametrize("wrong", ["25", "host", "http://host:25", "smtp://host:25/path", "smtp://:0x"])
def test_an_address_that_can_not_be_listened_on_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="listen"):
        Settings(smtp_listen=wrong)
