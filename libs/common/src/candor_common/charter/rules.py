"""What the charter's rules make of what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from candor_common.charter.facts import Classification, Facts
from candor_common.charter.matching import Matcher, Seen, matcher, seen
from candor_common.charter.shape import Content, Outcome
from candor_common.events import Channel, Grade, Priority


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a charter, made ready to be asked."""

    content: Content
    matchers: tuple[Matcher, ...]
    rivals: tuple[tuple[Matcher, ...], ...]
    """Of each rule those further down that by what was written give the same priority, and another kind or team."""

    @classmethod
    def of(cls, content: Content) -> Self:
        """Prepares the rules."""
        matchers = tuple(map(matcher, content.rules))
        rivals = (_rivals(content, one, matchers[place + 1 :]) for place, one in enumerate(matchers))
        return cls(content, matchers, tuple(rivals))

    def classify(self, facts: Facts) -> Classification:
        """The first rule that matches decides; when none does, `fallback`. Reads 20,000 characters of text.

        For a signal, the severity decides impact and urgency where `signals` lists it: it was measured.
        """
        then, reason, unsure = self._outcome(facts)
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
            priority=priority_of(self.content, impact, urgency),
            lane=then.lane,
            level=self.content.teams[then.team].level,
            team=then.team,
            reason=reason,
            unsure=unsure,
        )

    def speak_about(self, text: str) -> bool:
        """Whether one of them has something to say about what stands in a text."""
        request = seen(Facts("", text, Channel.UNKNOWN))
        return any(rule.by_content and rule.evidence(request) for rule in self.matchers)

    def _outcome(self, facts: Facts) -> tuple[Outcome, str, bool]:
        """What is decided, why, and whether a person should look at it."""
        request = seen(facts)
        for rule, rivals in zip(self.matchers, self.rivals, strict=True):
            evidence = rule.evidence(request)
            if evidence:
                doubts = _doubts(rivals, request)
                return rule.then, "; ".join([f"rule {rule.name}: {evidence}", *doubts]), bool(doubts)
        return self.content.fallback, "fallback: no rule matched", True


def priority_of(content: Content, impact: Grade, urgency: Grade) -> Priority:
    """The priority that the charter's matrix gives."""
    return content.priorities.of(impact).of(urgency)


def _doubts(rivals: Sequence[Matcher], request: Seen) -> list[str]:
    """What the rivals of the rule that decides say of the same request."""
    return [
        f"but rule {one.name} says {one.then.kind} for {one.then.team}: {evidence}"
        for one in rivals
        if (evidence := one.evidence(request))
    ]


def _rivals(content: Content, first: Matcher, later: Sequence[Matcher]) -> tuple[Matcher, ...]:
    if not first.by_content:
        return ()
    return tuple(one for one in later if one.by_content and _differ(content, first.then, one.then))


def _differ(content: Content, one: Outcome, other: Outcome) -> bool:
    same = priority_of(content, one.impact, one.urgency) is priority_of(content, other.impact, other.urgency)
    return same and (one.kind, one.team) != (other.kind, other.team)
