"""What a request says about a call when nobody wrote it: customers see it as the subject of our answers."""

from dataclasses import dataclass

from candor_common.wording import Wording


@dataclass(frozen=True, slots=True)
class CallWords:
    """The texts of one language. A language that lacks one can't be built. Places are named in braces."""

    subject: str
    """{number}"""
    subject_withheld: str
    subject_untold: str
    """Where the report does not say who called."""
    missed: str
    """{number}, {called}"""
    finished: str
    """{number}, {called}"""
    withheld: str
    """Instead of a number."""
    our_number: str
    """Instead of the number that was called."""
    lasted: str
    """{seconds}"""
    recorded: str
    """{url}"""
    called_back: str
    """{number}"""


CALL_WORDS = Wording(
    en=CallWords(
        subject="Call from {number}",
        subject_withheld="Call from a withheld number",
        subject_untold="Recording of a call",
        missed="Missed call from {number} to {called}.",
        finished="Call from {number} to {called}.",
        withheld="a withheld number",
        our_number="our number",
        lasted="Duration: {seconds} s",
        recorded="Recording: {url}",
        called_back="Please call back: {number}",
    ),
    zh_hans=CallWords(
        subject="{number} 的来电",
        subject_withheld="未显示号码的来电",
        subject_untold="来电录音",
        missed="未接来电：{number} 拨打 {called}。",
        finished="来电：{number} 拨打 {called}。",
        withheld="未显示的号码",
        our_number="我们的号码",
        lasted="通话时长：{seconds} 秒",
        recorded="录音：{url}",
        called_back="请回电：{number}",
    ),
    zh_hant=CallWords(
        subject="{number} 的來電",
        subject_withheld="未顯示號碼的來電",
        subject_untold="來電錄音",
        missed="未接來電：{number} 撥打 {called}。",
        finished="來電：{number} 撥打 {called}。",
        withheld="未顯示的號碼",
        our_number="我們的號碼",
        lasted="通話時間：{seconds} 秒",
        recorded="錄音：{url}",
        called_back="請回電：{number}",
    ),
)
