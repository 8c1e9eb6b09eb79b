"""The words of the charter as customers read it, in the three languages that they are spoken to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from candor_common.events import Priority, PromiseKind
from candor_common.wording import Wording
from candor_common.working_time import Target, Unit

_MANY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class CharterWords:
    """Every text of the page. A language that lacks one can't be built. Places are named in braces."""

    locale: str
    languages: str
    title: str
    intro: str
    urgency: str
    priorities: Mapping[Priority, str]
    within: Mapping[PromiseKind, str]
    """What is promised, above how long it may take."""
    kinds: Mapping[PromiseKind, str]
    units: Mapping[Unit, tuple[str, str]]
    """{number}: for one, and for more"""
    minutes_and_seconds: str
    """{minutes}, {seconds}"""
    how_kept: str
    how_kept_since: str
    share: str
    """{kept}, {all}, {percent}"""
    none_yet: str
    hours: str
    clock_time: str
    working_time: str
    days: str
    """{first}, {last}"""
    week: str
    """{week}, {zone}"""
    pauses: str
    """{kinds}"""
    separators: tuple[str, str]
    """Between things of a list, and between lists."""
    after_fix: str
    watch: str
    """{watch}, {reopen}, {close}"""

    def target(self, target: Target) -> str:
        """A target as people say it: "1 hour", "3 business days", "4 min 48 s"."""
        if target.unit is Unit.SECONDS and target.amount >= _MANY_SECONDS:
            minutes, seconds = divmod(target.amount, 60)
            if seconds:
                return self.minutes_and_seconds.format(minutes=minutes, seconds=seconds)
            return self.target(Target(minutes, Unit.MINUTES))
        one, many = self.units[target.unit]
        return (one if target.amount == 1 else many).format(number=target.amount)

    def length(self, span: timedelta) -> str:
        """A length of time in its two largest units."""
        minutes = int(span.total_seconds()) // 60
        amounts = {Unit.DAYS: minutes // 1440, Unit.HOURS: minutes // 60 % 24, Unit.MINUTES: minutes % 60}
        said = [self.target(Target(amount, unit)) for unit, amount in amounts.items() if amount]
        return " ".join(said[:2]) or self.target(Target(0, Unit.MINUTES))


_P1, _P2, _P3, _P4 = Priority.P1, Priority.P2, Priority.P3, Priority.P4
_FIRST, _NEXT, _REPLY = PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.NEXT_REPLY
_FIX, _ESTIMATE = PromiseKind.RESOLUTION, PromiseKind.ESTIMATE

WORDS = Wording(
    en=CharterWords(
        locale="en_GB",
        languages="Language",
        title="What we promise",
        intro="What you can count on when you write to us, by how urgent it is, and how well we kept it.",
        urgency="How urgent",
        priorities={_P1: "Most urgent", _P2: "Urgent", _P3: "Normal", _P4: "Can wait"},
        within={
            _FIRST: "A person answers within",
            _NEXT: "then writes at least every",
            _REPLY: "and answers what you write later within",
            _FIX: "Fixed within (target)",
        },
        kinds={
            _FIRST: "first answer",
            _NEXT: "next word",
            _REPLY: "answer to later words",
            _FIX: "fix (target)",
            _ESTIMATE: "fix (date that was given)",
        },
        units={
            Unit.SECONDS: ("{number} second", "{number} seconds"),
            Unit.MINUTES: ("{number} minute", "{number} minutes"),
            Unit.HOURS: ("{number} hour", "{number} hours"),
            Unit.DAYS: ("{number} day", "{number} days"),
            Unit.BUSINESS_MINUTES: ("{number} business minute", "{number} business minutes"),
            Unit.BUSINESS_HOURS: ("{number} business hour", "{number} business hours"),
            Unit.BUSINESS_DAYS: ("{number} business day", "{number} business days"),
        },
        minutes_and_seconds="{minutes} min {seconds} s",
        how_kept="How well we kept it",
        how_kept_since="Promises that ended in the last 30 days.",
        share="{kept} of {all} ({percent} %)",
        none_yet="none yet",
        hours="When we work",
        clock_time="Hours and days run on the clock, day and night.",
        working_time="Business hours and days count only at these times:",
        days="{first}–{last}",
        week="{week} ({zone})",
        pauses="While we wait for your answer, these clocks stand still: {kinds}.",
        separators=(", ", "; "),
        after_fix="After a fix",
        watch="We watch it for {watch}. If you write within {reopen}, we take it up again; what you write later we take "
        "up as a new request. After {close} without a word from you we close it.",
    ),
    zh_hans=CharterWords(
        locale="zh_Hans_CN",
        languages="语言",
        title="我们的承诺",
        intro="您联系我们后，我们按紧急程度作出以下承诺；下面也列出兑现的情况。",
        urgency="紧急程度",
        priorities={_P1: "最紧急", _P2: "紧急", _P3: "一般", _P4: "可以稍后处理"},
        within={
            _FIRST: "多久之内有专人回复",
            _NEXT: "之后至少每隔多久告知一次进展",
            _REPLY: "您再次联系我们后多久之内答复",
            _FIX: "多久之内修复（目标）",
        },
        kinds={
            _FIRST: "首次回复",
            _NEXT: "告知进展",
            _REPLY: "再次答复",
            _FIX: "修复（目标）",
            _ESTIMATE: "修复（已告知的时间）",
        },
        units={
            Unit.SECONDS: ("{number} 秒",) * 2,
            Unit.MINUTES: ("{number} 分钟",) * 2,
            Unit.HOURS: ("{number} 小时",) * 2,
            Unit.DAYS: ("{number} 天",) * 2,
            Unit.BUSINESS_MINUTES: ("{number} 分钟（工作时间）",) * 2,
            Unit.BUSINESS_HOURS: ("{number} 小时（工作时间）",) * 2,
            Unit.BUSINESS_DAYS: ("{number} 个工作日",) * 2,
        },
        minutes_and_seconds="{minutes} 分 {seconds} 秒",
        how_kept="兑现情况",
        how_kept_since="最近 30 天内到期或完成的承诺。",
        share="{all} 项中做到 {kept} 项（{percent}%）",
        none_yet="暂无",
        hours="工作时间",
        clock_time="小时和天按自然时间计算，不分昼夜。",
        working_time="注明“工作时间”或“工作日”的，只计算以下时段：",
        days="{first}至{last}",
        week="{week}（{zone}）",
        pauses="等待您答复期间，以下各项暂停计时：{kinds}。",
        separators=("、", "；"),
        after_fix="修复之后",
        watch="修复后我们会继续观察 {watch}。您在 {reopen}之内与我们联系，我们会重新处理；之后再联系，则作为新的服务请求处理。"
        "如果 {close}之内没有收到您的消息，我们会结束该请求。",
    ),
    zh_hant=CharterWords(
        locale="zh_Hant_TW",
        languages="語言",
        title="我們的承諾",
        intro="您聯絡我們後，我們依緊急程度做出以下承諾；下方也列出兌現的情況。",
        urgency="緊急程度",
        priorities={_P1: "最緊急", _P2: "緊急", _P3: "一般", _P4: "可稍後處理"},
        within={
            _FIRST: "多久內有專人回覆",
            _NEXT: "之後至少每隔多久告知一次進展",
            _REPLY: "您再次與我們聯絡後多久內回覆",
            _FIX: "多久內修復（目標）",
        },
        kinds={
            _FIRST: "首次回覆",
            _NEXT: "告知進展",
            _REPLY: "再次回覆",
            _FIX: "修復（目標）",
            _ESTIMATE: "修復（已告知的時間）",
        },
        units={
            Unit.SECONDS: ("{number} 秒",) * 2,
            Unit.MINUTES: ("{number} 分鐘",) * 2,
            Unit.HOURS: ("{number} 小時",) * 2,
            Unit.DAYS: ("{number} 天",) * 2,
            Unit.BUSINESS_MINUTES: ("{number} 分鐘（工作時間）",) * 2,
            Unit.BUSINESS_HOURS: ("{number} 小時（工作時間）",) * 2,
            Unit.BUSINESS_DAYS: ("{number} 個工作天",) * 2,
        },
        minutes_and_seconds="{minutes} 分 {seconds} 秒",
        how_kept="兌現情況",
        how_kept_since="最近 30 天內到期或完成的承諾。",
        share="{all} 項中做到 {kept} 項（{percent}%）",
        none_yet="暫無",
        hours="工作時間",
        clock_time="小時與天數以實際時間計算，不分晝夜。",
        working_time="標示「工作時間」或「工作天」者，只計算以下時段：",
        days="{first}至{last}",
        week="{week}（{zone}）",
        pauses="等待您回覆期間，下列各項暫停計時：{kinds}。",
        separators=("、", "；"),
        after_fix="修復之後",
        watch="修復後我們會持續觀察 {watch}。您在 {reopen}內與我們聯絡，我們會重新處理；之後再聯絡，則以新的服務請求處理。"
        "如果 {close}內沒有收到您的訊息，我們會結束該請求。",
    ),
)
