"""Files are kept once, told of, and given out by their content and as downloads only."""

from email.message import EmailMessage
from hashlib import sha256

import pytest
import sqlalchemy as sa

from candor_common.events import ReplyReceived, RequestReceived
from candor_intake import store
from candor_intake.tables import attachment, attachment_content
from tests.plugins.served import Served
from tests.service.intake.posting import body, post, post_mail

pytestmark = pytest.mark.packages("candor_intake")

PAGE = b"<html><script>alert(1)</script></html>"


def with_files(message_id: str, *names: str, content: bytes = PAGE, answers: str | None = None) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "zhang@example.com", "Printer", message_id
    if answers:
        made["In-Reply-To"] = answers
    made.set_content("See there.")
    for name in names:
        made.add_attachment(content, maintype="image", subtype="png", filename=name)
    return made.as_bytes()


async def test_a_file_is_told_of_by_what_it_is_and_fetched_by_its_digest(intake: Served) -> None:
    await post_mail(intake, with_files("<1@b.example>", "截图.png"))
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    [told] = fact.attachments
    assert (told.name, told.content_type, told.size) == ("截图.png", "text/html", len(PAGE))
    got = await intake.client.get(f"/v1/attachments/{told.sha256}")
    assert got.content == PAGE
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%88%AA%E5%9B%BE.png"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


async def test_the_files_of_a_mail_stay_within_it_and_each_request_has_its_own(intake: Served) -> None:
    await post_mail(intake, with_files("<1@b.example>", "a.png", "b.png"))
    await post_mail(intake, with_files("<2@b.example>", "c.png", answers="<1@b.example>"))
    await post_mail(intake, with_files("<2@b.example>", "c.png", answers="<1@b.example>"))
    assert await intake.count(attachment_content) == 0
    links = await intake.rows(sa.select(attachment.c.name, attachment.c.position).order_by(attachment.c.name))
    assert [(row["name"], row["position"]) for row in links] == [("a.png", 0), ("b.png", 1), ("c.png", 0)]
    first, second = await intake.told()
    assert isinstance(first, RequestReceived)
    assert isinstance(second, ReplyReceived)
    assert [one.name for one in (*first.attachments, *second.attachments)] == ["a.png", "b.png", "c.png"]


async def test_the_files_of_a_form_are_kept_by_content_and_equal_ones_once(intake: Served) -> None:
    png = b"\x89PNG\r\n\x1a\n"
    for number in range(2):
        form = {"address": "zhang@example.com", "text": "See there.", "submission": str(number)}
        files = {"attachments": ("a.png", png, "image/png")}
        assert (await intake.client.post("/request", data=form, files=files)).status_code == 303
    assert await intake.count(attachment_content) == 1
    assert await intake.count(attachment) == 2
    assert (await intake.client.get(f"/v1/attachments/{sha256(png).hexdigest()}")).content == png


async def test_a_large_file_of_a_mail_takes_its_room_once(intake: Served) -> None:
    content = bytes(range(256)) * 4_000
    raw = with_files("<1@b.example>", "a.bin", content=content)
    await post_mail(intake, raw)
    columns = (store.inbound.c.raw, attachment_content.c.content)
    kept = [len(row["kept"]) for one in columns for row in await intake.rows(sa.select(one.label("kept")))]
    assert kept == [len(raw)]
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    got = await intake.client.get(f"/v1/attachments/{fact.attachments[0].sha256}")
    assert got.content == content


async def test_who_has_signed_in_gets_original_and_files_by_a_click(intake: Served) -> None:
    raw = with_files("<1@b.example>", "a.png")
    await post_mail(intake, raw)
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    reader, worker = intake.key("ana", "read"), intake.key("ben", "read", "work")
    for path, key, content in (
        (f"/attachments/{fact.attachments[0].sha256}", reader, PAGE),
        (f"/requests/{fact.request_id}/original", worker, raw),
    ):
        stranger = await intake.client.get(path)
        assert (stranger.status_code, stranger.headers["Location"].partition("?")[0]) == (303, "/sign-in")
        found = await intake.client.get(path, headers=key)
        assert found.content == content
        assert found.headers["Content-Disposition"].startswith("attachment;")
    assert "INC-000001.eml" in found.headers["Content-Disposition"]
    assert (
        await intake.client.get(f"/requests/{fact.request_id}/original", headers=reader)
    ).status_code == 303


async def test_only_who_may_read_gets_a_file(intake: Served) -> None:
    await post_mail(intake, with_files("<1@b.example>", "a.png"))
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    path = f"/v1/attachments/{fact.attachments[0].sha256}"
    reader, sender = intake.key("ana", "read"), intake.key("shop", "post")
    assert (await intake.client.get(path)).status_code == 401
    assert (await intake.client.get(path, headers=sender)).status_code == 403
    assert (await intake.client.get(path, headers=reader)).status_code == 200
    assert (await intake.client.get(f"/v1/attachments/{'0' * 64}", headers=reader)).status_code == 404
    assert (await intake.client.get("/v1/attachments/x", headers=reader)).status_code == 422


async def test_a_request_without_files_costs_no_statement_more(intake: Served) -> None:
    await post(intake, body())
    with intake.statements() as sent:
        await post(intake, body())
    assert not [one for one in sent if "attachment" in one]
