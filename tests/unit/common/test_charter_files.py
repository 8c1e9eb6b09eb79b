"""A charter file that can't be read at all, or that was made to hurt, is refused with a reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.charter import check
from candor_common.charter.source import parse
from candor_common.charter.values import span

REFUSED = {
    "an empty file": (b"", 1, "the file is empty"),
    "only comments": (b"# nothing\n", 1, "the file is empty"),
    "a broken line": (b"teams:\n  a: [b\nc: d\n", 3, "the file is not valid YAML: "),
    "a tab": (b"teams:\n\tdesk: 1\n", 2, "the file is not valid YAML: "),
    "two documents": (b"a: 1\n---\nb: 2\n", 2, "the file is not valid YAML: "),
    "an alias": (b"a: 1\nb: *x\n", 2, "aliases are not allowed"),
    "an anchor": (b"a: 1\nb: &x 1\n", 2, "aliases are not allowed"),
    "a tag": (b"a: 1\nb: !!python/name:os.system\n", 2, "tags are not allowed"),
    "deep nesting": (b"a:\n  " + b"[" * 100_000, 2, "the nesting is too deep"),
    "another encoding": ("a: 1\nb: é\n".encode("latin-1"), 2, "the file is not written in UTF-8"),
    "a control character": (b"a: 1\nb: \x00\n", 2, "there is a control character"),
    "too much": (b"#" * 1_000_001, 1, "the file is larger than 1 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_read_is_one_problem_with_its_line(tmp_path: Path, case: str) -> None:
    raw, line, wrong = REFUSED[case]
    path = tmp_path / "house.yaml"
    path.write_bytes(raw)
    (problem,) = check(path)
    assert (problem.line, problem.key) == (line, "")
    assert problem.wrong.startswith(wrong)
    assert problem.mend


def test_aliases_cannot_unfold_into_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    steps = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path.write_text("\n".join(["a0: &a0 [x]", *steps]))
    (problem,) = check(path)
    assert problem.wrong == "aliases are not allowed"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("missing.yaml", "the file can't be read: No such file or directory"),
        (".", "the file can't be read: "),
    ],
)
def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path, name: str, wrong: str) -> None:
    (problem,) = check(tmp_path / name)
    assert problem.wrong.startswith(wrong)
    assert problem.file == str(tmp_path / name)


def test_a_list_instead_of_keys_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n- b\n")
    (problem,) = check(path)
    assert (problem.line, problem.wrong) == (1, "expected keys with values, found a list")


def test_a_key_that_is_a_list_is_a_problem() -> None:
    source = parse("house.yaml", b"a: 1\n? [b, c]\n: 2\n")
    assert [(problem.line, problem.wrong) for problem in source.problems] == [
        (2, "a key is not a plain word")
    ]
    assert source.values == {"a": 1}


def test_plain_words_stay_words() -> None:
    source = parse(
        "house.yaml", b"[no, on, yes, True, 1:30, 010, 1e3, 2026-01-01, true, ~, 7, -0.5, '7', 07:00]"
    )
    assert source.values == [
        "no", "on", "yes", "True", "1:30", 10, "1e3", "2026-01-01", True, None, 7, -0.5, "7", "07:00",
    ]  # fmt: skip


@given(st.binary(max_size=300) | st.text(alphabet="ab:[]{}-?!&*|>#'\"\n \t1.", max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_and_never_crash(raw: bytes) -> None:
    source = parse("house.yaml", raw)
    assert source.lines or source.problems
    assert all(problem.line >= 1 for problem in source.problems)


@given(st.integers(min_value=0, max_value=3650), st.sampled_from("smhd"))
def test_a_duration_means_clock_time(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400}[unit]
    assert span(f"{number}{unit}").total_seconds() == number * seconds
