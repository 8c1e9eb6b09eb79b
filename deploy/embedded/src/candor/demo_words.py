"""What customers and monitoring write in the demo, and what the team answers."""

from base64 import b64encode
from typing import Any

SHOP = {
    "subject": "Shop is down",
    "text": "Every page answers with error 502 since 14:02.",
    "from": {"address": "ops@shop.example"},
    "urgent": True,
}
SHOP_FOUND = {
    "doing": "One of the two web servers ran out of memory. We are starting it again with more.",
    "expect": "Orders are slow until then; none of them is lost.",
}
SHOP_NEARLY = {
    "doing": "The server is up again. We are placing test orders.",
    "expect": "If they go through, we call it mended.",
}
SHOP_MENDED = {
    "cause": "An import of pictures used all memory of one web server.",
    "done": "We moved the import to a machine of its own and started the server again.",
    "checked": "Ten test orders went through, and the error rate is back at zero.",
}

HELP_DESK = {
    "subject": "The booking system is not responding",
    "text": "Our counter can't take bookings. Guests are waiting.",
    "from": {"address": "desk@hotel.example"},
    "urgent": True,
}
HELP_DESK_ANSWER = {
    "doing": "The disk of your database was full. We are making room and will then start the booking system.",
    "expect": "Bookings of this morning are on paper only; please keep them to be entered later.",
}

SIMPLIFIED_TEXT = "您好，请问如何把我们的机柜扩大到 12㎡？每月 €120 的报价还有效吗？谢谢🙏"
"""The square metre, the euro and the hands do not exist in GB2312, which the mail claims to be."""
TRADITIONAL_TEXT = "您好，從今天早上九點起，辦公室的網路很慢，開啟網頁要一分鐘以上，請協助查看。"
TRADITIONAL_ANSWER = {
    "doing": "我們正在檢查通往貴公司辦公室的線路，目前看到封包在機房的交換器上遺失。",
    "expect": "更換線路期間網路會中斷幾秒鐘，資料不受影響。",
}


def simplified_mail() -> bytes:
    """A mail as many programs in China write it: it says gb2312 and holds GB18030."""
    text = SIMPLIFIED_TEXT.encode("gb18030")
    return _mail("gb2312", "请问如何扩大机柜".encode("gb18030"), "it@office-cn.example", text)


def traditional_mail() -> bytes:
    """A mail in Big5, as older programs in Taiwan write it."""
    text = TRADITIONAL_TEXT.encode("big5")
    return _mail("big5", "辦公室網路很慢".encode("big5"), "it@office-tw.example", text)


def disk_alert(status: str) -> dict[str, Any]:
    """What Alertmanager posts about one alert that is `firing` or `resolved`."""
    alert = {
        "status": status,
        "labels": {"alertname": "DiskFillsUp", "instance": "db-2", "severity": "warning"},
        "annotations": {
            "summary": "The disk of db-2 fills up",
            "description": "8 % are left, for about six hours.",
        },
        "startsAt": "2026-01-05T09:12:00Z",
        "fingerprint": "5ef77f1f8a3ecb8d",
    }
    return {"version": "4", "status": status, "alerts": [alert]}


def _mail(charset: str, subject: bytes, sender: str, text: bytes) -> bytes:
    head = (
        f"From: {sender}\r\nTo: support@candor.localhost\r\nMessage-ID: <1.{sender}>\r\n"
        f"Subject: =?{charset}?B?{b64encode(subject).decode()}?=\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + text + b"\r\n"
