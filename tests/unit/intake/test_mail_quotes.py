"""What remains of a reply when the history is taken out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.sources.mail_quotes import new_words
from tests.unit.intake.mails import a_mail, a_request

SAMPLES = {
    "Gmail zh": (
        (
            "好的，已经确认。\n\n谢谢\n\n张三 <zhang@example.com> 于2026年3月3日周二 14:05写道：\n\n"
            "> 您的工单 INC-1024 已更新\n> 请回复\n"
        ),
        "好的，已经确认。\n\n谢谢",
    ),
    "Apple zh": (
        "收到，问题还在。\n\n在 2026年3月3日，14:05，支持 <support@example.com> 写道：\n\n> 请问是否解决？\n",
        "收到，问题还在。",
    ),
    "QQ": (
        (
            "还是打不开\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n"
            '发件人: "支持" <support@example.com>;\n发送时间: 2026年3月3日(星期二) 下午2:05\n'
            '收件人: "张三"<z@qq.com>;\n主题: Re: [INC-1024] 打印机\n\n请问是否解决？\n'
        ),
        "还是打不开",
    ),
    "Outlook zh": (
        (
            "还是不行\n\n发件人: 支持 <support@example.com>\n发送时间: 2026年3月3日 14:05\n"
            "收件人: 张三 <z@example.com>\n主题: 回复: [INC-1024] 打印机\n\n请问是否解决？\n"
        ),
        "还是不行",
    ),
    "163": (
        '不行啊\n\n\n在 2026-03-03 14:05:00，"support" <support@example.com> 写道：\n\n请问是否解决？\n',
        "不行啊",
    ),
    "zh-Hant": (
        "還是不行\n\n支援 <support@example.com> 於 2026年3月3日 週二 下午2:05寫道：\n\n> 請問是否解決？\n",
        "還是不行",
    ),
    "Gmail en": (
        (
            "Still broken.\n\nOn Tue, Mar 3, 2026 at 2:05 PM Support <support@example.com> wrote:\n\n"
            "> did it work?\n"
        ),
        "Still broken.",
    ),
    "Outlook en": (
        (
            "Still broken\n\nFrom: Support <support@example.com>\nSent: Tuesday, March 3, 2026 2:05 PM\n"
            "To: Bob\nSubject: RE: [INC-1024]\n\ndid it work?\n"
        ),
        "Still broken",
    ),
}


@pytest.mark.parametrize("client", SAMPLES)
def test_only_the_new_words_of_each_client_remain(client: str) -> None:
    body, remains = SAMPLES[client]
    assert new_words(body) == remains


@pytest.mark.parametrize("client", SAMPLES)
def test_the_rules_hold_for_a_whole_mail_with_crlf(client: str) -> None:
    body, remains = SAMPLES[client]
    raw = a_mail(body.replace("\n", "\r\n"), Content_Type="text/plain; charset=utf-8")
    assert a_request(raw).text == remains


def test_a_header_that_the_client_broke_in_two_is_found() -> None:
    body = (
        "Still broken.\n\nOn Tue, Mar 3, 2026 at 2:05 PM Support <support@example.com>\nwrote:\n\n> did it?\n"
    )
    assert new_words(body) == "Still broken."


def test_an_answer_below_the_quote_is_kept() -> None:
    body = "Hello,\n\nOn Tue, Mar 3, 2026 Support wrote:\n> did it work?\n\nNo, it did not.\n"
    assert new_words(body) == "Hello,\n\nNo, it did not."


def test_a_mail_that_is_all_quote_keeps_it() -> None:
    body = "On Tue, Mar 3, 2026 Support wrote:\n> did it work?\n"
    assert new_words(body) == body.strip()


def test_lines_that_the_client_adds_are_dropped() -> None:
    for line in (
        "发自我的 iPhone",
        "发自我的iPhone",
        "从 Windows 版邮件发送",
        "Sent from my iPhone",
        "發自我的 iPhone",
        "從我的 iPhone 傳送",
        "从我的iPad发送",
        "获取 Outlook for iOS",
    ):
        assert new_words(f"坏了\n\n{line}\n") == "坏了"
    assert new_words("从我的电脑发送打印任务失败") == "从我的电脑发送打印任务失败"


@pytest.mark.parametrize(
    "header",
    [
        "---- 回复的原邮件 ----",
        "---- 回覆的原郵件 ----",
        "---- Replied Message ----",
        "---- Original ----",
        "-------- Original message --------",
        'At 2026-03-03 14:05:00, "support" <support@example.com> wrote:',
        "Am 03.03.26 um 14:05 schrieb Support:",
        "Am Di., 3. März 2026 um 14:05 Uhr schrieb Support <support@example.com>:",
        "Am 03.03.2026 um 14:05 schrieb Support\n<support@example.com>:",
        "Le mar. 3 mars 2026 à 14:05, Support <support@example.com> a écrit\u00a0:",
    ],
)
@pytest.mark.parametrize("is_reply", [True, False])
def test_the_header_of_a_quote_is_known_in_other_clients_too(header: str, is_reply: bool) -> None:
    assert new_words(f"还是不行\n\n{header}\n\nold words\n", is_reply=is_reply) == "还是不行"


@pytest.mark.parametrize(
    "line",
    [
        "Am Montag schrieb die Kasse nichts mehr:",
        "Le serveur nous a écrit :",
        "At noon the log wrote:",
        "---- Origin ----",
    ],
)
def test_a_sentence_like_a_header_stays(line: str) -> None:
    assert new_words(f"Hello\n{line}\nERROR 5") == f"Hello\n{line}\nERROR 5"


@pytest.mark.parametrize("delimiter", ["-- ", "--"])
def test_a_signature_is_no_new_word(delimiter: str) -> None:
    signed = f"It works again.\n\n{delimiter}\nZhang San\nShop Ltd\n+86 138 0013 8000\n"
    assert new_words(signed) == "It works again."
    assert new_words(f"{signed}\nOn Tue, Mar 3, 2026 Support wrote:\n> did it?\n") == "It works again."
    assert new_words(f"{signed}\n> did it?\n") == "It works again."
    assert a_request(a_mail(signed, Subject="New")).text == "It works again."


def test_what_only_begins_like_a_signature_stays() -> None:
    long = "Log:\n--\n" + "\n".join(f"line {number}" for number in range(16))
    below = "Hello\n-- \nZhang\n\nOn Tue, Mar 3, 2026 Support wrote:\n> did it?\n\nNo, it did not."
    among = "Hello\n-- \n> did it?\nNo, it did not."
    rule = "Hello\n--- \nIt is down."
    assert new_words(long) == long
    assert new_words(below) == "Hello\n\nNo, it did not."
    assert new_words(among) == among
    assert new_words(rule) == rule
    assert new_words("-- \nZhang San") == "-- \nZhang San"


def test_the_last_delimiter_is_that_of_the_signature() -> None:
    assert new_words("one\n--\ntwo\n--\nZhang San") == "one\n--\ntwo"


def test_a_from_line_alone_starts_no_quote() -> None:
    body = "The import fails.\nFrom: here on nothing works.\nPlease help."
    assert new_words(body) == body


LOSS = "Packet loss since noon.\nFrom: 10.1.1.1\nTo: 10.2.2.2\nIt is 40 %, the whole shop is down."


def test_lines_of_a_fault_that_look_like_headers_stay_in_a_first_mail() -> None:
    assert a_request(a_mail(LOSS, Subject="Network")).text == LOSS
    chinese = LOSS.replace("From:", "发件人：").replace("To:", "收件人：")
    assert a_request(a_mail(chinese, Subject="网络".encode())).text == chinese


@pytest.mark.parametrize(
    "headers",
    [
        {"In_Reply_To": "<a@x>"},
        {"References": "<a@x>"},
        {"Subject": "Re: Network"},
        {"Subject": "[EXTERNAL] RE[2]: Network"},
        {"Subject": "回复：网络".encode()},
        {"Subject": "回覆: 網路".encode()},
        {"Subject": "答复: 网络".encode()},
    ],
)
def test_two_lines_of_a_header_begin_the_quote_in_a_reply(headers: dict[str, str | bytes]) -> None:
    assert a_request(a_mail(LOSS, **headers)).text == "Packet loss since noon."


def test_three_names_next_to_each_other_begin_a_quote_in_any_mail() -> None:
    head = "From: Bob <bob@example.com>\nDate: today\nTo: me\n\nold"
    assert a_request(a_mail(f"New words.\n\n{head}", Subject="Network")).text == "New words."
    apart = head.replace("\nDate", "\n\nDate").replace("\nTo", "\n\nTo")
    assert "old" in a_request(a_mail(f"New words.\n\n{apart}", Subject="Network")).text


def test_the_rule_above_an_outlook_quote_goes_too() -> None:
    body = "Broken\n________________________________\nFrom: S <s@example.com>\nSent: today\n\nold"
    assert new_words(body) == "Broken"


def test_a_forwarded_mail_is_what_the_mail_is_about() -> None:
    body = "FYI\n\nFrom: Bob <bob@example.com>\nSent: today\nTo: me\n\nThe server is down."
    assert "The server is down." in a_request(a_mail(body, Subject="FW: alarm")).text
    assert "The server is down." in a_request(a_mail(body, Subject="转发: 警报")).text
    assert a_request(a_mail(body, Subject="RE: FW: alarm")).text == "FYI"


@given(st.text(alphabet="于於在On wrote:写道：20263>-\n&nbsp;From", max_size=300))
def test_something_remains_of_every_text(text: str) -> None:
    assert bool(new_words(text)) == bool(text.strip())


@pytest.mark.parametrize(
    "line",
    [
        "于2026" * 30,
        "-" * 1_000,
        ">",
        "From:",
        "",
        "On a",
        "在 2026",
        "--",
        "Am 1" + " schrieb" * 30 + ":",
        "Le 1 a écrit",
    ],
)
def test_no_text_takes_more_than_linear_time(line: str) -> None:
    started = time.process_time()
    new_words("\n".join([line] * (100_000 // (len(line) + 1))))
    assert time.process_time() - started < 20
