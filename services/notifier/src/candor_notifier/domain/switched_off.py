"""What the owner of a subscription is told when it was switched off, in the language that was asked for."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from candor_common.wording import Wording
from candor_notifier.domain.plain import one_line


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language, with {name}, {time} and {reason}."""

    subject: str
    body: str


TEXTS = Wording(
    en=Texts(
        "Your webhook was switched off: {name}",
        """We have switched off your webhook {name} and send nothing more to it since {time}.

Why
{reason}

What happens to the events
Those that waited for it are kept for 30 days and can be sent again. Those that happen while it is off are not kept for it.

What you can do
Mend the receiver, then just reply to this mail: we switch it on again and send what waited.
""",
    ),
    zh_hans=Texts(
        "您的 Webhook 已停用：{name}",
        """我们已停用您的 Webhook {name}，自 {time} 起不再向它发送任何内容。

原因
{reason}

事件如何处理
已在等待发送的事件会保留 30 天，可以重新发送。停用期间发生的事件不会为它保留。

您可以怎么做
请先修复接收端，然后直接回复本邮件：我们会重新启用它，并补发等待中的事件。
""",
    ),
    zh_hant=Texts(
        "您的 Webhook 已停用：{name}",
        """我們已停用您的 Webhook {name}，自 {time} 起不再向它傳送任何內容。

原因
{reason}

事件如何處理
已在等待傳送的事件會保留 30 天，可以重新傳送。停用期間發生的事件不會為它保留。

您可以怎麼做
請先修復接收端，然後直接回覆本郵件：我們會重新啟用它，並補送等待中的事件。
""",
    ),
)


def called(name: str, url: str) -> str:
    """What a subscription is called to its owner: by its name, else by its host. The rest of its URL may be a secret."""
    return one_line(name) or one_line(urlsplit(url).hostname or "")


def notice(text: Texts, name: str, time: str, reason: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    said = {"name": name, "time": time, "reason": one_line(reason, 500)}
    return text.subject.format(**said), text.body.format(**said)
