"""What customers and monitoring write in the demo, and what the team answers."""

from base64 import b64encode
from typing import Any

SHOP_ADDRESS, SHOP_ZONE = "ops@shop.example", "Asia/Singapore"
SIMPLIFIED_ADDRESS, TRADITIONAL_ADDRESS = "it@office-cn.example", "it@office-tw.example"
CLINIC_ADDRESS, HOTEL_ADDRESS = "it@clinic.example", "desk@hotel.example"


def _customer(name: str, address: str, zone: str) -> dict[str, Any]:
    person = {"addresses": [{"channel": "mail", "address": address}]}
    return {"name": name, "zone": zone, "contacts": [person]}


CUSTOMERS = (
    _customer("Harbour Shop", SHOP_ADDRESS, SHOP_ZONE),
    _customer("华东办公室", SIMPLIFIED_ADDRESS, "Asia/Shanghai"),
    _customer("臺北辦公室", TRADITIONAL_ADDRESS, "Asia/Taipei"),
)
"""Whom the house knows. Times are told to them in their own zone, to all others in that of the house."""

SHOP = {
    "subject": "Shop is down",
    "text": "Every page answers with error 502 since 14:02.",
    "from": {"address": SHOP_ADDRESS},
    "urgent": True,
}
SHOP_FOUND = {
    "doing": "One of the two web servers ran out of memory. We are starting it again with more.",
    "expect": "Orders are slow until then; none of them is lost.",
}
SHOP_WHEN = "We first move the import of pictures to a machine of its own, so that it does not happen again."
SHOP_LATER = "There are more pictures to move than we had thought, so it takes longer."
SHOP_WORKAROUND = (
    "Sell on backup.shop.example: it has today's prices, and its orders are taken over afterwards."
)
SHOP_NEARLY = {
    "doing": "The server is up again. We are placing test orders.",
    "expect": "If they go through, we call it mended.",
}
SHOP_MENDED = {
    "cause": "An import of pictures used all memory of one web server.",
    "done": "We moved the import to a machine of its own and started the server again.",
    "checked_function": "Ten test orders went through, from the first page to the receipt.",
    "checked_performance": "Pages answer within 300 ms again, and the error rate is back at zero.",
}

CLINIC = {
    "subject": "Our VPN drops every hour",
    "text": "Since this morning the VPN drops once an hour, and all of us have to log in again.",
    "from": {"address": CLINIC_ADDRESS},
}
CLINIC_RESTARTED = {
    "cause": "The gateway of your VPN had been up for a year and had little memory left.",
    "done": "We started it again.",
    "checked_function": "Ten logins in a row went through.",
}
CLINIC_STILL = "It has just dropped again, an hour after the last time."
CLINIC_FOUND = {
    "doing": "The certificate of the gateway is renewed every hour instead of every month. We are mending that.",
    "expect": "It may drop once more within the hour, and not after that.",
}
CLINIC_MENDED = {
    "cause": "The gateway renewed its certificate every hour, and dropped all connections each time.",
    "done": "We corrected the schedule: it renews once a month, at night, and keeps the connections.",
    "checked_function": "We renewed the certificate by hand, and no connection dropped.",
    "checked_performance": "A transfer of 1 GB through the VPN ran at full speed meanwhile.",
}
CLINIC_SUGGESTION = "Please watch it for longer than an hour before you call it mended."
CLINIC_CALLED = "I called and said sorry for the first try. The second one holds, they say."
CLINIC_ANSWER = (
    "You are right. From now on we watch a fault for twice its usual interval before we call it mended."
)

HOTEL = {
    "subject": "Bookings at the counter are slow",
    "text": "Since this morning each booking takes two minutes. Guests are waiting.",
    "from": {"address": HOTEL_ADDRESS},
}
HOTEL_FOUND = {
    "doing": "Your database is searching whole tables. We are looking for what has changed since yesterday.",
    "expect": "It stays slow until we know; nothing is lost.",
}
HOTEL_LATER = {
    "doing": "An update of last night dropped an index. We are building it anew.",
    "expect": "Bookings get faster by and by, and are as quick as before once it is built.",
}
HOTEL_NIGHT = {
    "doing": "Half of the index is built. It goes on beside your work, and the late shift watches it.",
    "expect": "The counter is faster by now, and as quick as before when it opens tomorrow.",
}

SIMPLIFIED_ANSWER = {
    "doing": "我们正在核对您机柜旁的可用面积，并请商务同事确认报价。",
    "expect": "您会收到一份包含面积、价格和搬迁安排的书面方案。",
}

SIMPLIFIED_TEXT = "您好，请问如何把我们的机柜扩大到 12㎡？每月 €120 的报价还有效吗？谢谢🙏"
"""The square metre, the euro and the hands do not exist in GB2312, which the mail claims to be."""
TRADITIONAL_TEXT = "您好，從今天早上九點起，辦公室的網路很慢，開啟網頁要一分鐘以上，請協助查看。"
TRADITIONAL_ANSWER = {
    "doing": "我們正在檢查通往貴公司辦公室的線路，目前看到封包在機房的交換器上遺失。",
    "expect": "更換線路期間網路會中斷幾秒鐘，資料不受影響。",
}
TRADITIONAL_QUESTION = "請問變慢的只有無線網路，還是有線網路也一樣？"
TRADITIONAL_REPLY = "兩種都慢，插網路線的電腦也一樣。"
TRADITIONAL_NEXT = {
    "doing": "謝謝您的說明。這樣就不是無線基地台的問題，我們現在更換機房交換器上的線路。",
    "expect": "更換時網路會中斷幾秒鐘，之後應該就會恢復正常。",
}

TRADITIONAL_NIGHT = {
    "doing": "線路已更換，封包遺失的情形目前沒有再出現。我們會持續觀察到離峰時段結束。",
    "expect": "觀察期間網路可正常使用，無須您配合。",
}


def simplified_mail() -> bytes:
    """A mail as many programs in China write it: it says gb2312 and holds GB18030."""
    return _mail("gb2312", "gb18030", ("请问如何扩大机柜", SIMPLIFIED_TEXT), SIMPLIFIED_ADDRESS)


def traditional_mail() -> bytes:
    """A mail in Big5, as older programs in Taiwan write it."""
    return _mail("big5", "big5", ("辦公室網路很慢", TRADITIONAL_TEXT), TRADITIONAL_ADDRESS)


def traditional_answer(asked: str) -> bytes:
    """What its sender writes back, above our question. `asked` is the Message-ID of the mail with it."""
    text = f"{TRADITIONAL_REPLY}\r\n\r\n> {TRADITIONAL_QUESTION}"
    return _mail("big5", "big5", ("回覆：辦公室網路很慢", text), TRADITIONAL_ADDRESS, asked)


_DISK, _QUEUE, _CERTIFICATE = (
    ("DiskFillsUp", "db-2", "The disk of db-2 fills up", "5ef77f1f8a3ecb8d"),
    ("QueueGrows", "mx-1", "The mail queue of mx-1 grows", "0b1c7a90e6d24f35"),
    ("CertificateEnds", "edge-4", "The certificate of edge-4 ends in 3 days", "c41d8e02b7f3a966"),
)
FLAPS = 4
"""How many times each of the three alerts of the storm fires."""


def storm(flap: int) -> dict[str, Any]:
    """What Alertmanager posts when all three alerts fire, for the first time (0) and again."""
    return _alerts("firing", flap, _DISK, _QUEUE, _CERTIFICATE)


def disk_alert_over() -> dict[str, Any]:
    """What Alertmanager posts once the disk has room again."""
    return _alerts("resolved", FLAPS - 1, _DISK)


def _alerts(status: str, flap: int, *checks: tuple[str, str, str, str]) -> dict[str, Any]:
    alerts = [
        {
            "status": status,
            "labels": {"alertname": name, "instance": instance, "severity": "warning"},
            "annotations": {"summary": summary},
            "startsAt": f"2026-01-05T09:{12 + flap}:00Z",
            "fingerprint": fingerprint,
        }
        for name, instance, summary, fingerprint in checks
    ]
    return {"version": "4", "status": status, "alerts": alerts}


def _mail(says: str, holds: str, words: tuple[str, str], sender: str, answers: str = "") -> bytes:
    """A mail that says one charset and holds another; `words` are its subject and its text."""
    subject, text = (part.encode(holds) for part in words)
    thread = f"In-Reply-To: {answers}\r\nReferences: {answers}\r\n" if answers else ""
    head = (
        f"From: {sender}\r\nTo: support@candor.localhost\r\nMessage-ID: <{2 if answers else 1}.{sender}>\r\n"
        f"{thread}Subject: =?{says}?B?{b64encode(subject).decode()}?=\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset={says}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + text + b"\r\n"
