"""Logs hold nothing of what customers and colleagues write, at the most talkative level, whatever goes wrong."""

import json
import re
import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import BaseModel, ValidationError

from candor_common.clock import SystemClock
from candor_common.database import SqliteDatabase, Transaction
from candor_common.telemetry import configure_logging
from candor_intake.source_api import KINDS
from tests.operating.candor import Embedded
from tests.servers.process import free_port, last_lines

MARK = "zebramark"
"""Stands in every name, text, address and secret that is given to Candor here."""
ADDRESS = f"{MARK}.person@{MARK}.example"
REQUEST: dict[str, Any] = {
    "subject": f"{MARK} is down",
    "text": f"My name is {MARK}.",
    "from": {"address": ADDRESS, "name": MARK},
    "labels": {MARK: MARK},
}
JSON, FORM, MAIL, TEXT = (
    "application/json",
    "application/x-www-form-urlencoded",
    "message/rfc822",
    "text/plain",
)
BODIES = [
    (JSON, json.dumps(REQUEST)),
    (JSON, f'{{"{MARK}": ["{MARK}", '),
    (
        JSON,
        json.dumps({"by": MARK, "doing": MARK, "expect": MARK, "text": MARK, "reason": MARK, "name": MARK}),
    ),
    (FORM, f"subject={MARK}&text={MARK}&address={MARK}%40{MARK}.example&name={MARK}&overall=x{MARK}"),
    (TEXT, f"\xff{MARK}\x00"),
]
_PLACE = re.compile(r"\{[^}]+\}")


class Refusing:
    """A mail server that repeats in its refusal what it was told."""

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, _envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        return f"550 5.1.1 <{address}>: no such mailbox"


@pytest.fixture(scope="module")
def candor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    folder, refusing = tmp_path_factory.mktemp("logs"), Controller(Refusing(), "127.0.0.1", free_port())
    refusing.start()
    made = Embedded(
        folder,
        folder / "data",
        CANDOR_LOG_LEVEL="debug",
        CANDOR_SMTP_URL=f"smtp://127.0.0.1:{refusing.port}",
        CANDOR_SMTP_LISTEN=f"smtp://127.0.0.1:{free_port()}",
    )
    made.start()
    yield made
    made.process.kill()
    refusing.stop()


def mail() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = f"{MARK} <{ADDRESS}>", "support@candor.localhost"
    made["Subject"], made["Message-ID"] = MARK, f"<{MARK}@{MARK}.example>"
    made.set_content(f"I am {MARK}.")
    made.add_attachment(MARK.encode(), maintype="text", subtype="plain", filename=f"{MARK}.txt")
    return made


def knock_everywhere(client: httpx.Client) -> int:
    """Every operation that there is, with marks in path, query, headers and body; returns how many were called."""
    document = client.get("/openapi.json").json()
    called = 0
    for path, operations in document["paths"].items():
        for method in operations:
            address = _PLACE.sub(f"{MARK}%40{MARK}.example", path)
            for kind, body in BODIES if method in ("post", "put", "patch") else [(TEXT, "")]:
                headers = {"Content-Type": kind, "X-Name": MARK, "Idempotency-Key": f"{MARK}{called}"}
                client.request(
                    method, f"{address}?q={MARK}&cursor={MARK}", content=body.encode(), headers=headers
                )
                called += 1
    return called


def come_in(client: httpx.Client, smtp_port: int) -> None:
    """Through the doors, as customers and their systems do."""
    assert client.post("/v1/requests", json=REQUEST).status_code == 202
    raw = mail().as_bytes()
    assert client.post("/v1/hooks/email/raw", content=raw, headers={"Content-Type": MAIL}).is_success
    alert = {
        "status": "firing",
        "labels": {"alertname": MARK},
        "annotations": {"summary": MARK},
        "startsAt": "2026-03-02T09:00:00Z",
        "fingerprint": MARK,
    }
    hook = {"version": "4", "status": "firing", "alerts": [alert]}
    assert client.post("/v1/hooks/alertmanager", json=hook).is_success
    for kind in KINDS:
        wanted = {"kind": kind, "name": f"desk-{kind}"[:24], "secret": f"{MARK}{MARK}{MARK}{MARK}"}
        made = client.post("/v1/sources", json=wanted)
        if made.is_success:
            client.post(httpx.URL(made.json()["url"]).path, content=json.dumps(REQUEST))
    with smtplib.SMTP("127.0.0.1", smtp_port) as connection:
        connection.send_message(mail())


def work(client: httpx.Client) -> None:
    """What an engineer writes about an incident."""
    deadline = time.monotonic() + 30
    while not (found := client.get("/v1/incidents").json()["incidents"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for one in found[:2]:
        where = f"/v1/incidents/{one['id']}"
        for command, body in (
            ("acknowledge", {"by": MARK}),
            ("update", {"by": MARK, "doing": MARK, "expect": MARK}),
            ("resolve", {"by": MARK, "cause": MARK, "done": MARK, "checked": MARK}),
        ):
            seen = {"If-Match": client.get(where).headers["ETag"]}
            client.post(f"{where}/{command}", json=body, headers=seen)


def test_no_line_of_the_log_holds_what_came_in_through_any_door(candor: Embedded) -> None:
    with candor.client() as client:
        come_in(client, int(candor.environment["CANDOR_SMTP_LISTEN"].rpartition(":")[2]))
        work(client)
        assert knock_everywhere(client) > 100
        with httpx.Client(
            base_url=candor.process.url, headers={"Authorization": f"Bearer cand_{MARK}"}
        ) as other:
            other.get("/v1/incidents")
        candor.process.wait_until_logged("message_refused", within=30)
    lines = candor.process.log.read_text("utf-8", errors="replace").splitlines()
    assert len(lines) > 5, last_lines(candor.process.log)
    assert [line for line in lines if MARK in line.lower()] == []
    assert any('"level": "debug"' in line for line in lines)


class Contact(BaseModel):
    """What an error of a model quotes."""

    age: int


async def test_an_error_of_the_database_or_of_a_model_is_logged_without_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("json", "debug")
    database = SqliteDatabase(tmp_path / "one.db", SystemClock())

    def work(transaction: Transaction) -> None:
        transaction.connection.execute(sa.text("CREATE TABLE t (a TEXT PRIMARY KEY)"))
        for _ in range(2):
            transaction.connection.execute(sa.text("INSERT INTO t VALUES (:a)"), {"a": MARK})

    errors: list[Exception] = []
    try:
        await database.transact(work)
    except sa.exc.IntegrityError as error:
        errors.append(error)
    try:
        Contact.model_validate({"age": MARK})
    except ValidationError as error:
        errors.append(error)
    await database.close()
    for one in errors:
        structlog.get_logger().error("failed", exc_info=one, reason=f"{one}")
    said = capsys.readouterr().err
    assert said.count("IntegrityError") >= 1
    assert said.count("int_parsing") >= 1
    assert MARK not in said
