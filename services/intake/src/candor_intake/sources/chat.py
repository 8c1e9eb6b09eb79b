"""Messages of any chat system, in a shape of our own, signed as Standard Webhooks says.

    {"id": "m-81", "conversation": "c-7", "sender": {"id": "u-3", "name": "张三"}, "text": "打印机坏了",
     "sent_at": "2026-11-22T08:00:00Z", "urgent": false, "language": "zh-Hans",
     "attachments": [{"name": "a.png", "type": "image/png", "size": 4096, "url": "https://chat.example/f/1"}]}

`id`, `conversation`, `sender.id` and a `text` or an attachment are needed; what else is there is ignored. Messages with
the same id are one message; messages of one conversation belong together, whatever order they come in.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, HttpUrl, StrictBool, StringConstraints

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.attachments import noted
from candor_intake.domain.inbound import TEXT_CHARACTERS, BadPayload, Request
from candor_intake.domain.language import guess, supported
from candor_intake.domain.words import one_line, storable
from candor_intake.sources.json_body import build, check, load
from candor_intake.sources.plain import LONGEST_NAME, address, conversation, title, words

MOST_ATTACHMENTS = 20
_LONGEST_URL = 2_000
_LARGEST_SIZE = 10**15


def parse(body: bytes, *, source: str = "chat") -> Request:
    """The message in a JSON body. The source names the chat system: ids are each system's own."""
    whole = load(body)
    check(whole)
    message = build(_Message, whole)
    said = words("\n".join([message.text, *(_note(one) for one in message.attachments or [])]))
    if not said:
        raise BadPayload("A text or an attachment is needed here.", "#/text")
    return Request(
        sender=Contact(address=address(source, message.sender.id), name=message.sender.name or None),
        subject_line=title(said, source),
        text=said,
        channel=Channel.CHAT,
        origin=Origin.HUMAN,
        language=supported(message.language) or guess(said),
        urgent=message.urgent or False,
        labels=_labels(message, source),
        dedup_key=address(source, message.id),
        thread=conversation(address(source, "conversation", message.conversation)),
    )


def _lenient_line(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return one_line(value) if isinstance(value, str) else value


def _lenient_text(value: object) -> object:
    return storable(value).strip() if isinstance(value, str) else value


def _within(longest: int, shortest: int = 0) -> tuple[BeforeValidator, StringConstraints]:
    return BeforeValidator(_lenient_line), StringConstraints(min_length=shortest, max_length=longest)


_Id = Annotated[str, *_within(200, 1)]
_Name = Annotated[str, *_within(LONGEST_NAME)]


class _Sender(BaseModel):
    id: _Id
    name: _Name | None = None


class _Attachment(BaseModel):
    url: Annotated[HttpUrl, Field(max_length=_LONGEST_URL)]
    name: _Name | None = None
    type: _Name | None = None
    size: Annotated[int, Field(ge=0, le=_LARGEST_SIZE)] | None = None


class _Message(BaseModel):
    id: _Id
    conversation: _Id
    sender: _Sender
    text: Annotated[str, BeforeValidator(_lenient_text), StringConstraints(max_length=TEXT_CHARACTERS)] = ""
    sent_at: AwareDatetime | None = None
    urgent: StrictBool | None = None
    language: Annotated[str, *_within(35)] | None = None
    attachments: Annotated[list[_Attachment], Field(max_length=MOST_ATTACHMENTS)] | None = None


def _note(file: _Attachment) -> str:
    return noted(file.name or "", file.type or "", file.size, str(file.url))


def _labels(message: _Message, source: str) -> dict[str, str]:
    labels = {"chat.system": source, "chat.conversation": message.conversation}
    return labels | ({"chat.sent_at": _utc(message.sent_at)} if message.sent_at else {})


def _utc(time: datetime) -> str:
    try:
        return time.astimezone(UTC).isoformat()
    except OverflowError:
        return time.isoformat()
