"""What somebody is about to tell a customer, as the fact that it would become."""

import pytest
from pydantic import ValidationError

from candor_common.events import IncidentStatus
from candor_notifier.domain.drafted import NOT_YET, Draft, foretold
from candor_notifier.domain.planning import told_by
from tests.unit.notifier.builders import DESK, NOON, after, an_incident

WAITS = {"status": IncidentStatus.WAITING}


def a_draft(command: str, **given: object) -> Draft:
    return Draft.model_validate({"incident": "INC-000042", "command": command, "by": "ana"} | given)


@pytest.mark.parametrize(
    ("draft", "before", "leads_to"),
    [
        (a_draft("update"), {}, IncidentStatus.IN_PROGRESS),
        (a_draft("update"), WAITS, IncidentStatus.WAITING),
        (a_draft("ask"), {}, IncidentStatus.WAITING),
        (a_draft("estimate", fixed_by=after(hours=1)), {}, IncidentStatus.IN_PROGRESS),
        (a_draft("workaround"), {}, IncidentStatus.WORKAROUND),
        (a_draft("workaround"), WAITS, IncidentStatus.WAITING),
        (a_draft("resolve"), WAITS, IncidentStatus.RESOLVED),
    ],
)
def test_it_leads_where_the_command_leads_and_becomes_a_message(
    draft: Draft, before: dict[str, IncidentStatus], leads_to: IncidentStatus
) -> None:
    fact = foretold(draft, an_incident(**before), NOON)
    assert fact.incident.status is leads_to
    assert told_by("preview", fact, DESK) is not None


def test_whoever_writes_first_has_it_and_who_has_it_keeps_it() -> None:
    assert foretold(a_draft("update"), an_incident(), NOON).incident.owner == "ana"
    assert foretold(a_draft("update"), an_incident(owner="bo"), NOON).incident.owner == "bo"
    assert foretold(a_draft("update", by=" "), an_incident(), NOON).incident.owner is None


def test_what_is_not_written_yet_is_shown_as_not_written() -> None:
    fact = foretold(a_draft("resolve", cause=" ", checked_function=""), an_incident(), NOON)
    assert fact.incident.resolution is not None
    how = fact.incident.resolution
    assert (how.cause, how.done, how.checked) == (NOT_YET, NOT_YET, NOT_YET)


def test_both_checks_stand_in_what_was_checked() -> None:
    draft = a_draft("resolve", checked_function="It loads.", checked_performance="In 300 ms.")
    how = foretold(draft, an_incident(), NOON).incident.resolution
    assert how is not None
    assert how.checked == "It loads.\nIn 300 ms."


@pytest.mark.parametrize(
    "given",
    [
        {"command": "estimate"},
        {"command": "note"},
        {"command": "update", "incident": "../x"},
        {"command": "update", "doing": "x" * 4001},
    ],
)
def test_what_is_no_draft_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Draft.model_validate({"incident": "INC-000042"} | given)
