"""Whether a story came true: what was wanted and not seen, and what was seen and not wanted."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from tests.worlds.moments import SECOND
from tests.worlds.seen import Mail, SeenEvent, field_of
from tests.worlds.story import Story, Telling, Want, WantedEvent, WantedMail

T = TypeVar("T")

_TELLING = ("kind", "state", "status", "due_at", "fired_at", "version")


def complaints(story: Story, telling: Telling) -> list[str]:
    """What is wrong, one line each; nothing when the story came true."""
    mails, events = telling.mails(), telling.events()
    missing: list[str] = []
    for wanted in story.wants:
        if not _claim(wanted, mails, events, telling):
            missing.append(f"not seen: minute {wanted.window}: {wanted.what}")
    named = {wanted.what.type for wanted in story.wants if isinstance(wanted.what, WantedEvent)}

    def too_many(seen: Mail | SeenEvent) -> bool:
        return telling.stage.minute(seen.at) <= story.end and (
            isinstance(seen, Mail) or type(seen.fact) in named
        )

    return [
        *missing,
        *(f"not wanted: {_shown_mail(one, telling)}" for one in mails if too_many(one)),
        *(f"not wanted: {_shown_event(one, telling)}" for one in events if too_many(one)),
        *(f"in the log: {line}" for line in telling.stage.troubles()),
    ]


def _claim(wanted: Want, mails: list[Mail], events: list[SeenEvent], telling: Telling) -> bool:
    """Take the first thing seen that fits out of what is left."""
    stage, window = telling.stage, wanted.window

    def in_time(seen: Mail | SeenEvent) -> bool:
        return window.holds(stage.minute(seen.at), SECOND, stage.late)

    what = wanted.what
    if isinstance(what, WantedMail):
        return _take(mails, [one for one in mails if in_time(one) and what.fits(one, telling)])
    return _take(events, [one for one in events if in_time(one) and what.fits(one, telling)])


def _take(left: list[T], fitting: list[T]) -> bool:
    if fitting:
        left.remove(fitting[0])
    return bool(fitting)


def report(story: Story, telling: Telling, wrong: Sequence[str]) -> str:
    """What is wrong, and everything that was seen, by the minute."""
    stage = telling.stage
    lines = [(stage.minute(one.at), _shown_event(one, telling)) for one in telling.events()]
    lines += [(stage.minute(one.at), _shown_mail(one, telling)) for one in telling.mails()]
    seen = [text for _, text in sorted(lines)]
    return "\n".join([f"“{story.name}” did not come true:", *wrong, "", "What was seen:", *seen])


def _shown_mail(mail: Mail, telling: Telling) -> str:
    return f"{telling.stage.minute(mail.at):8.2f} mail {telling.kind_of(mail)} to {mail.recipient}: {mail.subject}"


def _shown_event(seen: SeenEvent, telling: Telling) -> str:
    parts = []
    for name in _TELLING:
        try:
            value = field_of(seen.fact, name)
        except AttributeError:
            continue
        shown = f"{telling.stage.minute(value):.2f}" if isinstance(value, datetime) else str(value)
        parts.append(f"{name}={shown}")
    return f"{telling.stage.minute(seen.at):8.2f} event {type(seen.fact).__name__} {' '.join(parts)}"
