"""Mail as others send it: swaks by SMTP and LMTP, curl by SMTP and HTTP, and a pipe from a shell."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from candor_common.events import RequestReceived
from tests.clients.instance import Instance, installed, running
from tests.servers.process import LOOPBACK
from tests.unit.intake.mails import a_mail

US = "support@candor.localhost"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A Candor behind a mail server, which passes mail on by LMTP."""
    with running(tmp_path_factory.mktemp("behind"), mail="lmtp") as instance:
        yield instance


def ran(
    *command: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    given = {**os.environ, **(environment or {})}
    done = subprocess.run(command, input=stdin, capture_output=True, env=given, check=False, timeout=60)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


def swaks(candor: Instance, *arguments: str) -> "subprocess.CompletedProcess[str]":
    server = ("--server", f"{LOOPBACK}:{candor.mail_port}", "--from", "zhang@shop.example")
    return ran(installed("swaks", "swaks"), *server, *arguments)


def received(candor: Instance, subject: str) -> RequestReceived:
    return candor.first(RequestReceived, lambda one: one.subject_line == subject)


def test_swaks_sends_eight_bits_without_saying_which_and_they_are_read(candor: Instance) -> None:
    sent = swaks(candor, "--to", US, "--header", "Subject: swaks 1", "--body", "打印机坏了")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    fact = received(candor, "swaks 1")
    assert f"250 2.0.0 Stored as {fact.reference}" in sent.stdout
    assert (fact.text, fact.language, fact.sender.address) == ("打印机坏了", "zh-Hans", "zhang@shop.example")


def test_swaks_sends_a_file_that_can_be_fetched(candor: Instance, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(PNG)
    sent = swaks(candor, "--to", US, "--header", "Subject: swaks 2", "--attach", f"@{picture}")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    [file] = received(candor, "swaks 2").attachments
    assert (file.name, file.content_type, file.size) == ("picture.png", "image/png", len(PNG))
    address = f"{candor.url}/v1/attachments/{file.sha256}"
    got = subprocess.run(
        [installed("curl", "curl"), "-sS", "-H", f"Authorization: Bearer {candor.key}", address],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert got.stdout == PNG


def test_swaks_is_told_that_others_do_not_live_here(candor: Instance) -> None:
    sent = swaks(candor, "--to", "somebody@elsewhere.example")
    assert sent.returncode == 24, sent.stdout
    assert "550 5.1.1 No such mailbox here" in sent.stdout


def test_swaks_passes_a_mail_on_by_lmtp_to_any_of_our_names(behind: Instance) -> None:
    sent = swaks(
        behind, "--protocol", "LMTP", "--to", f"help@shop.example,{US}", "--header", "Subject: swaks 3"
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert sent.stdout.count("250 2.0.0 Stored as INC-") == 2
    assert len([one for one in behind.told(RequestReceived) if one.subject_line == "swaks 3"]) == 1


def test_curl_posts_a_mail_byte_by_byte_and_again(candor: Instance) -> None:
    raw = a_mail("Help", Subject="curl 1", Message_ID="<curl-1@shop.example>")
    url = f"{candor.url}/v1/hooks/email/raw?rcpt={US}&mail_from=zhang@shop.example"
    key, kind = f"Authorization: Bearer {candor.key}", "Content-Type: message/rfc822"
    command = (installed("curl", "curl"), "-sS", "--fail", "--data-binary", "@-", "-H", key, "-H", kind, url)
    first, again = (ran(*command, stdin=raw) for _ in range(2))
    assert first.returncode == again.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    assert received(candor, "curl 1").reference in first.stdout


def test_curl_sends_a_mail_by_smtp(candor: Instance) -> None:
    mail = a_mail("Help", Subject="curl 2", Message_ID="<curl-2@shop.example>")
    where = ("--mail-from", "zhang@shop.example", "--mail-rcpt", US, "--upload-file", "-")
    server = f"smtp://{LOOPBACK}:{candor.mail_port}"
    sent = ran(installed("curl", "curl"), "-sS", server, *where, stdin=mail)
    assert sent.returncode == 0, sent.stderr
    assert received(candor, "curl 2").sender.address == "zhang@example.com"


def test_a_mail_is_piped_in_by_a_shell(candor: Instance, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_bytes(a_mail("Help", Subject="pipe 1", Message_ID="<pipe-1@shop.example>"))
    known = {"CANDOR_DATA_DIR": str(candor.data), "CANDOR_PUBLIC_URL": candor.url}
    known["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    piped = f"cat {shlex.quote(str(file))} | {shlex.quote(sys.executable)} -m candor mail-in -r {US}"
    done = ran("/bin/sh", "-c", piped, environment=known)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert received(candor, "pipe 1").text == "Help"
    away = ran("/bin/sh", "-c", piped, environment=known | {"CANDOR_KEY": "cand_wrong"})
    assert away.returncode == os.EX_TEMPFAIL
    assert "401" in away.stderr
