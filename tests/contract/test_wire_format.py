"""Old and new read each other: golden events and published schemas of every version, and what nobody knows yet."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from candor_common.contract import asyncapi, stale
from candor_common.events import CATALOGUE, Fact, IncidentOpened, IncidentState, IncidentStatus, Priority
from candor_common.topics import TOPICS
from candor_common.wire import Undecodable, decode, value_of
from tests.contract.samples import GOLDEN, PUBLISHED, SAMPLES, golden_of, newest, schema_of

DOCS = Path(__file__).parents[2] / "docs"
GOLDEN_FILES = sorted(GOLDEN.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def opened(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = read(GOLDEN / f"{IncidentOpened.type}.1.json")["value"]
    value["incident"] |= changes
    return value


def decoded(value: dict[str, Any]) -> Fact:
    headers = read(GOLDEN / f"{IncidentOpened.type}.1.json")["headers"]
    envelope = decode(headers, json.dumps(value).encode())
    assert envelope is not None
    return envelope.fact


def contains(whole: Any, part: Any) -> bool:
    """Whether everything in `part` stands in `whole`, times being compared as they are written."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(name), one) for name, one in part.items())
    return bool(whole == part)


def test_every_fact_has_a_sample() -> None:
    assert [type(sample) for sample in SAMPLES] == list(CATALOGUE)


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=lambda path: path.stem)
def test_events_of_every_version_are_read_without_loss(path: Path) -> None:
    golden = read(path)
    envelope = decode(golden["headers"], json.dumps(golden["value"]).encode())

    assert envelope is not None
    assert contains(json.loads(golden_of(envelope.fact))["value"], golden["value"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_readers_of_every_published_version_can_read_todays_events(sample: Fact) -> None:
    value = json.loads(golden_of(sample))["value"]
    published = sorted(PUBLISHED.glob(f"{sample.type}.*.json"))

    assert published
    for path in published:
        jsonschema.validate(value, read(path))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_what_is_written_today_is_published(sample: Fact) -> None:
    """When this fails a model has changed: `python -m tests.contract.samples` adds a version beside the old ones."""
    golden, schema = newest(GOLDEN, type(sample)), newest(PUBLISHED, type(sample))

    assert golden is not None
    assert schema is not None
    assert golden.read_text("utf-8") == golden_of(sample)
    assert schema.read_text("utf-8") == schema_of(type(sample))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_snapshot_that_was_written_before_is_written_alike(sample: Fact) -> None:
    whole = sample.model_dump_json(exclude_none=True).encode()
    assert [value_of(sample), value_of(sample.model_copy())] == [whole, whole]


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_changed_snapshot_is_written_anew(length: int) -> None:
    before = decoded(opened(description="a" * length))
    assert isinstance(before, IncidentOpened)
    value_of(before)
    after = before.incident.model_copy(update={"description": "b" * length})
    assert f'"description":"{after.description}"'.encode() in value_of(IncidentState(incident=after))


def test_fields_of_a_later_version_are_ignored() -> None:
    assert decoded(opened(mood="calm") | {"weather": "fine"}) == decoded(opened())


def test_enum_values_of_a_later_version_are_read_as_unknown() -> None:
    fact = decoded(opened(priority="P0", status="thinking"))

    assert isinstance(fact, IncidentOpened)
    assert fact.incident.priority is Priority.UNKNOWN
    assert fact.incident.status is IncidentStatus.UNKNOWN


def test_types_of_a_later_version_are_passed_over() -> None:
    headers = read(GOLDEN / f"{IncidentOpened.type}.1.json")["headers"]
    assert decode(headers | {"ce_type": "candor.incident.dreamt.v1"}, b"{}") is None


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_time", "ce_source"])
def test_an_event_without_a_required_header_says_which(missing: str) -> None:
    headers = read(GOLDEN / f"{IncidentOpened.type}.1.json")["headers"]
    del headers[missing]
    with pytest.raises(Undecodable, match=missing):
        decode(headers, b"{}")


def test_a_value_that_does_not_fit_says_where() -> None:
    with pytest.raises(Undecodable, match=r"incident\.version"):
        decoded(opened(version="three"))


def test_chinese_stays_utf_8_on_the_wire() -> None:
    assert "打印机坏了" in golden_of(SAMPLES[0])


def test_the_documents_are_up_to_date() -> None:
    assert stale(DOCS) == []


def test_the_asyncapi_document_names_every_topic_and_message_once() -> None:
    document = yaml.safe_load((DOCS / "contract" / "asyncapi.yaml").read_text("utf-8"))

    assert document == asyncapi()
    assert set(document["channels"]) == set(TOPICS)
    listed = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(listed) == sorted(fact.__name__ for fact in CATALOGUE)
    for fact in CATALOGUE:
        assert (DOCS / "contract" / "schemas" / f"{fact.type}.json").exists()
