"""What the answers add up to: counts, shares and how far they can be trusted. Shares run from 0 to 1."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from candor_feedback.domain.survey import QUESTIONS, Question

SATISFIED = 4
"""The lowest score that counts as satisfied."""
ENOUGH = 20
"""With fewer answers than this a group says little, and shall not be ranked."""
_Z = NormalDist().inv_cdf(0.975)
"""For an interval that holds the truth 19 times out of 20."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The scores that one question got: how many, how many of them satisfied, and their sum."""

    count: int = 0
    satisfied: int = 0
    total: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.satisfied + other.satisfied, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Row:
    """What a team's surveys about one category of faults have come to."""

    team: str | None
    category: str | None
    invitations: int
    answers: int
    not_solved: int
    scores: Mapping[Question, Tally]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Mean and share are of its answers, and nothing when there are none."""

    count: int
    mean: float | None
    satisfied: float | None
    """The share that gave 4 or 5."""
    satisfied_from: float | None
    satisfied_to: float | None
    """Where that share would lie if everybody had been asked, at 95 % (Wilson)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the surveys of a period: those of a team, of a category, or all."""

    name: str | None
    """Nothing where the incident had none."""
    invitations: int
    answers: int
    rate: float | None
    not_solved: int
    small: bool
    questions: dict[Question, Item]


@dataclass(frozen=True, slots=True)
class Summary:
    """All surveys of a period, and the same by category and by team, in the order of their names."""

    all: Group
    by_category: list[Group]
    by_team: list[Group]


def summary(rows: Iterable[Row]) -> Summary:
    """Adds up what there is per team and category."""
    rows = list(rows)
    return Summary(
        all=_group("all", rows),
        by_category=_grouped((row.category, row) for row in rows),
        by_team=_grouped((row.team, row) for row in rows),
    )


def wilson(satisfied: int, count: int) -> tuple[float, float] | None:
    """Between which shares the true one lies, at 95 %; None without answers. Unlike the textbook's plus and minus it
    holds for few answers, and when all agree."""
    if count == 0:
        return None
    share, weight = satisfied / count, _Z * _Z / count
    centre = (share + weight / 2) / (1 + weight)
    half = sqrt(weight * share * (1 - share) + weight * weight / 4) / (1 + weight)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _grouped(named: Iterable[tuple[str | None, Row]]) -> list[Group]:
    groups: dict[str | None, list[Row]] = defaultdict(list)
    for name, row in named:
        groups[name].append(row)
    return [
        _group(name, groups[name]) for name in sorted(groups, key=lambda name: (name is None, name or ""))
    ]


def _group(name: str | None, rows: list[Row]) -> Group:
    invitations, answers = sum(row.invitations for row in rows), sum(row.answers for row in rows)
    return Group(
        name=name,
        invitations=invitations,
        answers=answers,
        rate=round(answers / invitations, 3) if invitations else None,
        not_solved=sum(row.not_solved for row in rows),
        small=answers < ENOUGH,
        questions={one: _item(sum((row.scores[one] for row in rows), Tally())) for one in QUESTIONS},
    )


def _item(tally: Tally) -> Item:
    interval = wilson(tally.satisfied, tally.count)
    if interval is None:
        return Item(0, None, None, None, None)
    mean, share = tally.total / tally.count, tally.satisfied / tally.count
    return Item(tally.count, round(mean, 2), round(share, 3), *(round(end, 3) for end in interval))
