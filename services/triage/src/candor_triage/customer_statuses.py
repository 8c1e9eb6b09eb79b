"""How an incident stands, in the words of the customer's page, language by language."""

from collections.abc import Mapping
from typing import Final

from candor_common.events import IncidentStatus

EN: Final[Mapping[IncidentStatus, str]] = {
    IncidentStatus.OPEN: "We have your request. It waits for somebody to take it.",
    IncidentStatus.ASSIGNED: "Somebody has it and will begin soon.",
    IncidentStatus.IN_PROGRESS: "We are working on it.",
    IncidentStatus.WAITING: "We wait for your answer.",
    IncidentStatus.WORKAROUND: "You can go on for now, and we keep working on it.",
    IncidentStatus.RESOLVED: "It works again, as far as we can see.",
    IncidentStatus.VERIFIED: "It works again.",
    IncidentStatus.REOPENED: "It is not solved after all, so we have taken it up again.",
    IncidentStatus.CLOSED: "It is finished.",
    IncidentStatus.MERGED: "We handle it together with another request about the same trouble.",
    IncidentStatus.CANCELLED: "We have ended it, because there is nothing to be done.",
    IncidentStatus.UNKNOWN: "We have your request.",
}
HANS: Final[Mapping[IncidentStatus, str]] = {
    IncidentStatus.OPEN: "我们已收到您的请求，正在等待专人接手。",
    IncidentStatus.ASSIGNED: "已安排专人，很快开始处理。",
    IncidentStatus.IN_PROGRESS: "我们正在处理。",
    IncidentStatus.WAITING: "我们在等待您的答复。",
    IncidentStatus.WORKAROUND: "您目前可以继续使用，我们仍在处理。",
    IncidentStatus.RESOLVED: "据我们确认，已经恢复正常。",
    IncidentStatus.VERIFIED: "已经恢复正常。",
    IncidentStatus.REOPENED: "问题没有彻底解决，我们已重新开始处理。",
    IncidentStatus.CLOSED: "已经处理完毕。",
    IncidentStatus.MERGED: "我们正在把它与同一问题的另一项请求一并处理。",
    IncidentStatus.CANCELLED: "没有需要处理的事项，我们已结束这项请求。",
    IncidentStatus.UNKNOWN: "我们已收到您的请求。",
}
HANT: Final[Mapping[IncidentStatus, str]] = {
    IncidentStatus.OPEN: "我們已收到您的請求，正在等待專人接手。",
    IncidentStatus.ASSIGNED: "已安排專人，很快開始處理。",
    IncidentStatus.IN_PROGRESS: "我們正在處理。",
    IncidentStatus.WAITING: "我們在等待您的答覆。",
    IncidentStatus.WORKAROUND: "您目前可以繼續使用，我們仍在處理。",
    IncidentStatus.RESOLVED: "據我們確認，已經恢復正常。",
    IncidentStatus.VERIFIED: "已經恢復正常。",
    IncidentStatus.REOPENED: "問題沒有徹底解決，我們已重新開始處理。",
    IncidentStatus.CLOSED: "已經處理完畢。",
    IncidentStatus.MERGED: "我們正在把它與同一問題的另一項請求一併處理。",
    IncidentStatus.CANCELLED: "沒有需要處理的事項，我們已結束這項請求。",
    IncidentStatus.UNKNOWN: "我們已收到您的請求。",
}

EN_NO_FAULT: Final = {
    **EN,
    IncidentStatus.RESOLVED: "It is done, as far as we can see.",
    IncidentStatus.VERIFIED: "It is done.",
    IncidentStatus.REOPENED: "Something is missing after all, so we have taken it up again.",
    IncidentStatus.MERGED: "We handle it together with another request about the same matter.",
}
HANS_NO_FAULT: Final = {
    **HANS,
    IncidentStatus.WORKAROUND: "您目前可以先采用临时办法，我们仍在处理。",
    IncidentStatus.RESOLVED: "您的请求已处理完毕。",
    IncidentStatus.VERIFIED: "您的请求已处理完毕。",
    IncidentStatus.REOPENED: "您的请求还有未处理的部分，我们已重新开始处理。",
    IncidentStatus.MERGED: "我们正在把它与同一事项的另一项请求一并处理。",
}
HANT_NO_FAULT: Final = {
    **HANT,
    IncidentStatus.WORKAROUND: "您目前可以先採用暫時的做法，我們仍在處理。",
    IncidentStatus.RESOLVED: "您的請求已處理完成。",
    IncidentStatus.VERIFIED: "您的請求已處理完成。",
    IncidentStatus.REOPENED: "您的請求還有未處理的部分，我們已重新開始處理。",
    IncidentStatus.MERGED: "我們正在把它與同一事項的另一項請求一併處理。",
}
