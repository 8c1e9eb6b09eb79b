"""The AsyncAPI document is valid by the parser of the AsyncAPI initiative itself, which runs on Node."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients.instance import installed

HERE = Path(__file__).parent / "asyncapi"
PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"
CLEAN = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]


@pytest.fixture(scope="module")
def tool() -> Path:
    """The folder of the validator: fetched once, as its lock file says, and kept beside the libraries for Python."""
    npm = installed("npm", "npm")
    content = b"".join(path.read_bytes() for path in sorted(HERE.iterdir()))
    place = Path(sys.prefix) / "asyncapi" / hashlib.sha256(content).hexdigest()[:12]
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            draft = shutil.copytree(HERE, place.with_suffix(".draft"), dirs_exist_ok=True)
            subprocess.run([npm, *CLEAN], cwd=draft, check=True, timeout=300)
            draft.rename(place)
    return place


def validated(tool: Path, document: Path) -> tuple[bool, str]:
    """Whether it is valid, and what is said of it."""
    done = subprocess.run(
        [installed("node", "nodejs"), str(tool / "validate.mjs"), str(document)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    return done.returncode == 0, done.stdout


def test_the_published_document_is_valid(tool: Path) -> None:
    valid, said = validated(tool, PUBLISHED / "asyncapi.yaml")
    assert valid, said
    assert "error" not in said


def no_action(document: dict[str, Any]) -> None:
    del document["operations"]["publish-incidents"]["action"]


def lost_message(document: dict[str, Any]) -> None:
    del document["components"]["messages"]["IncidentOpened"]


def wrong_partitions(document: dict[str, Any]) -> None:
    document["channels"]["incidents"]["bindings"]["kafka"]["partitions"] = "many"


@pytest.mark.parametrize("spoil", [no_action, lost_message, wrong_partitions])
def test_a_document_that_breaks_the_rules_is_found(tool: Path, tmp_path: Path, spoil: Any) -> None:
    copy = shutil.copytree(PUBLISHED, tmp_path / "contract") / "asyncapi.yaml"
    document = yaml.safe_load(copy.read_text("utf-8"))
    spoil(document)
    copy.write_text(yaml.safe_dump(document), "utf-8")
    valid, said = validated(tool, copy)
    assert not valid
    assert "error" in said


def test_a_schema_that_is_missing_is_found(tool: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(PUBLISHED, tmp_path / "contract")
    (copy / "schemas" / "candor.incident.opened.v1.json").unlink()
    assert not validated(tool, copy / "asyncapi.yaml")[0]
