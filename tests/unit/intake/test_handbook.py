"""The page about the doors says what the doors do."""

from pathlib import Path

from candor_intake.sources.handbook import page
from candor_intake.sources.registry import DOORS

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_in_the_docs_is_the_one_that_the_registry_makes() -> None:
    told = "`python -m candor_intake.sources.handbook > docs/sources.md` mends this"
    assert (DOCS / "sources.md").read_text("utf-8") == page(), told


def test_the_page_tells_of_every_door() -> None:
    whole = page()
    for door in DOORS:
        assert f"## {door.name}\n" in whole
        assert f"POST {door.path}" in whole
