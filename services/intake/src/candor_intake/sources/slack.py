"""Messages as Slack's Events API tells them: what people write to the app or where it listens."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.attachments import noted
from candor_intake.domain.inbound import BadPayload, Ignored, Request, Thread
from candor_intake.domain.language import guess
from candor_intake.sources.json_body import build, check, load
from candor_intake.sources.plain import Ident, Line, Words, address, conversation, title, words
from candor_intake.sources.slack_text import plain

_WRITTEN = ("message", "app_mention")
_BY_PEOPLE = ("", "file_share", "thread_broadcast", "me_message")
_LONGEST_CHALLENGE = 1_000
_MOST_FILES = 20
_STRETCH = 300
"""Seconds. In a direct message, lines in the same or in neighbouring stretches of time are one conversation."""
_NEIGHBOURS = (0, -1, 1, -2, 2)


@dataclass(frozen=True, slots=True)
class Challenge:
    """Slack asks whether this is our address; the answer is 200 with just this text."""

    text: str


def parse(body: bytes, *, own_users: frozenset[str] = frozenset()) -> Request | Ignored | Challenge:
    """What Slack told us. The ids are those of our own bot's users, besides those that the event names.

    A message has the same key however often and under whatever event id it is told: Slack tells one that mentions
    the app twice, as a message and as a mention.
    """
    whole = load(body)
    check(whole)
    told = build(_Told, whole)
    if told.type == "url_verification":
        if not told.challenge:
            raise BadPayload("A challenge is needed here.", "#/challenge")
        return Challenge(told.challenge[:_LONGEST_CHALLENGE])
    if told.type != "event_callback":
        return Ignored(f"no message: Slack's {told.type or 'nameless call'}"[:200])
    return _of_event(told, own_users | told.own_users())


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _File(BaseModel):
    name: Line = ""
    mimetype: Line = ""
    size: Any = None
    permalink: Line = ""


class _Event(BaseModel):
    type: Line = ""
    subtype: Line = ""
    user: Ident = ""
    bot_id: Ident = ""
    channel: Ident = ""
    channel_type: Line = ""
    text: Words = ""
    ts: Ident = ""
    thread_ts: Ident = ""
    files: Annotated[list[_File], BeforeValidator(_objects)] = []


class _Told(BaseModel):
    type: Line = ""
    challenge: Line = ""
    team_id: Ident = ""
    event_id: Ident = ""
    event: Annotated[_Event, BeforeValidator(_object)] = _Event()
    authorizations: Annotated[list[dict[str, Any]], BeforeValidator(_objects)] = []

    def own_users(self) -> frozenset[str]:
        """The users that we are, as the event itself says."""
        ours = (one.get("user_id") for one in self.authorizations if one.get("is_bot") is True)
        return frozenset(user for user in ours if isinstance(user, str) and user)


def _of_event(told: _Told, own_users: frozenset[str]) -> Request | Ignored:
    event = told.event
    reason = _why_not(event, own_users)
    if reason:
        return Ignored(reason)
    said = _said(event, own_users)
    if not said:
        return Ignored("an empty message")
    return Request(
        sender=Contact(address=address("slack", told.team_id, event.user)),
        subject_line=title(said, "Slack"),
        text=said,
        channel=Channel.SLACK,
        origin=Origin.HUMAN,
        language=guess(said),
        labels={"slack.team": told.team_id, "slack.channel": event.channel},
        dedup_key=_message_key(told),
        thread=_thread(told),
    )


def _why_not(event: _Event, own_users: frozenset[str]) -> str | None:
    """Why an event must not become work, if so."""
    if event.type not in _WRITTEN:
        return f"no message: Slack's {event.type or 'nameless event'}"[:200]
    if event.bot_id or event.subtype == "bot_message":
        return "written by a bot"
    if event.subtype in ("message_changed", "message_deleted"):
        return "a message that we have was changed or deleted"
    if event.subtype not in _BY_PEOPLE:
        return f"no message of a person: Slack's {event.subtype}"[:200]
    if event.user in own_users:
        return "our own message"
    return None if event.user and event.channel and event.ts else "a message without author, channel or time"


def _said(event: _Event, own_users: frozenset[str]) -> str:
    files = [
        noted(one.name, one.mimetype, one.size if isinstance(one.size, int) else None, one.permalink)
        for one in event.files[:_MOST_FILES]
    ]
    return words("\n".join(part for part in (plain(event.text, own_users), *files) if part))


def _thread(told: _Told) -> Thread:
    """What people start in Slack or answer there. Few use threads where they speak with us alone: there, what one
    writes within ten minutes belongs together, and with each further line the ten minutes begin anew."""
    event = told.event
    own = conversation(address("slack", told.team_id, event.channel, event.thread_ts or event.ts))
    seconds = event.ts.partition(".")[0]
    if event.channel_type != "im" or event.thread_ts or not (seconds.isascii() and seconds.isdecimal()):
        return own
    # What was written later may be told first, so that we look to both sides.
    now, *near = (_stretch_key(told, int(seconds) // _STRETCH + by) for by in _NEIGHBOURS)
    return replace(own, parents=(*own.parents, now, *near), also=(now,))


def _stretch_key(told: _Told, stretch: int) -> str:
    return address("slack", told.team_id, told.event.channel, told.event.user, str(stretch))


def _message_key(told: _Told) -> str:
    return address("slack", told.team_id, told.event.channel, told.event.ts)
