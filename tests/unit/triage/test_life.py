"""What an incident allows when, and what it refuses to whom."""

import pytest

from candor_common.events import (
    IncidentStatus,
)
from candor_triage.domain.ending import close, merge, reopen
from candor_triage.domain.life import Refused, allowed
from candor_triage.domain.rules import Who
from candor_triage.domain.work import (
    acknowledge,
    update,
)
from tests.unit.triage.builders import NOON, an_incident
from tests.unit.triage.states import OPEN_COMMANDS, in_progress, resolved, saying, waiting


def test_an_open_incident_cannot_be_closed() -> None:
    with pytest.raises(Refused, match="nobody has resolved it yet") as refused:
        close(an_incident(), "ana", NOON)
    assert refused.value.allowed == OPEN_COMMANDS


def test_a_resolved_incident_takes_no_update() -> None:
    with pytest.raises(Refused, match="it is resolved") as refused:
        update(resolved(), "ana", saying(), NOON)
    assert refused.value.allowed == ["verify", "confirm", "close", "reopen", "note", "decision", "link"]


def test_what_is_not_for_somebody_is_refused_to_them() -> None:
    with pytest.raises(Refused, match="that is not for the monitoring") as refused:
        close(resolved(), "signal", NOON)
    assert refused.value.allowed == ["reopen"]
    with pytest.raises(Refused, match="that is not for the charter"):
        acknowledge(an_incident(), "charter", NOON)


def test_the_customer_is_offered_what_is_theirs() -> None:
    assert allowed(in_progress(), Who.CUSTOMER) == []
    assert allowed(waiting(), Who.CUSTOMER) == ["resume"]
    assert allowed(resolved(), Who.CUSTOMER) == ["confirm", "reopen"]


def test_what_was_merged_takes_nothing_and_names_the_other() -> None:
    gone = merge(an_incident(), an_incident("INC-000002"), "ana")[0].incident
    with pytest.raises(Refused, match="it is part of INC-000002 now; go on there") as refused:
        update(gone, "ana", saying(), NOON)
    assert refused.value.allowed == []


def test_a_status_of_a_later_version_allows_nothing() -> None:
    later = an_incident().model_copy(update={"status": IncidentStatus.UNKNOWN})
    with pytest.raises(Refused, match="not known here") as refused:
        reopen(later, "ana")
    assert refused.value.allowed == []
