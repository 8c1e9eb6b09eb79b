"""What must hold for every container of the stack, and for the files beside it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from candor_common import telemetry
from candor_common.provision import SERVICES
from candor_common.settings import Settings

FOLDER = Path(__file__).parents[3] / "deploy/compose"
STACK: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
CONTAINERS = STACK["services"]
FILES = ("compose.yaml", "external.yaml")
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}")
OF_COMPOSE = {"COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES"}
METRIC = re.compile(r"\b(candor_[a-z_]+)")


def known_metrics() -> set[str]:
    found = re.findall(r"^# TYPE (\S+) (\w+)", telemetry.metrics_text().decode(), re.MULTILINE)
    return {
        f"{name}{tail}" for name, kind in found for tail in (["_bucket"] if kind == "histogram" else [""])
    }


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    container = CONTAINERS[name]
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert container["read_only"] or name == "kafka"
    assert container["mem_limit"]
    assert container["logging"]["options"]["max-size"]
    assert "container_name" not in container


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sees_its_own_secrets_only(name: str) -> None:
    seen = [volume for volume in CONTAINERS[name]["volumes"] if volume.startswith("secrets-")]
    assert seen == [f"secrets-{name}:/secrets:ro"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_be_had_as_often_as_wanted(name: str) -> None:
    assert "ports" not in CONTAINERS[name]
    assert CONTAINERS[name]["scale"] == f"${{{replicas(name)}:-1}}"


def test_every_start_keeps_as_many_replicas_as_are_set() -> None:
    """With each compose that is installed here."""
    wanted = {name: number for number, name in enumerate(SERVICES, 1)}
    given = {replicas(name): str(number) for name, number in wanted.items()}
    for program in (["docker", "compose"], ["docker-compose"]):
        if understands(program):
            said = told(program, "-f", str(FOLDER / "compose.yaml"), "config", **given)
            services = yaml.safe_load(said)["services"]
            assert {name: services[name]["scale"] for name in SERVICES} == wanted


def replicas(name: str) -> str:
    return f"CANDOR_{name.replace('-', '_').upper()}_REPLICAS"


def understands(program: list[str]) -> bool:
    try:
        told(program, "version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def told(program: list[str], *arguments: str, **given: str) -> str:
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("CANDOR_", "COMPOSE_"))
    }
    return subprocess.run(
        [*program, *arguments], env={**known, **given}, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def test_only_the_notifier_reaches_out() -> None:
    inside = {name for name, network in STACK["networks"].items() if network.get("internal")}
    assert [name for name in SERVICES if set(CONTAINERS[name]["networks"]) - inside] == ["notifier"]


def test_the_gateway_and_subscribers_do_not_reach_the_database() -> None:
    with_database = set(CONTAINERS["postgres"]["networks"])
    away = ("gateway", "mail", "prometheus", "candor")
    assert with_database == {"back"}
    assert [name for name in away if with_database & set(CONTAINERS[name]["networks"])] == []


def test_ports_are_open_to_this_machine_only_unless_asked() -> None:
    ports = [port for container in CONTAINERS.values() for port in container.get("ports", ())]
    assert len(ports) == 4
    assert [port for port in ports if ":-127.0.0.1:" not in port] == []


def test_no_secret_is_written_down() -> None:
    environment = [
        one for container in CONTAINERS.values() for one in (container.get("environment") or {}).items()
    ]
    named = [(name, value) for name, value in environment if re.search("(PASSWORD|TOKEN|KEY|_URL)$", name)]
    assert named
    assert [one for one in named if one[1] and not one[1].startswith(("${", "http://gateway"))] == []


def test_every_variable_that_can_be_set_is_told_of() -> None:
    used = {name for file in FILES for name, _ in VARIABLE.findall((FOLDER / file).read_text("utf-8"))}
    told = re.findall(r"^#?([A-Z_]+)=", (FOLDER / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) - OF_COMPOSE == used


def test_every_setting_that_a_service_gets_exists() -> None:
    known = {f"CANDOR_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | {"CANDOR_SECRETS_DIR"}
    given = {name for service in SERVICES for name in CONTAINERS[service]["environment"]}
    assert given - known == set()


@pytest.mark.parametrize("file", ["alerts.yaml", "grafana.json"])
def test_what_is_watched_is_measured(file: str) -> None:
    text = (FOLDER / file).read_text("utf-8")
    used = set(METRIC.findall(text))
    assert used
    assert used - known_metrics() == set()


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    assert all({"summary", "action"} == set(rule["annotations"]) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_the_dashboard_is_one_that_grafana_can_take() -> None:
    board = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(numbers) == len(set(numbers))
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])
