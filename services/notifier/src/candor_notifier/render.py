"""A message as text and as HTML, with the same facts in both: made when it is sent, from what the record holds then."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from candor_common.events import MessageKind, PromiseKind
from candor_notifier.audience import for_customer
from candor_notifier.case import Case, Letter, Line, Link
from candor_notifier.domain.audience import ForCustomer, ForTeam, Lost, Pledged
from candor_notifier.domain.words import WORDS, Words, for_no_fault
from candor_notifier.letters import letter
from candor_notifier.store import Due
from candor_notifier.team_audience import for_team
from candor_notifier.times import written
from candor_notifier.voice import Voice

_PROMISED: Mapping[PromiseKind, str] = {
    PromiseKind.FIRST_RESPONSE: "the first answer to the customer",
    PromiseKind.NEXT_UPDATE: "the next word to the customer",
    PromiseKind.NEXT_REPLY: "an answer to what the customer wrote",
    PromiseKind.RESOLUTION: "the target for the fix",
    PromiseKind.ESTIMATE: "the date that was named for the fix",
    PromiseKind.FOLLOW_UP: "the follow-up",
    PromiseKind.IMPROVEMENT_REPLY: "the answer to a suggestion",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """What the reader reads."""

    subject: str
    text: str
    html: str
    """Empty where text is enough."""
    gist: str = ""
    """What it comes to, in a sentence."""
    next_by: str = ""
    """When the next word comes, as a sentence; or what matters more where there is room for no more than one."""


def render(due: Due, voice: Voice) -> Mail:
    """The same message for the same record. Raises `audience.Incomplete`."""
    if due.message.kind is MessageKind.NUDGE:
        return nudge(for_team(due, voice))
    one = for_customer(due, voice)
    return told(one, voice.words[one.language])


def told(one: ForCustomer, text: Words) -> Mail:
    """In the language and zone of the customer."""
    text = text if one.broken else for_no_fault(text)
    case = Case(one, text)
    said = letter(case)
    values = {
        "language": one.language,
        "colon": ": " if one.language == "en" else "：",
        "letter": said,
        "lines": (
            Line(text.doing, said.doing),
            Line(text.expect, "\n".join(said.expect)),
            Line(text.next_by, said.next_by),
            Line(text.who, case.who),
        ),
        "page": Link(said.page or text.page, one.page) if one.page else None,
        "reply": text.reply if one.by_mail else text.answer,
        "reference": text.reference.format(reference=one.reference),
    }
    subject = _subject(said, one)
    plain, html = _template("mail.txt").render(values), _template("mail.html").render(values)
    return Mail(subject, plain, html, said.gist, said.short_next or said.next_by)


def nudge(one: ForTeam) -> Mail:
    """In English, as text alone."""
    what = _lost(one.about) if isinstance(one.about, Lost) else _due(one.about, one.zone)
    text = _template("nudge.txt").render(one=one, what=what)
    return Mail(f"{what.partition(',')[0]}: {one.title} [{one.reference}]", text, "", f"{what}.", one.page)


def _due(about: Pledged, zone: str) -> str:
    promised, by = _PROMISED.get(about.promise, "a promise"), written(about.at, WORDS["en"], zone)
    return f"Missed: {promised}, due {by}" if about.missed else f"Due soon: {promised}, by {by}"


def _lost(about: Lost) -> str:
    return f"Not delivered: {about.kind.value.replace('_', ' ')}, to {about.recipient}"


def _subject(said: Letter, one: ForCustomer) -> str:
    """With the reference, by which an answer finds its incident where a client drops all other marks."""
    return f"{said.subject.format(title=one.title)} [{one.reference}]"


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("candor_notifier", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
