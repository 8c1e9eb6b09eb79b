"""The parsers of what strangers send, besides those of the doors, which have tests of their own."""

import asyncio
import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from unicodedata import category

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from candor_common import standard_webhooks
from candor_common.charter import CharterError
from candor_common.charter.reading import load_charter
from candor_common.clock import ManualClock
from candor_common.errors import BadRequest
from candor_common.links import BadLink, Signer
from candor_common.wire import Undecodable, decode, headers_of
from candor_intake.domain.addresses import is_address, mailbox, plus_token
from candor_intake.domain.attachments import File
from candor_intake.domain.inbound import BadPayload
from candor_intake.domain.language import guess, preferred, supported
from candor_intake.domain.pace import network_of
from candor_intake.sources import form, mail
from candor_intake.sources.form_words import Unfilled
from candor_intake.sources.json_body import check, load
from candor_intake.sources.mail_quotes import is_forward, new_words
from candor_intake.sources.mail_text import text_of_html, text_of_octets
from candor_intake.sources.phone_number import caller, phone_number
from candor_notifier.channels.http import BadUrl, parsed
from candor_triage.paging import place_of
from tests.fuzz.target import Target

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIGNER = Signer("0123456789abcdef0123456789abcdef", ManualClock(NOW))
GOLDEN = Path(__file__).parents[1] / "contract" / "golden"


def taken(work: Callable[[], object], *refusals: type[Exception]) -> bool:
    """Do it; what a parser says no with is no find."""
    try:
        work()
    except refusals:
        return False
    return True


def _mail() -> tuple[bytes, ...]:
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = "李 <li@shop.example>", "support@house.example", "打印机"
    whole["Message-ID"], whole["References"] = "<1@shop.example>", "<INC-000001.2@house.example>"
    whole.set_content("它坏了\n\nOn Mon, 2 Mar 2026 at 09:00, Support wrote:\n> old words")
    whole.add_alternative("<p>它坏了</p><table><tr><td>1</td></tr></table>", subtype="html")
    whole.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="屏幕.png")
    plain = b"From: a@b.example\r\nSubject: =?gb18030?B?tPLTobv6?=\r\nContent-Type: text/plain; charset=gbk\r\n\r\n"
    return whole.as_bytes(), plain + "坏了".encode("gbk")


def _read_mail(octets: bytes) -> bool:
    sender = octets[:40].decode("latin-1")
    return taken(
        lambda: mail.parse(octets, recipients=("a+b@c.example",), envelope_sender=sender), BadPayload
    )


def _quotes(octets: bytes) -> bool:
    text = text_of_octets(octets)
    is_forward(text)
    new_words(text)
    text_of_html(text)
    return True


def _charter(octets: bytes) -> bool:
    with NamedTemporaryFile(suffix=".yaml") as file:
        file.write(octets)
        file.flush()
        return taken(lambda: load_charter(Path(file.name)), CharterError)


def _event(octets: bytes) -> bool:
    head, _, value = octets.partition(b"\n")
    headers = dict(one.split("=", 1) for one in head.decode("utf-8", "replace").split(";") if "=" in one)
    return taken(lambda: headers_of(found) if (found := decode(headers, value)) else None, Undecodable)


def _events() -> tuple[bytes, ...]:
    found = []
    for path in sorted(GOLDEN.glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        headers = ";".join(f"{name}={value}" for name, value in told["headers"].items())
        found.append(f"{headers}\n{json.dumps(told['value'])}".encode())
    return tuple(found)


def _webhook(octets: bytes) -> bool:
    head, _, body = octets.partition(b"\n")
    names = (standard_webhooks.ID, standard_webhooks.TIMESTAMP, standard_webhooks.SIGNATURE)
    headers = dict(zip(names, head.decode("latin-1").split(";"), strict=False))
    key = b"k" * 32
    taken(lambda: standard_webhooks.key_of(head.decode("utf-8", "replace")), ValueError)
    return taken(lambda: standard_webhooks.verify(headers, body, [key], NOW), standard_webhooks.NotGenuine)


def _link(octets: bytes) -> bool:
    token = octets.decode("utf-8", "replace")
    return taken(lambda: SIGNER.verify("incident", token, timedelta(days=1)), BadLink)


def _cursor(octets: bytes) -> bool:
    return taken(lambda: place_of(octets.decode("utf-8", "replace")), BadRequest)


def _json(octets: bytes) -> bool:
    return taken(lambda: check(load(octets)), BadPayload)


def _words(octets: bytes) -> bool:
    """What is read out of single lines: addresses, numbers, languages and networks."""
    text = octets.decode("utf-8", "replace")
    for read in (is_address, mailbox, plus_token, phone_number, caller, supported, preferred, guess):
        read(text)
    network_of(text, text)
    network_of("127.0.0.1", text)
    return True


def _url(octets: bytes) -> bool:
    return taken(lambda: parsed(octets.decode("utf-8", "replace")), BadUrl)


def _file(octets: bytes) -> bool:
    name, _, content = octets.partition(b"\n")
    kept = File.of(name.decode("utf-8", "replace"), name.decode("latin-1"), content).attachment
    assert not {category(one) for one in kept.name} & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    assert not set(kept.name) & set("/\\\x00")
    return True


BOUNDARY = b"multipart/form-data; boundary=x"
ADDRESS = b'--x\r\nContent-Disposition: form-data; name="address"\r\n\r\nann@shop.example\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nIt is broken.\r\n'
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--x--\r\n"
)


def _form(octets: bytes) -> bool:
    """A form with files, from its bytes to the request."""
    kind, _, body = octets.partition(b"\n")
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind)], "app": None}

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def filled_in() -> None:
        async with Request(scope, receive).form(max_files=50, max_fields=50) as given:
            fields = {name: value for name, value in given.items() if isinstance(value, str)}
            files = [one for one in given.values() if isinstance(one, UploadFile)]
            uploads = [
                form.Upload(one.filename or "", one.content_type or "", await one.read()) for one in files
            ]
        form.parse(fields, uploads)

    with warnings.catch_warnings():
        # The parser leaves a file that has no end to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        return taken(lambda: asyncio.run(filled_in()), HTTPException, Unfilled)


def _shipped() -> bytes:
    return files("candor_common").joinpath("default_charter/charter.yaml").read_bytes()


def _signed() -> bytes:
    headers = standard_webhooks.signed([b"k" * 32], "msg_1", NOW, b"{}")
    return ";".join(headers.values()).encode() + b"\n{}"


TARGETS = (
    Target("mail", _read_mail, _mail(), (b"--=", b"Content-Type: multipart/mixed; boundary=x", b"=?utf-8?q?", b"?=", b"message/rfc822", b"charset=utf-7", b"filename*0*=")),
    Target("quotes", _quotes, (b"New\n\nOn Mon, 2 Mar 2026 Ann wrote:\n> old\n", "好\n于2026年3月2日周一 写道：\n> 旧".encode(), b"<p>a<br>b</p>"), (b"> ", b"From: ", b"Sent: ", b"-----Original Message-----", b"<table>", b"<div ", "写道：".encode())),
    Target("charter", _charter, (_shipped(),), (b"- ", b"? ", b"&a ", b"*a", b"!!python/object", b"|\n", b"{a: ", b"<<: ")),
    Target("event", _event, _events(), (b"ce_type=", b"null", b"9999-12-31T23:59:59Z")),
    Target("webhook", _webhook, (_signed(),), (b"v1,", b"whsec_", b".", b" ")),
    Target("link", _link, (SIGNER.sign("incident", "INC-000001").encode(),), (b".", b"-", b"_", b"==")),
    Target("cursor", _cursor, (b"MjAyNi0wMy0wMlQwOTowMDowMCswMDowMCBJTkMtMDAwMDAx",), (b"MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCBh", b"==")),
    Target("json", _json, (b'{"a": [1, 2.5, null, true, {"b": "c"}]}',), (b'{"a":', b"[[", b"1e", b'"\\u', b"Infinity")),
    Target("words", _words, (b"Ann Lee <ann@shop.example>", b"+86 138-0013-8000;ext=5", b"zh-Hant-TW;q=0.8, en;q=x", b"2001:db8::1, 203.0.113.9"), (b"+", b"%", b"::", b"q=", b"zh", b"tel:")),
    Target("url", _url, (b"https://shop.example:443/hook?a=b", b"https://[2001:db8::1]/", b"https://0x7f.1/"), (b"//", b"[", b"]", b"@", b"#", b"xn--", b"\xe3\x80\x82")),
    Target("file", _file, (b"screen.png\n\x89PNG\r\n\x1a\n", b"a.docx\nPK\x03\x04[Content_Types].xml word/", b"a.svg\n<svg onload=x>"), (b"PK\x03\x04", b".exe", b"<!DOCTYPE", b"con.", b"\\")),
    Target("form", _form, (BOUNDARY + b"\n" + ADDRESS + FIELD + UPLOAD, b"application/x-www-form-urlencoded\ntext=a&address=a%40b.example"), (b"--x", b"--x--", b"boundary=", b"filename=", b"Content-Disposition: form-data; ", b"&", b"%")),
)  # fmt: skip
BY_NAME = {one.name: one for one in TARGETS}
