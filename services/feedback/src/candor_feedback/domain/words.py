"""The words on the survey's page, in the three languages that customers are spoken to."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]


@dataclass(frozen=True, slots=True)
class Words:
    """Every text of the page. A language that lacks one can't be built."""

    title: str
    about: str
    """With the place {reference}."""
    question: str
    scores: tuple[str, str, str, str, str]
    """From poor (1) to very good (5)."""
    comment: str
    comment_help: str
    send: str
    thanks_title: str
    thanks: str
    change: str
    late_title: str
    late: str
    bad_title: str
    bad: str
    choose: str


WORDS: dict[Language, Words] = {
    "en": Words(
        title="How did it go?",
        about="This is about your request {reference}.",
        question="How satisfied are you, all in all?",
        scores=("Not at all", "Not much", "Partly", "Satisfied", "Very satisfied"),
        comment="What should we know?",
        comment_help="You need not write anything. The team reads what you write.",
        send="Send the answer",
        thanks_title="Thank you",
        thanks="Your answer is with the team that worked for you.",
        change="Change the answer",
        late_title="This survey is closed",
        late="The time to answer it is over. Just reply to our last mail if you want to tell us something.",
        bad_title="This link does not work",
        bad="Part of it may be missing. Please open it from our mail once more, or just reply to that mail.",
        choose="Please choose one of the five answers.",
    ),
    "zh-Hans": Words(
        title="这次服务如何？",
        about="关于您的服务请求 {reference}。",
        question="总体来说，您满意吗？",
        scores=("很不满意", "不太满意", "一般", "满意", "非常满意"),
        comment="有什么想告诉我们的？",
        comment_help="可以不填。您写的内容，团队都会看到。",
        send="提交",
        thanks_title="谢谢您",
        thanks="您的评价已转给为您处理的团队。",
        change="修改评价",
        late_title="调查已结束",
        late="填写时间已过。如果还有话想说，直接回复我们最后一封邮件即可。",
        bad_title="链接无法打开",
        bad="链接可能不完整。请从我们的邮件中重新打开，或者直接回复那封邮件。",
        choose="请从五个选项中选择一个。",
    ),
    "zh-Hant": Words(
        title="這次服務如何？",
        about="關於您的服務請求 {reference}。",
        question="整體來說，您滿意嗎？",
        scores=("很不滿意", "不太滿意", "普通", "滿意", "非常滿意"),
        comment="有什麼想告訴我們的？",
        comment_help="可以不填。您寫的內容，團隊都會看到。",
        send="送出",
        thanks_title="謝謝您",
        thanks="您的評價已轉給為您處理的團隊。",
        change="修改評價",
        late_title="調查已結束",
        late="填寫時間已過。如果還有話想說，直接回覆我們最後一封郵件即可。",
        bad_title="連結無法開啟",
        bad="連結可能不完整。請從我們的郵件中重新開啟，或直接回覆那封郵件。",
        choose="請從五個選項中選擇一個。",
    ),
}


def spoken(tag: str) -> Language:
    """The language of ours for a language tag; English for one that is not spoken here."""
    return _known(tag) or "en"


def preferred(accept_language: str) -> Language:
    """The first language of ours that a browser asks for, by its Accept-Language header."""
    asked = (_known(one.partition(";")[0]) for one in accept_language.split(","))
    return next((one for one in asked if one), "en")


def _known(tag: str) -> Language | None:
    parts = tag.strip().casefold().replace("_", "-").split("-")
    match parts[0]:
        case "en":
            return "en"
        case "zh":
            return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"
    return None
