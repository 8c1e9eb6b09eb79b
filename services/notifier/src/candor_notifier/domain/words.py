"""Every text that a customer gets, in the three languages that customers are spoken to.

A promise is "we will write to you by"; a target is "we aim to have it fixed by". Never the one for the other.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. A language that lacks one can't be built. Places are named in braces."""

    locale: str
    """By whose rules times are written."""
    doing: str
    expect: str
    next_by: str
    who: str
    owned: str
    """{owner}, {team}"""
    nobody_yet: str
    """{team}"""
    reply: str
    reference: str
    """{reference}"""
    moment: str
    """{time}, {zone}"""
    write_by: str
    """{time}"""
    aim_by: str
    """{time}"""
    no_date: str
    finished: str
    """Instead of a date, when nothing more is due from us."""

    acknowledgement_subject: str
    """{title}, like every subject"""
    acknowledgement: str
    """{title}"""
    acknowledgement_expect: str

    update_subject: str
    resolution_subject: str
    resolution: str
    cause: str
    done: str
    checked: str
    confirm: str

    breach_subject: str
    breach_answer: str
    """{time}"""
    breach_update: str
    """{time}"""
    breach_fix: str
    """{time}"""
    working: str
    waiting: str
    breach_expect: str

    survey_subject: str
    survey: str
    survey_doing: str
    survey_optional: str
    scores: tuple[str, str, str, str, str]
    """From 1 to 5, in the words of the survey's page."""


WORDS: dict[str, Words] = {
    "en": Words(
        locale="en_GB",
        doing="What we are doing",
        expect="What to expect",
        next_by="Next word by",
        who="Who has it",
        owned="{owner} ({team})",
        nobody_yet="{team}; nobody by name yet",
        reply="To add something, just reply to this mail.",
        reference="Your reference: {reference}",
        moment="{time} ({zone})",
        write_by="We will write to you by {time}.",
        aim_by="We aim to have it fixed by {time}.",
        no_date="We will write to you as soon as we know more.",
        finished="Nothing more is due from us. If you write, we go on.",
        acknowledgement_subject="We have your message: {title}",
        acknowledgement="We have your message. As we understand it: {title}",
        acknowledgement_expect="A person will look at it and answer. If we understood it wrongly, just reply.",
        update_subject="News about: {title}",
        resolution_subject="It works again: {title}",
        resolution="We believe that it works again.",
        cause="What was wrong",
        done="What we did",
        checked="How we checked",
        confirm="Please tell us if you see it too. If it does not work for you, just reply and we go on.",
        breach_subject="We missed a promise: {title}",
        breach_answer="We promised to answer you by {time} and did not. That was our miss.",
        breach_update="We promised to write to you by {time} and did not. That was our miss.",
        breach_fix="We aimed to have it fixed by {time} and did not manage it.",
        working="Somebody is working on it.",
        waiting="It waits for somebody to take it.",
        breach_expect="Your request is still open.",
        survey_subject="How did it go? {title}",
        survey="How satisfied are you, all in all? One click is enough:",
        survey_doing="We want to know how it went.",
        survey_optional="You need not answer.",
        scores=("Not at all", "Not much", "Partly", "Satisfied", "Very satisfied"),
    ),
    "zh-Hans": Words(
        locale="zh_Hans_CN",
        doing="我们在做什么",
        expect="接下来会怎样",
        next_by="下次联系您的时间",
        who="负责人",
        owned="{owner}（{team}）",
        nobody_yet="{team}（尚未指定具体人员）",
        reply="如需补充，直接回复本邮件即可。",
        reference="您的编号：{reference}",
        moment="{time}（{zone}）",
        write_by="我们会在 {time}之前给您写信。",
        aim_by="我们的目标是在 {time}之前修复。",
        no_date="一有进展，我们就会写信告诉您。",
        finished="我们这边没有未完成的事项。您来信，我们就继续处理。",
        acknowledgement_subject="已收到您的来信：{title}",
        acknowledgement="我们已收到您的来信。我们的理解是：{title}",
        acknowledgement_expect="会有专人查看并答复您。如果我们理解有误，请直接回复。",
        update_subject="最新进展：{title}",
        resolution_subject="已恢复：{title}",
        resolution="我们认为问题已经解决。",
        cause="问题原因",
        done="我们做了什么",
        checked="我们如何验证",
        confirm="请您确认是否已恢复。如果仍有问题，直接回复本邮件，我们会继续处理。",
        breach_subject="我们没有守约：{title}",
        breach_answer="我们答应在 {time}之前答复您，但没有做到。这是我们的失误。",
        breach_update="我们答应在 {time}之前给您写信，但没有做到。这是我们的失误。",
        breach_fix="我们的目标是在 {time}之前修复，但没有做到。",
        working="已有专人在处理。",
        waiting="正在等待专人接手。",
        breach_expect="您的请求仍在处理中。",
        survey_subject="这次服务如何？{title}",
        survey="总体来说，您满意吗？点一下就可以：",
        survey_doing="我们想知道这次服务怎么样。",
        survey_optional="可以不填。",
        scores=("很不满意", "不太满意", "一般", "满意", "非常满意"),
    ),
    "zh-Hant": Words(
        locale="zh_Hant_TW",
        doing="我們正在做什麼",
        expect="接下來會如何",
        next_by="下次聯絡您的時間",
        who="負責人",
        owned="{owner}（{team}）",
        nobody_yet="{team}（尚未指定專人）",
        reply="如需補充，直接回覆本郵件即可。",
        reference="您的編號：{reference}",
        moment="{time}（{zone}）",
        write_by="我們會在 {time}之前寫信給您。",
        aim_by="我們的目標是在 {time}之前修復。",
        no_date="一有進展，我們就會寫信告訴您。",
        finished="我們這邊沒有未完成的事項。您來信，我們就繼續處理。",
        acknowledgement_subject="已收到您的來信：{title}",
        acknowledgement="我們已收到您的來信。我們的理解是：{title}",
        acknowledgement_expect="會有專人查看並回覆您。如果我們理解有誤，請直接回信。",
        update_subject="最新進展：{title}",
        resolution_subject="已恢復：{title}",
        resolution="我們認為問題已經解決。",
        cause="問題原因",
        done="我們做了什麼",
        checked="我們如何驗證",
        confirm="請您確認是否已恢復。如果仍有問題，直接回覆本郵件，我們會繼續處理。",
        breach_subject="我們沒有守約：{title}",
        breach_answer="我們答應在 {time}之前回覆您，但沒有做到。這是我們的疏失。",
        breach_update="我們答應在 {time}之前寫信給您，但沒有做到。這是我們的疏失。",
        breach_fix="我們的目標是在 {time}之前修復，但沒有做到。",
        working="已有專人在處理。",
        waiting="正在等待專人接手。",
        breach_expect="您的請求仍在處理中。",
        survey_subject="這次服務如何？{title}",
        survey="整體來說，您滿意嗎？點一下就可以：",
        survey_doing="我們想知道這次服務如何。",
        survey_optional="可以不填。",
        scores=("很不滿意", "不太滿意", "普通", "滿意", "非常滿意"),
    ),
}


def tag(language: str) -> str:
    """The language of ours that is nearest to a language tag; English where none is near."""
    if language in WORDS:
        return language
    parts = language.casefold().replace("_", "-").split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def words(language: str) -> Words:
    """The words in the language nearest to a language tag."""
    return WORDS[tag(language)]
