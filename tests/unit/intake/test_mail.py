"""Mail as requests: the words, the sender, and what is ignored."""

import base64

import pytest

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import BadPayload, Ignored
from candor_intake.sources.mail import parse
from tests.unit.intake.mails import a_mail, a_request

OURS = frozenset({"Support@example.org"})
MULTIPART = 'multipart/{}; boundary="b"'


def parts(*contents: tuple[str, str]) -> str:
    return "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{body}\r\n" for kind, body in contents) + "--b--\r\n"


def test_a_plain_mail_is_a_request_of_its_sender() -> None:
    request = a_request(a_mail(Subject="=?utf-8?b?5omT5Y2w5py6?= broken"))
    assert request.sender == Contact(address="zhang@example.com", name="Zhang San")
    assert (request.subject_line, request.text) == ("打印机 broken", "The printer is broken.")
    assert (request.channel, request.origin, request.language) == (Channel.MAIL, Origin.HUMAN, "en")
    assert request.dedup_key == "<one@example.com>"


def test_utf_8_without_a_content_type_is_read() -> None:
    request = a_request(a_mail("打印机坏了", Subject="打印机".encode()))
    assert (request.subject_line, request.text, request.language) == ("打印机", "打印机坏了", "zh-Hans")


def test_gb2312_with_an_en_dash_is_read() -> None:
    text = "这是很坏的Minus – Blabla"
    assert a_request(a_mail(text.encode("gb18030"), Content_Type="text/plain; charset=gb2312")).text == text


def test_the_label_x_gbk_is_read() -> None:
    raw = a_mail(
        "印表機壞了，打印机".encode("gbk"),
        Content_Type="text/plain; charset=x-gbk",
        Subject="=?x-gbk?B?" + base64.b64encode("打印机坏了".encode("gbk")).decode() + "?=",
    )
    assert (a_request(raw).subject_line, a_request(raw).text) == ("打印机坏了", "印表機壞了，打印机")


def test_a_subject_in_raw_gbk_is_read() -> None:
    assert (
        a_request(a_mail(Subject="回复: 打印机无法连接网络".encode("gbk"))).subject_line
        == "回复: 打印机无法连接网络"
    )


def test_an_encoded_word_cut_within_a_character_is_put_together() -> None:
    first, second = (base64.b64encode(half).decode() for half in ("打印".encode()[:4], "打印".encode()[4:]))
    assert a_request(a_mail(Subject=f"=?utf-8?B?{first}?=\r\n =?utf-8?B?{second}?=")).subject_line == "打印"


def test_a_broken_encoded_word_stays_as_it_is() -> None:
    assert a_request(a_mail(Subject="=?utf-8?B?a?= =?utf-8?Q?ok?=")).subject_line.startswith("=?utf-8?B?a")


def test_a_subject_can_not_add_a_header() -> None:
    assert a_request(a_mail(Subject="=?utf-8?Q?a=0D=0ABcc:_b?=")).subject_line == "a Bcc: b"


def test_the_first_line_stands_in_for_a_missing_subject() -> None:
    assert a_request(a_mail("It is broken.\r\nHelp!", Subject=None)).subject_line == "It is broken."
    assert a_request(a_mail("", Subject=None)).subject_line == "(no subject)"


def test_plain_text_is_preferred_to_html() -> None:
    body = parts(("text/plain", "plain"), ("text/html", "<p>rich"))
    assert a_request(a_mail(body, Content_Type=MULTIPART.format("alternative"))).text == "plain"


def test_html_is_read_when_it_is_all_there_is() -> None:
    page = "<style>p{}</style><p>打印机&nbsp;坏了</p><div>请帮忙</div><script>x()</script>"
    for kind, body in (("text/html; charset=utf-8", page), (MULTIPART.format("alternative"), None)):
        content = body or parts(("text/plain", "  "), ("text/html; charset=utf-8", page))
        assert a_request(a_mail(content, Content_Type=kind)).text.split() == ["打印机", "坏了", "请帮忙"]


def test_html_nested_too_deeply_for_the_reader_loses_no_words() -> None:
    page = "<div>" * 1_000 + "help &amp; rescue" + "</div>" * 1_000
    assert a_request(a_mail(page, Content_Type="text/html")).text == "help & rescue"


def test_the_text_around_an_attachment_is_kept() -> None:
    body = parts(("text/plain", "before"), ("image/png", "x"), ("text/plain", "after")).replace(
        "--b--", "--b\r\nContent-Disposition: attachment\r\n\r\nnever shown\r\n--b--"
    )
    assert a_request(a_mail(body, Content_Type=MULTIPART.format("mixed"))).text == "before\n\nafter"


def test_a_mail_passed_on_as_attachment_is_the_text_of_an_empty_one() -> None:
    body = parts(("text/plain", ""), ("message/rfc822", "Subject: old\r\n\r\nThe server is down."))
    assert a_request(a_mail(body, Content_Type=MULTIPART.format("mixed"))).text == "The server is down."


def test_nul_and_broken_bytes_are_replaced() -> None:
    request = a_request(a_mail(b"a\0b", Content_Type="text/plain; charset=utf-8"))
    assert request.text == "a\ufffdb"


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("zhang@example.com", "zhang@example.com", None),
        ('"Zhang, San" <zhang@example.com>', "zhang@example.com", "Zhang, San"),
        ('"other@example.net" <zhang@example.com>', "zhang@example.com", "other@example.net"),
        ("zhang@example.com (Zhang San)", "zhang@example.com", "Zhang San"),
        ("=?utf-8?B?5byg5LiJ?= <zhang@example.com>", "zhang@example.com", "张三"),
        ("=?utf-8?B?5byg5LiJIDx6aGFuZ0BleGFtcGxlLmNvbT4=?=", "zhang@example.com", None),
        ("张三 <用户@例子.公司>", "用户@例子.公司", "张三"),
        ('"a b"@example.com', '"a b"@example.com', None),
        ("zhang@[192.0.2.1]", "zhang@[192.0.2.1]", None),
    ],
)
def test_the_sender_is_found_as_clients_write_it(written: str, address: str, name: str | None) -> None:
    assert a_request(a_mail(From=written)).sender == Contact(address=address, name=name)


def test_the_reply_address_comes_before_the_author() -> None:
    request = a_request(a_mail(From="Form <form@example.com>", Reply_To="li@example.com"))
    assert request.sender == Contact(address="li@example.com")


def test_a_sender_that_nobody_can_answer_gets_no_answer() -> None:
    request = a_request(a_mail(From="root (Cron Daemon)"))
    assert (request.sender.address, request.origin) == ("", Origin.BULK)
    assert a_request(a_mail(From=None, Sender="li@example.com")).sender.address == "li@example.com"


@pytest.mark.parametrize(
    "mark", ["example.org", " EXAMPLE.org ", "other.example\r\nX-Candor-Loop: example.org"]
)
def test_our_own_mail_that_comes_back_is_ignored(mark: str) -> None:
    assert parse(a_mail(X_Candor_Loop=mark), own_addresses=OURS) == Ignored("our own mail")


@pytest.mark.parametrize("mark", ["other.example", "notexample.org", "", b"\xff"])
def test_the_mail_of_another_companys_candor_is_a_request(mark: str | bytes) -> None:
    assert a_request(a_mail(X_Candor_Loop=mark), OURS).text == "The printer is broken."


def test_mail_from_one_of_our_own_addresses_is_ignored() -> None:
    ours = parse(a_mail(From="Us <support+t0ken@EXAMPLE.org>"), own_addresses=OURS)
    assert ours == Ignored("sent from one of our own addresses")


def test_a_contact_form_that_sends_as_us_is_a_request_of_its_author() -> None:
    request = a_request(a_mail(From="support@example.org", Reply_To="li@example.com"), OURS)
    assert request.sender.address == "li@example.com"


def test_a_reply_address_of_ours_does_not_hide_the_author() -> None:
    assert a_request(a_mail(Reply_To="support@example.org"), OURS).sender.address == "zhang@example.com"


def test_without_an_id_the_bytes_themselves_tell_a_repeat() -> None:
    first, again, other = (a_request(a_mail(body, Message_ID=None)).dedup_key for body in ("a", "a", "b"))
    assert first == again != other
    assert first.startswith("sha256:")


def test_an_empty_mail_is_refused() -> None:
    with pytest.raises(BadPayload):
        parse(b" \r\n")
