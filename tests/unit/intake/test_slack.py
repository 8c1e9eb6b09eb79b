"""Messages as Slack's Events API tells them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Thread
from candor_intake.sources.slack import Challenge, parse
from candor_intake.sources.slack_text import plain
from tests.unit.intake.doors import (
    ANY_JSON,
    ODD_TEXT,
    a_request,
    check_fit,
    incidents_of,
    json_bodies,
    objects,
)

MESSAGE: dict[str, Any] = {
    "type": "message",
    "user": "U2CERLKJA",
    "text": "打印机坏了",
    "ts": "1531420618.000100",
    "channel": "C1",
    "event_ts": "1531420618.000100",
    "channel_type": "channel",
    "client_msg_id": "0c3d",
}


def told(event_id: str = "Ev1", **event: Any) -> bytes:
    whole = {
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "team_id": "T1DC2JH3J",
        "api_app_id": "A1",
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1531420618,
        "authorizations": [{"team_id": "T1DC2JH3J", "user_id": "UBOT", "is_bot": True}],
        "event": {name: value for name, value in (MESSAGE | event).items() if value is not None},
    }
    return json.dumps(whole).encode()


def ignored(body: bytes) -> str:
    inbound = parse(body)
    assert isinstance(inbound, Ignored)
    return inbound.reason


def test_a_message_is_a_request_of_its_author() -> None:
    assert parse(told()) == Request(
        sender=Contact(address="slack:T1DC2JH3J/U2CERLKJA"),
        subject_line="打印机坏了",
        text="打印机坏了",
        channel=Channel.SLACK,
        origin=Origin.HUMAN,
        language="zh-Hans",
        labels={"slack.team": "T1DC2JH3J", "slack.channel": "C1"},
        dedup_key="slack:T1DC2JH3J/C1/1531420618.000100",
        thread=Thread("slack:T1DC2JH3J/C1/1531420618.000100", ("slack:T1DC2JH3J/C1/1531420618.000100",)),
    )


def test_the_challenge_is_handed_back() -> None:
    body = b'{"token": "t", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ", "type": "url_verification"}'
    assert parse(body) == Challenge("3eZbrw1aB10FEMAGAZd4FyFQ")
    with pytest.raises(BadPayload, match="challenge"):
        parse(b'{"type": "url_verification"}')


def test_a_message_told_again_or_as_a_mention_too_has_the_same_key() -> None:
    once = a_request(parse(told()))
    again = a_request(parse(told()))
    mention = a_request(parse(told("Ev2", type="app_mention", text="<@UBOT> 打印机坏了")))
    assert once == again
    assert (mention.dedup_key, mention.text) == (once.dedup_key, once.text)


def test_a_thread_is_one_incident_in_whatever_order_it_comes() -> None:
    start, answer, later = (
        a_request(parse(told(ts=ts, thread_ts=thread)))
        for ts, thread in (("1.0", None), ("2.0", "1.0"), ("3.0", "1.0"))
    )
    assert len({one.dedup_key for one in (start, answer, later)}) == 3
    assert len(set(incidents_of([start, answer, later]))) == 1
    assert len(set(incidents_of([later, start, answer]))) == 1
    assert len(set(incidents_of([start, a_request(parse(told(ts="4.0")))]))) == 2
    assert len({a_request(parse(told(channel=channel))).dedup_key for channel in ("C1", "C2")}) == 2


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"bot_id": "B1"}, "bot"),
        ({"subtype": "bot_message", "user": None}, "bot"),
        ({"user": "UBOT"}, "our own"),
        ({"subtype": "message_changed"}, "changed"),
        ({"subtype": "message_deleted"}, "deleted"),
        ({"subtype": "channel_join"}, "channel_join"),
        ({"type": "reaction_added"}, "reaction_added"),
        ({"user": None}, "author"),
        ({"ts": None}, "time"),
        ({"text": "  "}, "empty"),
        ({"text": "<@UBOT> "}, "empty"),
    ],
)
def test_what_no_person_wrote_to_us_is_ignored(event: dict[str, Any], reason: str) -> None:
    assert reason in ignored(told(**event))


def test_other_calls_of_slack_are_ignored() -> None:
    assert "app_rate_limited" in ignored(b'{"type": "app_rate_limited", "minute_rate_limited": 1518467820}')
    assert "nameless" in ignored(b"{}")


def test_users_of_ours_can_be_named_by_whoever_runs_it() -> None:
    assert isinstance(parse(told(user="U9"), own_users=frozenset({"U9"})), Ignored)


def test_files_are_noted() -> None:
    file = {
        "name": "../a\u202egnp.exe",
        "mimetype": "image/png",
        "size": 4096,
        "permalink": "https://x.slack.com/f/1",
    }
    request = a_request(parse(told(subtype="file_share", files=[file, 5, {"name": "b.txt"}])))
    assert request.text == "打印机坏了\n📎 agnp.exe (image/png, 4 kB) https://x.slack.com/f/1\n📎 b.txt"
    only = a_request(parse(told(subtype="file_share", text="", files=[file])))
    assert only.subject_line.startswith("📎 agnp.exe")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&nbsp; stays", "&nbsp; stays"),
        ("see <https://x.example/a?b=1&amp;c=2>", "see https://x.example/a?b=1&c=2"),
        ("see <https://x.example|the page>", "see the page (https://x.example)"),
        ("<https://x.example|https://x.example>", "https://x.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<tel:+1415|+1415>", "+1415"),
        ("<@U1|zhang> and <@U2> in <#C1|general> and <#C2>", "@zhang and @U2 in #general and #C2"),
        (
            "<!here> <!channel> <!everyone> <!subteam^S1|@ops> <!subteam^S2>",
            "@here @channel @everyone @ops @subteam",
        ),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<> < > <", "<> < > <"),
        ("&lt;@U1&gt;", "<@U1>"),
        ("<@UBOT>, help", "help"),
        ("<@UBOT>：打印机", "打印机"),
        ("ask <@UBOT>", "ask @UBOT"),
    ],
)
def test_markup_is_read_as_it_was_seen(written: str, read: str) -> None:
    assert plain(written, frozenset({"UBOT"})) == read


def test_odd_markup_takes_no_time() -> None:
    for odd in ("<" * 100_000, "<@" * 50_000, "&lt;" * 25_000, "<a|" * 30_000):
        assert plain(odd, frozenset({"UBOT"}))


EVENTS = objects(
    type=st.sampled_from(["message", "app_mention"]),
    user=ODD_TEXT | st.just("U1"),
    text=ODD_TEXT,
    ts=st.just("1.0"),
    thread_ts=ODD_TEXT,
    channel=st.just("C1"),
    channel_type=st.just("im"),
    files=st.lists(
        objects(name=ODD_TEXT, mimetype=ODD_TEXT, size=st.integers(), permalink=ODD_TEXT), max_size=2
    ),
)
CALLS = objects(
    type=st.sampled_from(["event_callback", "url_verification"]),
    challenge=ODD_TEXT,
    team_id=ODD_TEXT,
    event=EVENTS,
    authorizations=st.lists(ANY_JSON, max_size=2),
)


@given(
    json_bodies(CALLS, EVENTS.map(lambda event: {"type": "event_callback", "team_id": "T1", "event": event}))
)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        inbound = parse(body)
    except BadPayload:
        return
    if isinstance(inbound, Challenge):
        inbound.text.encode()
    else:
        check_fit(inbound)


def test_a_message_is_clipped_to_what_a_request_may_hold() -> None:
    request = a_request(parse(told(text="x" * 200_000)))
    assert len(request.text) == 100_000
    assert len(request.subject_line) == 80
