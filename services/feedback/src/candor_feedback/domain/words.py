"""The words on the survey's page, in the three languages that customers are spoken to."""

from functools import lru_cache
from typing import TypeAlias

from candor_common.charter import QUESTIONS, Charter, SurveyQuestions, SurveyTexts, own_words
from candor_common.languages import Language
from candor_common.wording import Wording

Words: TypeAlias = SurveyTexts

WORDS = Wording(
    en=Words(
        locale="en_GB",
        moment="{time} ({zone})",
        title="How did it go?",
        about="This is about your request {reference}.",
        solved="Is it solved?",
        solved_yes="Yes, it works",
        solved_no="No, it is not solved",
        solved_help="If it is not solved, we take it up again.",
        overall=QUESTIONS["en"].overall,
        speed=QUESTIONS["en"].speed,
        solution=QUESTIONS["en"].solution,
        manner=QUESTIONS["en"].manner,
        scores=QUESTIONS["en"].scores,
        optional="(optional)",
        more="More, if you like",
        comment="What should we know, or do better?",
        comment_help="You need not write anything. If you do, somebody of the team answers you.",
        comment_too_long="Your words are too long: at most {most} characters fit. They are still here; please shorten them.",
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
    zh_hans=Words(
        locale="zh_Hans_CN",
        moment="{time}（{zone}）",
        title="这次服务如何？",
        about="关于您的服务请求 {reference}。",
        solved="问题解决了吗？",
        solved_yes="解决了",
        solved_no="没有解决",
        solved_help="如果没有解决，我们会继续处理。",
        overall=QUESTIONS["zh-Hans"].overall,
        speed=QUESTIONS["zh-Hans"].speed,
        solution=QUESTIONS["zh-Hans"].solution,
        manner=QUESTIONS["zh-Hans"].manner,
        scores=QUESTIONS["zh-Hans"].scores,
        optional="（选填）",
        more="更多问题（选填）",
        comment="您有什么建议，或者想告诉我们什么？",
        comment_help="可以不填。您写的内容，会有专人答复。",
        comment_too_long="内容过长，最多 {most} 个字符。您写的内容仍保留在下面，请缩短后再提交。",
        send="提交",
        thanks_title="谢谢您",
        thanks="您的评价已转给为您处理的团队。",
        thanks_unsolved="问题还没有解决，我们会继续处理。",
        thanks_call="我们会在 {time}之前与您联系。",
        thanks_reply="对于您写的内容，我们会在 {time}之前答复您。",
        change="修改评价",
        change_until="在 {time}之前，您可以修改评价。",
        late_title="问卷已截止",
        late="填写时间已过。如果还有想告诉我们的，直接回复我们最近一封邮件即可。",
        bad_title="链接无法打开",
        bad="链接可能不完整。请从我们发给您的邮件中重新打开，或直接回复那封邮件。",
        choose="请选择总体满意度，或者告诉我们问题没有解决。",
    ),
    zh_hant=Words(
        locale="zh_Hant_TW",
        moment="{time}（{zone}）",
        title="這次服務如何？",
        about="關於您的服務請求 {reference}。",
        solved="問題解決了嗎？",
        solved_yes="解決了",
        solved_no="還沒解決",
        solved_help="如果還沒解決，我們會繼續處理。",
        overall=QUESTIONS["zh-Hant"].overall,
        speed=QUESTIONS["zh-Hant"].speed,
        solution=QUESTIONS["zh-Hant"].solution,
        manner=QUESTIONS["zh-Hant"].manner,
        scores=QUESTIONS["zh-Hant"].scores,
        optional="（選填）",
        more="更多問題（選填）",
        comment="您有什麼建議，或者想告訴我們什麼？",
        comment_help="可以不填。您寫的內容，會有專人回覆。",
        comment_too_long="內容過長，最多 {most} 個字元。您寫的內容仍保留在下方，請縮短後再送出。",
        send="送出",
        thanks_title="謝謝您",
        thanks="您的評價已轉給為您處理的團隊。",
        thanks_unsolved="問題還沒解決，我們會繼續處理。",
        thanks_call="我們會在 {time}之前與您聯絡。",
        thanks_reply="對於您寫的內容，我們會在 {time}之前回覆您。",
        change="修改評價",
        change_until="在 {time}之前，您可以修改評價。",
        late_title="問卷已截止",
        late="填寫時間已過。如果還有想告訴我們的，直接回覆我們最近一封郵件即可。",
        bad_title="連結無法開啟",
        bad="連結可能不完整。請從我們寄給您的郵件中重新開啟，或直接回覆那封郵件。",
        choose="請選擇整體滿意度，或者告訴我們問題還沒解決。",
    ),
)
"""The ones that Candor ships with."""


@lru_cache(maxsize=8)
def words_of(charter: Charter) -> Wording[Words]:
    """The words under a charter, with its own questions."""
    questions = charter.survey_questions

    def asked(language: Language) -> dict[str, object]:
        one: SurveyQuestions = questions[language]
        return {
            "overall": one.overall,
            "speed": one.speed,
            "solution": one.solution,
            "manner": one.manner,
            "scores": one.scores,
        }

    return own_words(WORDS, charter.content.texts.survey_page).changed(asked)
