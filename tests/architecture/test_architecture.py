"""Rules of the house that no linter knows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from candor.services import SERVICES
from candor_common.events import CATALOGUE, Fact
from candor_common.service import Service

ROOT = Path(__file__).parents[2]
SOURCES = ("libs", "services", "deploy", "tests")
BUDGET = 250
CATALOGUES = {"libs/common/src/candor_common/events.py"}
"""The vocabulary is one file, to be read in one go."""
EVERY_SERVICE_HAS = (
    "__init__.py",
    "__main__.py",
    "api.py",
    "handlers.py",
    "store.py",
    "domain",
    "migrations",
    "py.typed",
)
VENDORED = {"vendor", "vendored", "_vendor", "third_party", "node_modules"}


def python_files(*below: str) -> Iterator[Path]:
    for name in below:
        yield from sorted(one for one in (ROOT / name).rglob("*.py") if "__pycache__" not in one.parts)


def offending(pattern: str, files: Iterator[Path]) -> list[str]:
    """Every place where a pattern stands, as file and line."""
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("fact", CATALOGUE, ids=lambda fact: fact.__name__)
def test_every_fact_has_a_reader_or_is_meant_for_subscribers_outside(fact: type[Fact]) -> None:
    readers = [service.name for service in SERVICES if fact in service.subscriptions]
    assert readers or fact.public


@pytest.mark.parametrize("fact", CATALOGUE, ids=lambda fact: fact.__name__)
def test_every_fact_is_emitted_by_the_service_that_it_names(fact: type[Fact]) -> None:
    folder = ROOT / "services" / fact.emitter / "src"
    made = re.compile(rf"\b{fact.__name__}\b")
    assert any(made.search(file.read_text("utf-8")) for file in folder.rglob("*.py"))


def test_no_service_reads_what_it_alone_emits() -> None:
    own = [
        (service.name, fact.__name__)
        for service in SERVICES
        for fact in service.subscriptions
        if fact.emitter == service.name
    ]
    assert own == []


def test_files_stay_within_their_budget() -> None:
    files = [one for one in python_files("libs", "services", "deploy") if "migrations" not in one.parts]
    lengths = {str(one.relative_to(ROOT)): len(one.read_text("utf-8").splitlines()) for one in files}
    assert {
        name: length for name, length in lengths.items() if length > BUDGET and name not in CATALOGUES
    } == {}


def test_only_the_database_module_commits() -> None:
    files = (one for one in python_files("libs", "services", "deploy") if one.name != "database.py")
    found = offending(r"\.commit\(", files)
    # A consumer of Kafka has a method of that name, too.
    assert [place for place in found if "kafka_feed.py" not in place] == []


def test_nothing_is_left_to_be_done() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    assert offending(rf"\b({words})\b", python_files(*SOURCES)) == []


def test_no_file_names_a_path_of_the_machine_that_it_was_written_on() -> None:
    here = "|".join(re.escape(str(one)) for one in (ROOT, Path.home()) if len(one.parts) > 2)
    homes = r"(?<![\w.])/(home|Users)/\w"
    assert offending(f"{here}|{homes}" if here else homes, python_files(*SOURCES)) == []


def test_nothing_is_vendored() -> None:
    folders = {part for file in python_files(*SOURCES) for part in file.relative_to(ROOT).parts[:-1]}
    assert folders & VENDORED == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_service_has_the_same_files(service: Service) -> None:
    folder = ROOT / "services" / service.name / "src" / service.package
    names = {one.name for one in folder.iterdir() if not one.name.startswith((".", "__pycache__"))}
    assert set(EVERY_SERVICE_HAS) - names == set()
