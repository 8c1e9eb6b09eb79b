"""Stories that are the same on every stage."""

from candor_common.events import (
    FollowUpOpened,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentVerified,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    RequestJoined,
    SurveyAnswered,
)
from tests.worlds.actions import acknowledge, alert, answer_survey, close, letter, request, resolve, update
from tests.worlds.moments import at, between, days
from tests.worlds.story import event, mail, push, story, want

ANN = "ann@shop.example"

KEPT = story(
    "every promise is kept, and the customer says how it went",
    push(at(0), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True, key="k1")),
    push(at(1), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True, key="k1")),
    want(at(0, 1), event(IncidentOpened, priority="P1", lane="emergency", team="operations")),
    want(at(0, 1), event(PromiseMade, kind="first_response", due_at=at(60))),
    want(at(0, 1), event(PromiseMade, kind="resolution", due_at=at(240))),
    want(at(0, 1), mail("acknowledgement", to=ANN, says=["Shop is down"])),
    push(at(10), acknowledge("ben")),
    want(at(10), event(IncidentAcknowledged, by="ben", owner="ben")),
    push(at(15), update("We replace the disk.", "It is back within the hour.", next_by=at(110))),
    want(at(15), mail("update", to=ANN, says=["We replace the disk.", "It is back within the hour."])),
    want(at(15), event(PromiseKept, kind="first_response")),
    want(at(15), event(PromiseMade, kind="next_update", due_at=at(110))),
    push(at(50), resolve("A disk had died.", "We replaced it.", "Orders go through again.")),
    want(at(50), event(IncidentResolved, by="ben")),
    want(at(50), mail("resolution", to=ANN, says=["A disk had died.", "We replaced it."])),
    want(at(50), event(PromiseKept, kind="next_update")),
    want(at(50), event(PromiseKept, kind="resolution")),
    push(at(80), close("ben")),
    want(at(80), event(IncidentClosed, by="ben")),
    want(at(80), mail("closed", to=ANN, keeps_quiet=["We missed"])),
    want(at(80), event(IncidentVerified, by="ben")),
    want(at(140), mail("survey", to=ANN)),
    push(at(160), answer_survey(5, "Thank you.", who=ANN)),
    want(at(160), event(SurveyAnswered, overall=5, comment="Thank you.")),
    want(at(160), event(FollowUpOpened)),
    want(at(160), event(PromiseMade, kind="improvement_reply", due_at=at(160 + days(5)))),
    end=170,
)

MISSED_FIRST_RESPONSE = story(
    "nobody answers in time; the customer is told so, with a new promise, and gets an answer then",
    push(at(0), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)),
    want(at(0, 1), mail("acknowledgement", to=ANN)),
    want(at(0, 1), event(PromiseMade, kind="first_response", due_at=at(60))),
    want(at(0, 1), event(PromiseMade, kind="resolution", due_at=at(240))),
    want(at(60), event(PromiseBreached, kind="first_response", due_at=at(60), fired_at=at(60))),
    want(at(60), mail("breach_notice", to=ANN, says=["did not"])),
    want(at(60), event(PromiseMade, kind="next_update", due_at=at(90))),
    push(at(65), update("We are on it now.", "A first finding soon.", next_by=at(150))),
    want(at(65), mail("update", to=ANN, says=["We are on it now."])),
    want(at(65), event(PromiseKept, kind="next_update", due_at=at(90))),
    want(at(65), event(PromiseMade, kind="next_update", due_at=at(150))),
    end=100,
)

MISSED_UPDATE = story(
    "an update names a time, which passes without a word",
    push(at(0), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)),
    want(at(0, 1), mail("acknowledgement", to=ANN)),
    push(at(15), update("We look for the cause.", "We know more soon.", next_by=at(80))),
    want(at(15), mail("update", to=ANN)),
    want(at(80), event(PromiseBreached, kind="next_update", due_at=at(80), fired_at=at(80))),
    want(at(80), mail("breach_notice", to=ANN)),
    end=100,
)

SIMPLIFIED = story(
    "a mail in simplified Chinese is answered in it",
    push(at(0), letter("网站打不开", "我们的网站从下午两点开始打不开，请尽快处理。", sender=ANN)),
    want(at(0, 1), mail("acknowledgement", to=ANN, says=["已收到您的请求", "网站打不开"])),
    push(at(15), update("正在更换硬盘。", "一小时内恢复。", next_by=at(110))),
    want(at(15), mail("update", to=ANN, says=["最新进展", "正在更换硬盘。"])),
    end=30,
)

TRADITIONAL = story(
    "a mail in traditional Chinese is answered in it",
    push(at(0), letter("網站打不開", "我們的網站從下午兩點開始打不開，請儘快處理。", sender=ANN)),
    want(at(0, 1), mail("acknowledgement", to=ANN, says=["已收到您的請求", "網站打不開"])),
    end=15,
)

ALERT = story(
    "an alert fires twice and clears before anybody acts: one incident, ended by the signal, and nobody gets mail",
    push(at(0), alert("DiskFull")),
    push(at(5), alert("DiskFull")),
    push(at(10), alert("DiskFull", episode=2)),
    push(at(20), alert("DiskFull", status="resolved", episode=2)),
    want(at(0), event(IncidentOpened, priority="P1", channel="alert")),
    want(at(0), event(PromiseMade, kind="resolution", due_at=at(240))),
    want(at(10), event(RequestJoined)),
    want(at(20), event(RequestJoined)),
    want(at(20), event(IncidentResolved, by="signal")),
    want(at(20), event(PromiseKept, kind="resolution")),
    end=30,
)

REPLY = story(
    "a reply to our mail joins the incident, and opens it again when it was resolved",
    push(at(0), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)),
    want(at(0, 1), mail("acknowledgement", to=ANN)),
    push(at(20), letter("Re: Shop", "It is the payment page.", sender=ANN, answers="acknowledgement")),
    want(at(20), event(RequestJoined, status="open")),
    push(at(30), resolve("A disk had died.", "We replaced it.", "Orders go through again.")),
    want(at(30), mail("resolution", to=ANN)),
    push(at(50), letter("Re: Shop", "It is down again.", sender=ANN, answers="resolution")),
    want(at(50), event(RequestJoined)),
    want(at(50), event(IncidentReopened, status="reopened")),
    want(between(50, 51), mail("reopened", to=ANN, says=["does not work yet"])),
    want(between(80, 81), mail("breach_notice", to=ANN)),
    want(between(110, 112), mail("breach_notice", to=ANN)),
    end=115,
)

AUTO_REPLY = story(
    "an absence notice gets no answer",
    push(at(0), request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)),
    want(at(0, 1), mail("acknowledgement", to=ANN)),
    push(
        at(20),
        letter(
            "Out of office",
            "I am away until Monday.",
            sender=ANN,
            answers="acknowledgement",
            headers={"Auto-Submitted": "auto-replied"},
        ),
    ),
    want(at(20), event(RequestJoined, status="open")),
    push(
        at(25),
        letter("Newsletter", "Offers!", sender="news@list.example", headers={"List-Id": "<n.list>"}),
    ),
    end=50,
)

WITHDRAWN = story(
    "an incident that is closed owes nothing more",
    push(at(0), request("How do I add a user?", "A question.", sender=ANN)),
    want(at(0, 1), mail("acknowledgement", to=ANN)),
    push(at(15), resolve("It is on the team page.", "We sent the steps.", "We tried them.")),
    want(at(15), mail("resolution", to=ANN)),
    want(at(15), event(IncidentResolved)),
    want(at(15), event(PromiseKept, kind="first_response")),
    want(at(15), event(PromiseKept, kind="resolution")),
    end=90,
)

SHARED = (
    KEPT,
    MISSED_FIRST_RESPONSE,
    MISSED_UPDATE,
    SIMPLIFIED,
    TRADITIONAL,
    ALERT,
    REPLY,
    AUTO_REPLY,
    WITHDRAWN,
)
