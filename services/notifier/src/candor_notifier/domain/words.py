"""Every text that a customer gets, in the three languages that customers are spoken to.

A promise is "we will write to you by"; a target is "we aim to have it fixed by". Never the one for the other.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. A language that lacks one can't be built. Places are named in braces."""

    doing: str
    expect: str
    next_by: str
    who: str
    team: str
    """{team}"""
    reply: str
    reference: str
    """{reference}"""
    request_of: str
    write_by: str
    """{time}"""
    aim_by: str
    """{time}"""
    no_date: str

    acknowledgement_subject: str
    """{reference}, {title}"""
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
    breach_expect: str
    nobody_yet: str

    survey_subject: str
    survey: str
    survey_link: str
    survey_optional: str


WORDS: dict[str, Words] = {
    "en": Words(
        doing="What we are doing",
        expect="What to expect",
        next_by="Next word by",
        who="Who has it",
        team="The {team} team",
        reply="To add something, just reply to this mail.",
        reference="Your reference: {reference}",
        request_of="Your request",
        write_by="We will write to you by {time}.",
        aim_by="We aim to have it fixed by {time}.",
        no_date="We will write to you as soon as we know more.",
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
        breach_expect="Your request is still open. The team's lead has been told.",
        nobody_yet="nobody yet by name; the {team} team",
        survey_subject="How did it go? {title}",
        survey="Your request is resolved. How satisfied are you? One click is enough:",
        survey_link="Answer the question",
        survey_optional="You need not answer. Every suggestion gets a reply.",
    ),
    "zh-Hans": Words(
        doing="我们在做什么",
        expect="接下来会怎样",
        next_by="下次联系您的时间",
        who="负责人",
        team="{team} 团队",
        reply="如需补充，直接回复本邮件即可。",
        reference="您的编号：{reference}",
        request_of="您的服务请求",
        write_by="我们会在 {time} 之前给您写信。",
        aim_by="我们的目标是在 {time} 之前修复。",
        no_date="一有进展，我们就会写信告诉您。",
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
        breach_answer="我们答应在 {time} 之前答复您，但没有做到。这是我们的失误。",
        breach_update="我们答应在 {time} 之前给您写信，但没有做到。这是我们的失误。",
        breach_fix="我们的目标是在 {time} 之前修复，但没有做到。",
        breach_expect="您的请求仍在处理中，团队负责人已经得到通知。",
        nobody_yet="尚未指定具体人员，由 {team} 团队负责",
        survey_subject="这次服务如何？{title}",
        survey="您的请求已解决。您满意吗？点一下就可以：",
        survey_link="填写评价",
        survey_optional="可以不填。您提的每条建议，我们都会答复。",
    ),
    "zh-Hant": Words(
        doing="我們正在做什麼",
        expect="接下來會如何",
        next_by="下次聯絡您的時間",
        who="負責人",
        team="{team} 團隊",
        reply="如需補充，直接回覆本郵件即可。",
        reference="您的編號：{reference}",
        request_of="您的服務請求",
        write_by="我們會在 {time} 之前寫信給您。",
        aim_by="我們的目標是在 {time} 之前修復。",
        no_date="一有進展，我們就會寫信告訴您。",
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
        breach_answer="我們答應在 {time} 之前回覆您，但沒有做到。這是我們的疏失。",
        breach_update="我們答應在 {time} 之前寫信給您，但沒有做到。這是我們的疏失。",
        breach_fix="我們的目標是在 {time} 之前修復，但沒有做到。",
        breach_expect="您的請求仍在處理中，團隊主管已經得到通知。",
        nobody_yet="尚未指定專人，由 {team} 團隊負責",
        survey_subject="這次服務如何？{title}",
        survey="您的請求已解決。您滿意嗎？點一下就可以：",
        survey_link="填寫評價",
        survey_optional="可以不填。您提的每項建議，我們都會回覆。",
    ),
}

LOCALES = {"en": "en", "zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}
"""The locale by which each language writes times."""


def words(language: str) -> Words:
    """The words in a language; English for one that is not spoken here."""
    return WORDS.get(language, WORDS["en"])
