"""A message as text and as HTML, with the same facts in both: made when it is sent, from what the record holds then.

Only values that are meant for customers come in. There is no type here that could hold a note.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from candor_notifier.letters import Letter, Line, Voice, case_of, letter
from candor_notifier.store import Due


@dataclass(frozen=True, slots=True)
class Mail:
    """What the customer reads."""

    subject: str
    text: str
    html: str


def render(due: Due, voice: Voice) -> Mail:
    """The same message for the same record, in the language of the customer. Raises `letters.Incomplete`."""
    case, tag = case_of(due, voice)
    text, said = case.text, letter(case)
    lines = (
        Line(text.doing, said.doing),
        Line(text.expect, "\n".join(said.expect)),
        Line(text.next_by, said.next_by),
        Line(text.who, case.who),
    )
    reference = due.message.incident_id
    values = {
        "language": tag,
        "letter": said,
        "lines": lines,
        "reply": text.reply,
        "reference": text.reference.format(reference=reference),
    }
    plain, html = _templates()
    return Mail(_subject(said, case.title, reference), plain.render(values), html.render(values))


def _subject(said: Letter, title: str, reference: str) -> str:
    """With the reference, by which an answer finds its incident where a client drops all other marks."""
    return f"{said.subject.format(title=title)} [{reference}]"


@cache
def _templates() -> tuple[Template, Template]:
    environment = Environment(
        loader=PackageLoader("candor_notifier", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("mail.txt"), environment.get_template("mail.html")
