"""What the service does about one kind of promise in a case, without a database."""

from datetime import datetime

from candor_common.events import Promise, PromiseKind
from candor_sla_timer.domain.agenda import counted
from candor_sla_timer.domain.changes import PromiseFact, changes, current, due_now
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.cases import Case


class Desk:
    """What is written down about the promises of a kind, and what was said about them."""

    def __init__(self, case: Case, kind: PromiseKind = PromiseKind.RESOLUTION) -> None:
        self.case, self.kind = case, kind
        self.promises: dict[str, Promise] = {}
        self.said: list[PromiseFact] = []

    def hear(self) -> list[PromiseFact]:
        """Count again; returns what is new about them."""
        derived = [one for one in derive(self.case.facts) if one.kind is self.kind]
        return self._take(changes(self.promises, derived))

    def look(self, now: datetime) -> list[PromiseFact]:
        self.case.looked(now)
        found, agendas = self.hear(), counted(self.case.facts)
        standing = list(self.promises.values())
        return found + self._take(
            [fact for one in standing for fact in due_now(one, agendas.of(one.id), now)]
        )

    def _take(self, facts: list[PromiseFact]) -> list[PromiseFact]:
        self.promises = current(self.promises, facts)
        self.said += facts
        return facts
