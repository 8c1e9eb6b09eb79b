"""What the shipped rules make of requests in English, Simplified and Traditional Chinese."""

# Customers write curly apostrophes, full-width letters and full-width commas, so the examples do.

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.charter import Classification, Facts, load_charter
from candor_common.events import Category, Channel, Grade, Kind, Lane, Level, Priority

SHIPPED = load_charter()


def _mail(subject_line: str, text: str = "", *, urgent: bool = False) -> Facts:
    return Facts(subject_line, text, Channel.MAIL, urgent=urgent)


def _alert(subject_line: str, severity: str, **labels: str) -> Facts:
    return Facts(subject_line, "", Channel.ALERT, severity=severity, labels=labels, is_signal=True)


def _rule(found: Classification) -> str:
    return found.reason.removeprefix("rule ").partition(":")[0]


LANGUAGES = {
    "outage": [
        "Our website is down",
        "The shop can’t reach anything, SERVER DOWN",
        "网站打不开了，请尽快处理",
        "服务器宕机",
        "網站打不開了，請盡快處理",
        "主機無法連線",
        "Quick question: why is the portal unreachable?",
    ],
    "data loss": [
        "We lost our data after the upgrade",
        "Files disappeared from the share",
        "昨晚数据丢失，怎么恢复",
        "资料库没了，误删了表",
        "資料遺失，請協助還原",
        "檔案不見了",
    ],
    "security breach": [
        "I think we were hacked",
        "服务器被黑了",
        "網站被駭客入侵",
        "客戶資料外洩",
    ],
    "security concern": ["Phishing mail in the name of your company", "怀疑有木马", "收到釣魚郵件"],
    "complaint": [
        "I want to make a complaint about the slow network",
        "This is unacceptable",
        "我要投诉你们的服务",
        "對你們的服務不滿，我要投訴",
    ],
    "network": [
        "Heavy packet loss since noon",
        "DNS doesn't resolve",
        "机房网络很慢，一直丢包",
        "網路異常，封包延遲很高",
    ],
    "hardware": ["A disk in bay 3 blinks red", "硬盘坏了", "硬碟壞了", "電源供應器有異音"],
    "application": ["The export shows an error", "I cannot log in", "后台报错", "後台一直報錯"],
    "question": [
        "How do I add a mailbox?",
        "How do I get a bigger disk?",
        "如何扩容硬盘",
        "请问发票在哪里下载",
        "請問發票在哪裡下載",
        "如何续费",
    ],
}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in LANGUAGES.items() for text in texts]
)
def test_the_shipped_rules_understand_three_languages(rule: str, text: str) -> None:
    assert _rule(SHIPPED.classify(_mail("", text))) == rule
    assert _rule(SHIPPED.classify(_mail(text))) == rule


def test_an_outage_goes_to_the_duty_team_at_once() -> None:
    found = SHIPPED.classify(_mail("Help", "since 9:00 everything is down"))
    assert found == Classification(
        kind=Kind.FAULT,
        category=Category.OUTAGE,
        impact=Grade.HIGH,
        urgency=Grade.HIGH,
        priority=Priority.P1,
        lane=Lane.EMERGENCY,
        level=Level.L1,
        team="operations",
        reason='rule outage: words "is down"',
    )


def test_a_request_marked_urgent_is_p1() -> None:
    found = SHIPPED.classify(_mail("Please look", urgent=True))
    assert (found.priority, found.lane, found.reason) == (
        Priority.P1,
        Lane.EMERGENCY,
        "rule urgent: marked urgent",
    )


def test_a_request_that_no_rule_speaks_about_falls_back() -> None:
    found = SHIPPED.classify(_mail("Hello", "Greetings from the coast"))
    assert (found.kind, found.category, found.team) == (Kind.QUESTION, None, "service-desk")
    assert (found.priority, found.lane) == (Priority.P4, Lane.STANDARD)
    assert found.reason == "fallback: no rule matched"


@pytest.mark.parametrize(
    ("severity", "priority"),
    [
        ("critical", "P1"),
        ("CRITICAL", "P1"),
        ("error", "P2"),
        ("warning", "P3"),
        ("info", "P4"),
        ("page", "P2"),
    ],
)
def test_the_severity_of_a_signal_outranks_the_grades_of_the_rule(severity: str, priority: str) -> None:
    found = SHIPPED.classify(_alert("disk of db01 full: 91 %", severity))
    assert found.priority == priority


def test_the_reason_names_the_severity_that_graded_a_signal() -> None:
    found = SHIPPED.classify(_alert("Certificate expires", "Warning"))
    assert found.reason == 'rule alert: channel alert; impact and urgency by severity "warning"'
    assert (found.kind, found.team) == (Kind.FAULT, "operations")


def test_a_critical_signal_takes_the_emergency_lane() -> None:
    found = SHIPPED.classify(_alert("HighLoad", "critical"))
    assert (found.lane, found.priority) == (Lane.EMERGENCY, Priority.P1)


def test_a_person_has_no_severity() -> None:
    person = Facts("Hello", "", Channel.REST, severity="info")
    assert SHIPPED.classify(person).urgency is Grade.MEDIUM


def test_words_far_down_in_a_text_classify_nothing() -> None:
    thread = "thanks " * 10_000 + "the server is down"
    assert SHIPPED.classify(_mail("Re: hello", thread)).reason == "fallback: no rule matched"


FACTS = st.builds(
    Facts,
    subject_line=st.text(max_size=50),
    text=st.text(st.characters(), max_size=300) | st.text("is down, 宕机打不开 can't", max_size=200),
    channel=st.sampled_from(Channel),
    severity=st.sampled_from(["", "critical", "Warning", "page"]) | st.text(max_size=10),
    urgent=st.booleans(),
    labels=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    is_signal=st.booleans(),
)


@given(FACTS)
def test_any_request_is_classified_and_always_alike(facts: Facts) -> None:
    found = SHIPPED.classify(facts)
    assert found == SHIPPED.classify(facts)
    team = SHIPPED.team(found.team)
    assert team is not None
    assert team.level is found.level
    assert found.priority is SHIPPED.priority(found.impact, found.urgency)
    assert found.reason
