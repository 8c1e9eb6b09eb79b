"""What is wrong with a charter is told all at once, with line, key and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from candor_common.charter import CharterError, Problem, check, load_charter

GOOD = """\
priorities:
  high:   {high: P1, medium: P2, low: P3}
  medium: {high: P2, medium: P3, low: P4}
  low:    {high: P3, medium: P4, low: P4}
targets:
  L1:
    P1: {first_response: 1h, resolution: 4h}
    P2: {first_response: 4h, resolution: 1d}
    P3: {first_response: 1d, resolution: 3d}
    P4: {first_response: 1d, resolution: 7d}
update_every: {P1: 30m, P2: 2h, P3: 8h, P4: 1d}
warn_at: 0.75
renewals: 2
reopen_within: 7d
survey: {delay: 1h, expires: 28d}
teams:
  desk: {name: Desk, level: L1}
signals:
  critical: {impact: high, urgency: high}
rules:
  - name: fire
    when:
      any:
        - words: [fire]
    then: {kind: fault, category: outage, impact: high, urgency: high, team: desk}
fallback: {kind: question, impact: low, urgency: low, team: desk}
"""

Checked = Callable[[str | bytes], list[Problem]]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Gives the problems of a text."""

    def problems(text: str | bytes) -> list[Problem]:
        path = tmp_path / "house.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = check(path)
        assert all(problem.file == str(path) for problem in found)
        return found

    return problems


def _edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_a_good_charter_has_no_problems(checked: Checked) -> None:
    assert checked(GOOD) == []


def test_a_charter_may_begin_with_a_byte_order_mark(checked: Checked) -> None:
    assert checked(b"\xef\xbb\xbf" + GOOD.encode()) == []


UNITS = "Write a whole number and a unit, as in `30m`, `4h`, `2d`, or `30bm`, `8bh`, `1bd` of working time"
CLOCK_UNITS = "Write a whole number and one of the units s, m, h, d, as in `30m`, `4h` or `2d`"
HOMELESS = "is working time, and no calendar says when that is"

WRONG_VALUES = {
    "a duration in words": ("P2: 2h", "P2: 2 hours", "11: update_every.P2: `2 hours` is not a duration"),
    "a duration without a unit": ("P2: 2h", "P2: 90", "11: update_every.P2: `90` is not a duration"),
    "a duration that is a list": ("P2: 2h", "P2: [2h]", "11: update_every.P2: a list is not a duration"),
    "a duration left empty": ("P2: 2h", "P2:", "11: update_every.P2: nothing is not a duration"),
    "a duration with an unknown unit": ("7d}", "7w}", "10: targets.L1.P4.resolution: `7w` is not a duration"),
    "a target in business hours without a calendar": ("resolution: 4h", "resolution: 4bh",
        f"7: targets.L1.P1.resolution: `4bh` {HOMELESS}"),
    "updates in business days without a calendar": ("P4: 1d}", "P4: 1bd}",
        f"11: update_every.P4: `1bd` {HOMELESS}"),
    "a wait in business days": ("expires: 28d", "expires: 28bd",
        "15: survey.expires: `28bd`: only targets and updates count in working time"),
    "a duration of decades": ("expires: 28d", "expires: 99999d",
        "15: survey.expires: `99999d` is longer than ten years"),
    "a promise of no time": ("P1: 30m", "P1: 0m",
        "11: update_every.P1: nobody can keep a promise of no time at all"),
    "an unknown priority": ("low:    {high: P3,", "low:    {high: P5,",
        "4: priorities.low.high: `P5` is not a priority"),
    "the priority of a later version": ("low:    {high: P3,", "low:    {high: unknown,",
        "4: priorities.low.high: `unknown` is not a priority"),
    "an unknown level": ("level: L1", "level: 1", "17: teams.desk.level: `1` is not a level"),
    "an unknown kind": ("kind: question", "kind: qestion", "26: fallback.kind: `qestion` is not a kind"),
    "an unknown category": ("category: outage", "category: network",
        "25: rules[0].then.category: `network` is not a category"),
    "an unknown team": ("high, team: desk", "high, team: desk2",
        "25: rules[0].then.team: there is no team `desk2`"),
    "a category of something that is no fault": ("kind: fault", "kind: complaint",
        "25: rules[0].then.category: only a fault has a category"),
    "a number that is text": ("0.75", '"0.75"', "12: warn_at: expected a number, found `0.75`"),
    "a share above one": ("0.75", "75.0", "12: warn_at: Input should be less than 1"),
    "a broken number of renewals": ("renewals: 2", "renewals: true",
        "13: renewals: expected a whole number, found `true`"),
    "text that is a number": ("name: Desk", "name: 7", "17: teams.desk.name: expected text, found `7`"),
    "a word that is a number": ("[fire]", "[fire, 503]",
        "24: rules[0].when.any[0].words[1]: expected text, found `503`"),
    "a list that is text": ("[fire]", "fire",
        "24: rules[0].when.any[0].words: expected a list, found `fire`"),
    "an empty list": ("[fire]", "[]", "24: rules[0].when.any[0].words: the list is empty"),
    "an empty name": ("name: Desk", 'name: ""', "17: teams.desk.name: it is empty"),
    "labels that are empty": ("words: [fire]", "label: {}", "24: rules[0].when.any[0].label: it is empty"),
    "a pattern": ("[fire]", "['fire.*']",
        "24: rules[0].when.any[0].words[0]: `fire.*` looks like a pattern, and words are taken literally"),
    "a blank word": ("[fire]", "[' ']",
        "24: rules[0].when.any[0].words[0]: a word without letters would match everything"),
    "a truth value in other words": ("words: [fire]", "urgent: yes",
        "24: rules[0].when.any[0].urgent: expected `true` or `false`, found `yes`"),
    "a section that is a value": ("survey: {delay: 1h, expires: 28d}", "survey: 1h",
        "15: survey: expected keys with values, found `1h`"),
    "a severity with capitals": ("  critical:", "  Critical:",
        "19: signals.Critical: `Critical` has capital letters"),
    "a reopening after the end": ("reopen_within: 7d", "reopen_within: 8d",
        "14: reopen_within: the incident would be closed before the time to reopen it is over"),
    "an answer after the end": ("{first_response: 1h,", "{first_response: 5h,",
        "7: targets.L1.P1.first_response: the first response would come after the resolution"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_VALUES)
def test_a_wrong_value_is_told_with_its_line_and_key(checked: Checked, case: str) -> None:
    old, new, told = WRONG_VALUES[case]
    (problem,) = checked(_edited(old, new))
    assert f"{problem.line}: {problem.key}: {problem.wrong}" == told
    assert problem.mend


@pytest.mark.parametrize(
    ("old", "new", "mend"),
    [
        ("P2: 2h", "P2: 2 hours", UNITS),
        ("resolution: 4h", "resolution: 4bh", "Write `calendar:` with the name of one of your calendars"),
        ("expires: 28d", "expires: 28bd", CLOCK_UNITS),
        ("kind: question", "kind: qestion", "Did you mean `question`?"),
        ("category: outage", "category: network", "Did you mean `system.network`?"),
        ("level: L1", "level: L4", "Known here: L1, L2, L3"),
        ("high, team: desk", "high, team: dsk1", "Did you mean `desk`?"),
        ("name: Desk", "name: 503", 'Put it in quotes, as in `"503"`'),
        ("  critical:", "  Critical:", "Write `critical`; it matches any spelling"),
    ],
)
def test_a_wrong_value_comes_with_its_remedy(checked: Checked, old: str, new: str, mend: str) -> None:
    assert [problem.mend for problem in checked(_edited(old, new))] == [mend]


def test_a_missing_priority_in_the_matrix_has_the_line_of_its_row(checked: Checked) -> None:
    (problem,) = checked(_edited("low:    {high: P3, medium: P4, low: P4}", "low:    {high: P3, medium: P4}"))
    assert (problem.line, problem.key) == (4, "priorities.low.low")
    assert problem.wrong == "the key `low` is missing"


def test_a_missing_row_of_the_matrix_has_the_line_of_the_matrix(checked: Checked) -> None:
    (problem,) = checked(_edited("  low:    {high: P3, medium: P4, low: P4}\n", ""))
    assert (problem.line, problem.key) == (1, "priorities.low")


def test_a_missing_target_has_the_line_of_its_level(checked: Checked) -> None:
    (problem,) = checked(_edited("    P3: {first_response: 1d, resolution: 3d}\n", ""))
    assert (problem.line, problem.key) == (6, "targets.L1.P3")


@pytest.mark.parametrize(
    ("old", "new", "where", "mend"),
    [
        ("renewals:", "renewal:", (13, "renewal"), "Did you mean `renewals`?"),
        ("expires:", "expire:", (15, "survey.expire"), "Did you mean `expires`?"),
        ("- words:", "- word:", (24, "rules[0].when.any[0].word"), "Did you mean `words`?"),
        ("level: L1", "level: L1, levels: x", (17, "teams.desk.levels"), "Did you mean `level`?"),
        ("P4: 1d}", "P4: 1d, <<: 1d}", (11, "update_every.<<"), "Known here: P1, P2, P3, P4"),
        (
            "targets:\n",
            "targets:\n  L2: {P9: x}\n",
            (6, "targets.L2.P9"),
            "Known here: P1, P2, P3, P4, calendar",
        ),
        ("warn_at:", "warn_ad:", (12, "warn_ad"), "Did you mean `warn_at`?"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(
    checked: Checked, old: str, new: str, where: tuple[int, str], mend: str
) -> None:
    unknown = [problem for problem in checked(_edited(old, new)) if problem.wrong == "unknown key"]
    assert [((problem.line, problem.key), problem.mend) for problem in unknown] == [(where, mend)]


def test_a_key_that_stands_twice_is_told_with_both_lines(checked: Checked) -> None:
    (problem,) = checked(_edited("renewals: 2\n", "renewals: 2\nwarn_at: 0.5\n"))
    assert (problem.line, problem.key) == (14, "warn_at")
    assert problem.wrong == "the key stands twice; the first is on line 12"


def test_a_team_that_stands_twice_is_a_key_that_stands_twice(checked: Checked) -> None:
    (problem,) = checked(_edited("signals:", "  desk: {name: Other, level: L2}\nsignals:"))
    assert (problem.line, problem.key) == (18, "teams.desk")


def test_rules_with_the_same_name_are_told_apart(checked: Checked) -> None:
    then = "{kind: fault, impact: low, urgency: low, team: desk}"
    again = f"  - {{name: fire, when: {{all: [urgent: true]}}, then: {then}}}"
    found = checked(_edited("fallback:", f"{again}\nfallback:"))
    assert [(problem.line, problem.key) for problem in found] == [
        (21, "rules[0].name"),
        (26, "rules[1].name"),
    ]


def test_a_higher_level_may_not_be_slower(checked: Checked) -> None:
    slow = GOOD[GOOD.index("  L1:") : GOOD.index("update_every")].replace("L1", "L2").replace("4h", "5h")
    found = checked(_edited("update_every:", f"{slow}update_every:"))
    assert [(problem.line, problem.key) for problem in found] == [
        (12, "targets.L2.P1.resolution"),
        (13, "targets.L2.P2.first_response"),
    ]
    assert found[0].wrong == "L2 is slower than L1 here"


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ("{words: [fire], urgent: true}", "a condition looks at one thing, not at 2"),
        ("{}", "a condition looks at one thing, not at 0"),
    ],
)
def test_a_condition_looks_at_one_thing(checked: Checked, condition: str, wrong: str) -> None:
    (problem,) = checked(_edited("words: [fire]", condition))
    assert (problem.line, problem.key, problem.wrong) == (24, "rules[0].when.any[0]", wrong)


def test_a_rule_without_conditions_is_refused(checked: Checked) -> None:
    (problem,) = checked(_edited("      any:\n        - words: [fire]\n", "      any: []\n"))
    assert (problem.line, problem.key) == (22, "rules[0].when")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(checked: Checked) -> None:
    text = GOOD.replace("P1: 30m", "P1: soon").replace("team: desk}\n", "team: dsk}\n")
    text = text.replace("renewals: 2", "renewals: 2\nrenewals: 3").replace("name: Desk", "nme: Desk")
    found = checked(text)
    assert [problem.line for problem in found] == [11, 14, 18, 18, 26, 27]


def test_the_error_prints_one_line_per_problem(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(GOOD.replace("P1: 30m", "P1: soon").replace("renewals", "renewal"))
    with pytest.raises(CharterError) as raised:
        load_charter(path)
    first, second = str(raised.value).splitlines()
    assert first == f"{path}:11: update_every.P1: `soon` is not a duration. {UNITS}."
    assert second == f"{path}:13: renewal: unknown key. Did you mean `renewals`?"
    assert [str(problem) for problem in raised.value.problems] == [first, second]
