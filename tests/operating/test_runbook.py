"""Every command of the runbook is real: whoever pastes one at night gets no "no such option"."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml

from candor.cli import app

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "docs" / "runbook.md"
COMPOSE_FILE = ROOT / "deploy" / "compose" / "compose.yaml"
UPGRADE = "deploy/compose/upgrade"
COMPOSE = ["docker", "compose", "-f", "deploy/compose/compose.yaml"]
SECTIONS = [
    "Broker down",
    "Database down or full",
    "Lag grows",
    "Mail refused",
    "A poison event",
    "Restore",
    "Upgrade and roll-back",
]
_FENCED = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(candor [^`\n]+)`")
_OF_COMPOSE = {"run", "restart", "logs", "exec", "stop", "up", "build"}


def commands() -> Iterator[list[str]]:
    """Every line of a block, and what stands in a sentence."""
    text = RUNBOOK.read_text("utf-8")
    for block in _FENCED.findall(text):
        yield from (shlex.split(line) for line in block.splitlines() if line.strip())
    yield from (shlex.split(one) for one in _INLINE.findall(_FENCED.sub("", text)) if "…" not in one)


ALL = list(commands())
OURS = [one[1:] for one in ALL if one[0] == "candor"]
OF_COMPOSE = [one[len(COMPOSE) :] for one in ALL if one[: len(COMPOSE)] == COMPOSE]
WITHIN = [one[3:] for one in OF_COMPOSE if one[:3] == ["run", "--rm", "operate"]]


def problem_of(arguments: list[str]) -> str:
    """What `candor` would say about how it was called; nothing when that is right."""
    command: Any = typer.main.get_command(app)
    context: Any = click.Context(command)
    left = list(arguments)
    while hasattr(command, "commands") and left and left[0] in command.commands:
        command = command.commands[left.pop(0)]
    if hasattr(command, "commands") and (left or not command.invoke_without_command):
        return f"no such command: {left}"
    try:
        command.make_context("candor", left, parent=None, resilient_parsing=False).close()
    except Exception as error:  # noqa: BLE001 - the parser has several kinds
        return f"{type(error).__name__}: {error}"
    finally:
        context.close()
    return ""


def test_there_are_commands_to_look_at() -> None:
    assert len(OURS) > 20
    assert len(WITHIN) >= 3
    assert {one[0] for one in ALL} == {"candor", "docker", "curl", UPGRADE}
    assert os.access(ROOT / UPGRADE, os.X_OK)


def test_a_release_is_replaced_service_by_service_both_ways() -> None:
    section = RUNBOOK.read_text("utf-8").partition("## Upgrade")[2].partition("\n## ")[0]
    assert [block.splitlines()[-1] for block in _FENCED.findall(section)] == [UPGRADE, UPGRADE]


@pytest.mark.parametrize("arguments", OURS + WITHIN, ids=" ".join)
def test_a_command_of_candor_is_understood(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert problem_of(arguments) == ""


@pytest.mark.parametrize(
    "arguments", [["no-such"], ["restore"], ["doctor", "--no-such"], ["parked", "replay"]]
)
def test_a_command_that_is_not_real_is_found_out(arguments: list[str]) -> None:
    assert problem_of(arguments)


@pytest.mark.parametrize("arguments", OF_COMPOSE, ids=" ".join)
def test_a_command_of_compose_names_services_that_are_there(arguments: list[str]) -> None:
    services: Mapping[str, object] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))["services"]
    assert arguments[0] in _OF_COMPOSE
    assert named(arguments) <= services.keys()


def named(arguments: list[str]) -> set[str]:
    """The services that a call of compose is about."""
    verb, *rest = arguments
    found = [one for one in rest if not one.startswith("-") and not one.isdigit()]
    if verb in {"run", "exec"}:
        return set(found[:1])
    return {one.partition("=")[0] for one in takewhile(lambda one: one != "--", found)}


def test_every_fault_has_a_section_with_all_parts() -> None:
    text = RUNBOOK.read_text("utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found = {part.partition("\n")[0]: part for part in parts}
    for title in SECTIONS:
        assert "**Do**" in found[title], title
        assert "**Check**" in found[title], title


def test_links_within_the_page_lead_somewhere() -> None:
    text = RUNBOOK.read_text("utf-8")
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-")
        for one in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
