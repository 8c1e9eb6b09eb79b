"""The words on the customer's own page, in the three languages that customers are spoken to.

A promise is "we will write to you by"; a target is "we aim to have it fixed by". Never the one for the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from candor_common.events import IncidentStatus
from candor_triage import customer_statuses

Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]


@dataclass(frozen=True, slots=True)
class CustomerWords:
    """Every text of the page. A language that lacks one can't be built. Places are named in braces."""

    locale: str
    """By whose rules times are written."""
    moment: str
    """{time}, {zone}"""
    about: str
    """{reference}"""
    happening: str
    expect: str
    expect_nothing_said: str
    next_word: str
    write_by: str
    """{time}"""
    no_date: str
    finished: str
    fixed_by: str
    aim_by: str
    """{time}"""
    no_target: str
    after_answer: str
    who: str
    person_of_team: str
    """{person}, {team}"""
    reach: str
    missed_word: str
    """{time}"""
    missed_fix: str
    """{time}"""
    question: str
    workaround: str
    cause: str
    done: str
    checked: str
    history: str
    ours: str
    theirs: str
    asked: str
    works_title: str
    works_help: str
    works: str
    not_solved: str
    not_solved_help: str
    add_title: str
    answer_title: str
    add_help: str
    add: str
    words_missing: str
    thanks_add: str
    thanks_works: str
    thanks_not_solved: str
    not_now: str
    bad_title: str
    bad: str
    late_title: str
    late: str
    statuses: Mapping[IncidentStatus, str]
    """Every status in words."""


_EN = CustomerWords(
    locale="en_GB",
    moment="{time} ({zone})",
    about="Your request {reference}",
    happening="What is happening",
    expect="What to expect",
    expect_nothing_said="A person will look at it and write to you.",
    next_word="Next word by",
    write_by="We will write to you by {time}.",
    no_date="We will write to you as soon as we know more.",
    finished="Nothing more is due from us. If you write, we go on.",
    fixed_by="Fixed by (target)",
    aim_by="We aim to have it fixed by {time}.",
    no_target="We have no date for it yet.",
    after_answer="As soon as we have your answer, we go on.",
    who="Who has it",
    person_of_team="{person} ({team})",
    reach="To reach us, write below or just reply to one of our messages.",
    missed_word="We promised to write to you by {time} and did not. That was our miss.",
    missed_fix="We aimed to have it fixed by {time} and did not manage it.",
    question="We have a question for you",
    workaround="How you can go on meanwhile",
    cause="What was wrong",
    done="What we did",
    checked="How we checked",
    history="What was said so far",
    ours="We wrote",
    theirs="You wrote",
    asked="We asked",
    works_title="Does it work again?",
    works_help="Please tell us if you see it too.",
    works="It works",
    not_solved="It is not solved",
    not_solved_help="What do you still see? (You may leave this empty.)",
    add_title="Add information",
    answer_title="Your answer",
    add_help="The people who work on it read this.",
    add="Send",
    words_missing="Please write something first.",
    thanks_add="Thank you. What you wrote is with the people who work on it.",
    thanks_works="Thank you. We are glad that it works again.",
    thanks_not_solved="Thank you for telling us. We take it up again and will write to you.",
    not_now="That is not possible any more: it has changed meanwhile. This is how it stands now.",
    bad_title="This link does not work",
    bad="Part of it may be missing. Please open it from our message once more, or just reply to that message.",
    late_title="This link is too old",
    late="Please open the link in our newest message, or just reply to it.",
    statuses=customer_statuses.EN,
)
_HANS = CustomerWords(
    locale="zh_Hans_CN",
    moment="{time}（{zone}）",
    about="您的服务请求 {reference}",
    happening="目前的情况",
    expect="接下来会怎样",
    expect_nothing_said="会有专人查看，并给您写信。",
    next_word="下次联系您的时间",
    write_by="我们会在 {time}之前给您写信。",
    no_date="一有进展，我们就会写信告诉您。",
    finished="我们这边没有未完成的事项。您来信，我们就继续处理。",
    fixed_by="修复时间（目标）",
    aim_by="我们的目标是在 {time}之前修复。",
    no_target="目前还没有确定的日期。",
    after_answer="收到您的答复后，我们会继续处理。",
    who="负责人",
    person_of_team="{person}（{team}）",
    reach="如需联系我们，请在下方留言，或者直接回复我们的任何一封来信。",
    missed_word="我们答应在 {time}之前给您写信，但没有做到。这是我们的失误。",
    missed_fix="我们的目标是在 {time}之前修复，但没有做到。",
    question="我们想向您确认",
    workaround="在此期间您可以这样做",
    cause="问题原因",
    done="我们做了什么",
    checked="我们如何验证",
    history="往来记录",
    ours="我们",
    theirs="您",
    asked="我们的提问",
    works_title="现在恢复正常了吗？",
    works_help="请您帮我们确认一下。",
    works="已恢复正常",
    not_solved="问题没有解决",
    not_solved_help="您现在看到的是什么情况？（可以不填）",
    add_title="补充信息",
    answer_title="您的答复",
    add_help="处理这件事的人员会看到您写的内容。",
    add="发送",
    words_missing="请先填写内容。",
    thanks_add="谢谢您。您写的内容已转给处理人员。",
    thanks_works="谢谢您的确认。恢复正常就好。",
    thanks_not_solved="谢谢您告诉我们。我们会继续处理，并给您写信。",
    not_now="情况已有变化，这一步现在无法进行。下面是最新情况。",
    bad_title="链接无法打开",
    bad="链接可能不完整。请从我们的来信中重新打开，或者直接回复那封信。",
    late_title="链接已过期",
    late="请打开我们最新一封来信中的链接，或者直接回复那封信。",
    statuses=customer_statuses.HANS,
)
_HANT = CustomerWords(
    locale="zh_Hant_TW",
    moment="{time}（{zone}）",
    about="您的服務請求 {reference}",
    happening="目前的狀況",
    expect="接下來會如何",
    expect_nothing_said="會有專人查看，並寫信給您。",
    next_word="下次聯絡您的時間",
    write_by="我們會在 {time}之前寫信給您。",
    no_date="一有進展，我們就會寫信告訴您。",
    finished="我們這邊沒有未完成的事項。您來信，我們就繼續處理。",
    fixed_by="修復時間（目標）",
    aim_by="我們的目標是在 {time}之前修復。",
    no_target="目前還沒有確定的日期。",
    after_answer="收到您的答覆後，我們會繼續處理。",
    who="負責人",
    person_of_team="{person}（{team}）",
    reach="如需聯絡我們，請在下方留言，或直接回覆我們的任何一封來信。",
    missed_word="我們答應在 {time}之前寫信給您，但沒有做到。這是我們的疏失。",
    missed_fix="我們的目標是在 {time}之前修復，但沒有做到。",
    question="我們想向您確認",
    workaround="在此期間您可以這樣做",
    cause="問題原因",
    done="我們做了什麼",
    checked="我們如何驗證",
    history="往來紀錄",
    ours="我們",
    theirs="您",
    asked="我們的提問",
    works_title="現在恢復正常了嗎？",
    works_help="請您協助確認。",
    works="已恢復正常",
    not_solved="問題沒有解決",
    not_solved_help="您現在看到的是什麼狀況？（可以不填）",
    add_title="補充資訊",
    answer_title="您的答覆",
    add_help="處理這件事的人員會看到您寫的內容。",
    add="送出",
    words_missing="請先填寫內容。",
    thanks_add="謝謝您。您寫的內容已轉給處理人員。",
    thanks_works="謝謝您的確認。恢復正常就好。",
    thanks_not_solved="謝謝您告訴我們。我們會繼續處理，並寫信給您。",
    not_now="狀況已有變化，這個步驟現在無法進行。以下是最新狀況。",
    bad_title="連結無法開啟",
    bad="連結可能不完整。請從我們的來信中重新開啟，或直接回覆那封信。",
    late_title="連結已過期",
    late="請開啟我們最新一封來信中的連結，或直接回覆那封信。",
    statuses=customer_statuses.HANT,
)
WORDS: Mapping[Language, CustomerWords] = {"en": _EN, "zh-Hans": _HANS, "zh-Hant": _HANT}


def spoken(language: str) -> Language:
    """The language of ours that is nearest to a language tag; English where none is near."""
    parts = language.casefold().replace("_", "-").split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def preferred(accepted: str) -> Language:
    """The first language of a browser's list, for a page that does not know whose it is."""
    return spoken(accepted.partition(",")[0].partition(";")[0].strip())
