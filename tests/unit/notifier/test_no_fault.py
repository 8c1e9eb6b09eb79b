"""What was never broken is not said to be fixed, or to work again."""

import re
from dataclasses import replace

import pytest

from candor_common.events import Kind, PromiseKind, PromiseState
from candor_common.languages import Language
from candor_notifier.domain.words import WORDS, for_no_fault
from candor_notifier.render import render
from tests.unit.common.test_wording import texts
from tests.unit.notifier.builders import (
    LANGUAGES,
    VOICE,
    a_breach_notice,
    a_promise,
    a_resolution,
    after,
    an_acknowledgement,
    an_incident,
    of_every_kind,
)
from tests.unit.notifier.test_render import lines

OF_FAULTS = {
    "en": re.compile(r"\b(fix|fixed|it works|works again|working again|wrong|solved|broken|trouble)\b"),
    "zh-Hans": re.compile("修复|恢复|故障|未解决|已解决"),
    "zh-Hant": re.compile("修復|恢復|故障|未解決|已解決"),
}
NO_FAULTS = [Kind.QUESTION, Kind.CHANGE, Kind.COMPLAINT, Kind.TRAINING, Kind.COMMERCIAL, Kind.UNKNOWN]
INVOICE = an_incident(title="An invoice", description="May we have it once more?", kind=Kind.QUESTION)


@pytest.mark.parametrize("kind", NO_FAULTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fixed_where_nothing_is_broken(language: Language, kind: Kind) -> None:
    watched = replace(VOICE, watch=lambda _incident: after(days=2))
    for due in of_every_kind(language, title="Invoice"):
        assert due.incident is not None
        update = {"kind": kind, "description": "Please send it."}
        mail = render(replace(due, incident=due.incident.model_copy(update=update)), watched)
        found = OF_FAULTS[language].search(f"{mail.subject}\n{mail.text}\n{mail.gist}\n{mail.next_by}")
        assert found is None, (due.message.kind, found)


@pytest.mark.parametrize("kind", [Kind.FAULT, Kind.SECURITY])
def test_a_fault_is_fixed(kind: Kind) -> None:
    fix = a_promise(PromiseKind.RESOLUTION)
    said = lines(render(an_acknowledgement(an_incident(kind=kind), fix), VOICE))
    assert "We aim to have it fixed by" in said["What to expect"]


def test_a_question_about_an_invoice_is_answered_as_one() -> None:
    fix = a_promise(PromiseKind.RESOLUTION)
    said = lines(render(an_acknowledgement(INVOICE, fix), VOICE))
    assert "We aim to have it done by Tue 3 Mar, 21:00" in said["What to expect"]
    missed = a_promise(PromiseKind.RESOLUTION, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    assert render(a_breach_notice(missed, INVOICE), VOICE).text.startswith("We aimed to have it done by ")
    assert "the link below" in render(a_resolution(incident=INVOICE), VOICE).text
    assert "What you asked for" in lines(render(a_resolution(incident=INVOICE), VOICE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_for_no_fault_stands_in_the_place_of_another(language: Language) -> None:
    shipped = texts(WORDS[language])
    own = {name: text for name, text in shipped.items() if name.startswith("no_fault_")}
    changed = texts(for_no_fault(WORDS[language]))
    assert {f"no_fault_{name}" for name in shipped if changed[name] != shipped[name]} == own.keys()
