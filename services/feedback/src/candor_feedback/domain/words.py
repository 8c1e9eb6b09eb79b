"""The words on the survey's page, in the three languages that customers are spoken to."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]


@dataclass(frozen=True, slots=True)
class Words:
    """Every text of the page. A language that lacks one can't be built."""

    locale: str
    moment: str
    """With the places {time} and {zone}."""
    title: str
    about: str
    """With the place {reference}."""
    solved: str
    solved_yes: str
    solved_no: str
    solved_help: str
    overall: str
    speed: str
    solution: str
    manner: str
    scores: tuple[str, str, str, str, str]
    """From poor (1) to very good (5)."""
    optional: str
    more: str
    """Above the questions that may be left out."""
    comment: str
    comment_help: str
    send: str
    thanks_title: str
    thanks: str
    thanks_unsolved: str
    thanks_call: str
    """With the place {time}."""
    thanks_reply: str
    """With the place {time}."""
    change: str
    change_until: str
    """With the place {time}."""
    late_title: str
    late: str
    bad_title: str
    bad: str
    choose: str


WORDS: dict[Language, Words] = {
    "en": Words(
        locale="en_GB",
        moment="{time} ({zone})",
        title="How did it go?",
        about="This is about your request {reference}.",
        solved="Is it solved?",
        solved_yes="Yes, it works",
        solved_no="No, it is not solved",
        solved_help="If it is not solved, we take it up again.",
        overall="How satisfied are you, all in all?",
        speed="How satisfied are you with how fast we answered?",
        solution="How satisfied are you with how we solved it?",
        manner="How satisfied are you with how professional we were?",
        scores=("Not at all", "Not much", "Partly", "Satisfied", "Very satisfied"),
        optional="(optional)",
        more="More, if you like",
        comment="What should we know, or do better?",
        comment_help="You need not write anything. If you do, somebody of the team answers you.",
        send="Send the answer",
        thanks_title="Thank you",
        thanks="Your answer is with the team that worked for you.",
        thanks_unsolved="It is not solved, so we take it up again.",
        thanks_call="Somebody will get in touch with you by {time}.",
        thanks_reply="Somebody will answer what you wrote by {time}.",
        change="Change the answer",
        change_until="You can change it until {time}.",
        late_title="This survey is closed",
        late="The time to answer it is over. Just reply to our last mail if you want to tell us something.",
        bad_title="This link does not work",
        bad="Part of it may be missing. Please open it from our mail once more, or just reply to that mail.",
        choose="Please say how satisfied you are, all in all, or that it is not solved.",
    ),
    "zh-Hans": Words(
        locale="zh_Hans_CN",
        moment="{time}（{zone}）",
        title="这次服务如何？",
        about="关于您的服务请求 {reference}。",
        solved="问题解决了吗？",
        solved_yes="解决了",
        solved_no="没有解决",
        solved_help="如果没有解决，我们会继续处理。",
        overall="总体来说，您满意吗？",
        speed="您对我们的响应速度满意吗？",
        solution="您对问题的处理结果满意吗？",
        manner="您对我们的专业程度满意吗？",
        scores=("很不满意", "不太满意", "一般", "满意", "非常满意"),
        optional="（选填）",
        more="更多问题（选填）",
        comment="有什么建议或想告诉我们的？",
        comment_help="可以不填。您写的内容，会有专人答复。",
        send="提交",
        thanks_title="谢谢您",
        thanks="您的评价已转给为您处理的团队。",
        thanks_unsolved="问题还没有解决，我们会继续处理。",
        thanks_call="我们会在 {time}之前与您联系。",
        thanks_reply="对于您写的内容，我们会在 {time}之前答复您。",
        change="修改评价",
        change_until="在 {time}之前，您可以修改评价。",
        late_title="调查已结束",
        late="填写时间已过。如果还有话想说，直接回复我们最后一封邮件即可。",
        bad_title="链接无法打开",
        bad="链接可能不完整。请从我们的邮件中重新打开，或者直接回复那封邮件。",
        choose="请选择总体满意度，或者告诉我们问题没有解决。",
    ),
    "zh-Hant": Words(
        locale="zh_Hant_TW",
        moment="{time}（{zone}）",
        title="這次服務如何？",
        about="關於您的服務請求 {reference}。",
        solved="問題解決了嗎？",
        solved_yes="解決了",
        solved_no="還沒解決",
        solved_help="如果還沒解決，我們會繼續處理。",
        overall="整體來說，您滿意嗎？",
        speed="您對我們的回應速度滿意嗎？",
        solution="您對問題的處理結果滿意嗎？",
        manner="您對我們的專業程度滿意嗎？",
        scores=("很不滿意", "不太滿意", "普通", "滿意", "非常滿意"),
        optional="（選填）",
        more="更多問題（選填）",
        comment="有什麼建議或想告訴我們的？",
        comment_help="可以不填。您寫的內容，會有專人回覆。",
        send="送出",
        thanks_title="謝謝您",
        thanks="您的評價已轉給為您處理的團隊。",
        thanks_unsolved="問題還沒解決，我們會繼續處理。",
        thanks_call="我們會在 {time}之前與您聯絡。",
        thanks_reply="對於您寫的內容，我們會在 {time}之前回覆您。",
        change="修改評價",
        change_until="在 {time}之前，您可以修改評價。",
        late_title="調查已結束",
        late="填寫時間已過。如果還有話想說，直接回覆我們最後一封郵件即可。",
        bad_title="連結無法開啟",
        bad="連結可能不完整。請從我們的郵件中重新開啟，或直接回覆那封郵件。",
        choose="請選擇整體滿意度，或者告訴我們問題還沒解決。",
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
