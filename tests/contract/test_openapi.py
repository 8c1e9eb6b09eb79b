"""What the OpenAPI documents say is what the services do, for callers with and without keys."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from candor.services import SERVICES
from candor_common.service import Service
from tests.contract.conformance import Installation, Operation, corner_cases, explore, installed, operations
from tests.contract.openapi import document, files, stale, write

CORNERS, EXAMPLES = 16, 2
SHARED = ("/v1/parked/", "/v1/log-level/", "/v1/charter/")
"""The same in every service; looked at in one of them."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("openapi")) as made:
        yield made


def operations_of(service: Service) -> list[Operation]:
    found = operations(document(service))
    return [one for one in found if service.name == "intake" or not one.path.startswith(SHARED)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_answer_is_one_that_the_document_describes(
    installation: Installation, service: Service
) -> None:
    for operation in operations_of(service):
        cases = list(corner_cases(operation))
        for number, case in enumerate(islice(cases, 0, None, max(1, len(cases) // CORNERS))):
            installation.ask(installation.with_names(case) if number % 2 else case)
        explore(installation, operation, EXAMPLES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_operation_says_what_it_is_for(service: Service) -> None:
    for operation in operations(document(service)):
        said = operation.definition.raw
        assert said["summary"] or said["description"], operation.label


def test_the_published_documents_are_those_of_the_services() -> None:
    assert stale(Path("docs")) == [], "`make contract` writes them"


def test_a_document_that_differs_is_found(tmp_path: Path) -> None:
    (tmp_path / "contract").mkdir()
    write(tmp_path)
    assert stale(tmp_path) == []
    changed = tmp_path / min(files())
    changed.write_text("{}", encoding="utf-8")
    assert [tmp_path / one for one in stale(tmp_path)] == [changed]
