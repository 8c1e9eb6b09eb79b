"""The charter as services ask it: what is this, who gets it, and by when is what promised."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from candor_common.charter.facts import Classification, Facts, Team
from candor_common.charter.matching import Matcher, matcher, seen
from candor_common.charter.shape import Content, Outcome
from candor_common.events import Grade, Level, Priority, PromiseKind


@dataclass(frozen=True, slots=True)
class Charter:
    """A checked policy; it never changes. Grades and priorities of a later version count as most urgent."""

    version: str
    """Twelve hex digits that are the same as long as the content is, whatever the comments and layout say."""
    content: Content = field(compare=False, repr=False)
    """The file as it was read, for pages that show it."""
    matchers: tuple[Matcher, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, content: Content) -> Self:
        """Prepares what was read."""
        normal = json.dumps(content.model_dump(mode="json"), sort_keys=True)
        version = hashlib.sha256(normal.encode()).hexdigest()[:12]
        return cls(version, content, tuple(map(matcher, content.rules)))

    def classify(self, facts: Facts) -> Classification:
        """The first rule that matches decides; when none does, `fallback`. Reads 20,000 characters of text.

        For a signal, the severity decides impact and urgency where `signals` lists it: it was measured.
        """
        then, reason = self._outcome(facts)
        impact, urgency = then.impact, then.urgency
        graded = self.content.signals.get(facts.severity.casefold()) if facts.is_signal else None
        if graded:
            impact, urgency = graded.impact, graded.urgency
            reason += f'; impact and urgency by severity "{facts.severity.casefold()}"'
        return Classification(
            kind=then.kind,
            category=then.category,
            impact=impact,
            urgency=urgency,
            priority=self.priority(impact, urgency),
            lane=then.lane,
            level=self.content.teams[then.team].level,
            team=then.team,
            reason=reason,
        )

    def _outcome(self, facts: Facts) -> tuple[Outcome, str]:
        request = seen(facts)
        for rule in self.matchers:
            evidence = rule.evidence(request)
            if evidence:
                return rule.then, f"rule {rule.name}: {evidence}"
        return self.content.fallback, "fallback: no rule matched"

    def priority(self, impact: Grade, urgency: Grade) -> Priority:
        """The priority that the matrix gives."""
        return self.content.priorities.of(impact).of(urgency)

    def target(self, kind: PromiseKind, priority: Priority, level: Level) -> timedelta | None:
        """Within which time something is promised; nothing for kinds that the charter has no target for."""
        match kind:
            case PromiseKind.FIRST_RESPONSE:
                return self.content.targets.of(level).of(priority).first_response
            case PromiseKind.RESOLUTION:
                return self.content.targets.of(level).of(priority).resolution
            case PromiseKind.NEXT_UPDATE:
                return self.update_every(priority)
        return None

    def update_every(self, priority: Priority) -> timedelta:
        """The longest silence between two updates."""
        return self.content.update_every.of(priority)

    def warn_at(self, made_at: datetime, due_at: datetime) -> datetime:
        """When a promise is at risk; the due time itself when it is not after the time of making."""
        span = due_at - made_at
        return made_at + span * self.content.warn_at if span > timedelta() else due_at

    @property
    def renewals(self) -> int:
        """How many promises of a next update follow a missed one by themselves, until a person writes."""
        return self.content.renewals

    @property
    def reopen_within(self) -> timedelta:
        """For how long after a resolution the customer's reply reopens the incident."""
        given = self.content.reopen_within
        return self.close_after if given is None else given

    @property
    def close_after(self) -> timedelta:
        """How long after its resolution an incident closes itself."""
        return self.content.close_after

    @property
    def survey_delay(self) -> timedelta:
        """How long after the resolution the customer is asked how it went."""
        return self.content.survey.delay

    @property
    def survey_expires(self) -> timedelta:
        """For how long the answer to a survey is waited for, from the invitation on."""
        return self.content.survey.expires

    def team(self, id: str) -> Team | None:
        """A team; nothing when this version of the charter doesn't have it."""
        entry = self.content.teams.get(id)
        return Team(id, entry.name, entry.level) if entry else None
