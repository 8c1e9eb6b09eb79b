"""The published contract: JSON Schemas, an AsyncAPI 3 document and a page for readers, all made from the models.

`python -m candor_common.contract FOLDER` writes them, `--check` only says whether they are up to date.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from candor_common.events import CATALOGUE, Fact, Topic
from candor_common.settings import PREFIX, Settings
from candor_common.topics import TOPICS, TopicSettings, topic_name
from candor_common.wire import CONTENT_TYPE

_HEADERS = {
    "ce_specversion": "always 1.0",
    "ce_id": "made once; equal on every redelivery",
    "ce_source": "the service that says it, /candor/<service>",
    "ce_type": "the type of the event; a change that breaks readers gets a new type",
    "ce_time": "when it happened, RFC 3339 in UTC",
    "ce_subject": "the incident that it is about",
    "ce_sequence": "the version of the aggregate after the change",
    "content-type": CONTENT_TYPE,
    "traceparent": "W3C trace context of this hop",
}


def _name(fact: type[Fact]) -> str:
    return fact.__name__


def _doc(thing: type) -> str:
    return " ".join((thing.__doc__ or "").split())


def schema(fact: type[Fact]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what stands in the value of an event."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _name(fact),
        **fact.model_json_schema(mode="serialization"),
        "description": _doc(fact),
    }


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.type,
        "title": _name(fact),
        "summary": _doc(fact),
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"$ref": f"./schemas/{fact.type}.json"},
    }


def _channel(topic: Topic, plan: TopicSettings) -> dict[str, Any]:
    facts = [fact for fact in CATALOGUE if fact.topic == topic]
    return {
        "address": topic_name(topic),
        "description": plan.description,
        "messages": {_name(fact): {"$ref": f"#/components/messages/{_name(fact)}"} for fact in facts},
        "bindings": {
            "kafka": {
                "partitions": plan.partitions,
                "topicConfiguration": _configuration(plan),
                "bindingVersion": "0.5.0",
            }
        },
    }


def _configuration(plan: TopicSettings) -> dict[str, Any]:
    """The topic's settings in the types that the Kafka binding of AsyncAPI asks for."""
    return {
        name: [value] if name == "cleanup.policy" else int(value)
        for name, value in plan.configuration.items()
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": f"Candor publishes {topic}; subscribe with a consumer group of your own.",
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document of all topics."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Candor events",
            "version": "1.0.0",
            "description": "Facts about incidents and promises, as CloudEvents 1.0 in binary mode over Kafka.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, plan) for topic, plan in TOPICS.items()},
        "operations": {f"publish-{topic}": _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {_name(fact): _message(fact) for fact in CATALOGUE},
            "schemas": {
                "headers": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string", "description": meaning} for name, meaning in _HEADERS.items()
                    },
                }
            },
        },
    }


def page() -> str:
    """The event catalogue as Markdown."""
    lines = [
        "# Events",
        "",
        "Made from the models by `make contract`. Every event is a CloudEvent 1.0 in binary mode: attributes in the",
        "Kafka headers, the fact as JSON in the value. Readers ignore fields, types and enum values they don't know.",
        "How to read them, with and without Kafka: [subscribe](subscribe.md).",
        "",
        "| header | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in _HEADERS.items()),
    ]
    for topic, plan in TOPICS.items():
        lines += ["", f"## `{topic_name(topic)}`", "", plan.description, "", "| type | said by | meaning |"]
        lines += ["|---|---|---|", *(_line(fact) for fact in CATALOGUE if fact.topic == topic)]
    return "\n".join(lines) + "\n"


def _line(fact: type[Fact]) -> str:
    return f"| [`{fact.type}`](contract/schemas/{fact.type}.json) | {fact.emitter} | {_doc(fact)} |"


def settings_page() -> str:
    """Every setting as Markdown."""
    lines = [
        "# Settings",
        "",
        "Environment variables, made from the model by `make contract`. A secret can also come from the file that",
        "`CANDOR_<NAME>_FILE` names, or from `candor_<name>` in the directory `CANDOR_SECRETS_DIR`.",
        "",
        "| variable | set it to | default |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `{PREFIX}{name.upper()}` | {field.description} | {_default(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "made from the others"
    return "" if field.default is None else f"`{field.default}`"


def files() -> dict[str, str]:
    """Every generated file: path below the docs folder -> text."""
    made = {"events.md": page(), "settings.md": settings_page(), "contract/asyncapi.yaml": _yaml(asyncapi())}
    for fact in CATALOGUE:
        text = json.dumps(schema(fact), indent=2, ensure_ascii=False, sort_keys=True)
        made[f"contract/schemas/{fact.type}.json"] = text + "\n"
    return made


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def stale(folder: Path) -> list[str]:
    """The generated files that are missing or differ from what would be written now, and those too many."""
    made = files()
    differ = [name for name, text in made.items() if _read(folder / name) != text]
    there = {
        path.relative_to(folder).as_posix()
        for path in (folder / "contract" / "schemas").rglob("*")
        if path.is_file()
    }
    return differ + sorted(there - made.keys())


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def write(folder: Path) -> None:
    for name in stale(folder):
        (folder / name).unlink(missing_ok=True)
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    folder = Path(next((one for one in arguments if not one.startswith("-")), "docs"))
    if "--check" not in arguments:
        write(folder)
        return 0
    differ = stale(folder)
    if differ:
        sys.stderr.write(f"stale: {', '.join(differ)}; run `make contract` and commit what it writes\n")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
