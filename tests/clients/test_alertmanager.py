"""A real Alertmanager that reports to us, and amtool that tells it what fires: by our webhook and as a PagerDuty client."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from candor_common.events import IncidentOpened, IncidentResolved, SignalReceived, SignalStatus
from tests.clients.instance import PATIENCE, Instance, installed, until
from tests.servers.process import LOOPBACK, Child, free_port

# The one that waits long for its next turn comes again within it, or not at all.
CONFIG = """
route:
  receiver: webhook
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
  routes:
    - matchers: [way="pagerduty"]
      receiver: pagerduty
    - matchers: [way="slow"]
      receiver: webhook
      group_interval: 5m
receivers:
  - name: webhook
    webhook_configs:
      - url: {url}/v1/hooks/alertmanager
        http_config: {{authorization: {{credentials: {key}}}}}
  - name: pagerduty
    pagerduty_configs:
      - url: {url}/v2/enqueue
        routing_key: {routing_key}
        severity: critical
"""


class Alertmanager:
    """Alertmanager of Debian, on a free port, with data that are thrown away."""

    def __init__(self, folder: Path, candor: Instance) -> None:
        server = installed("prometheus-alertmanager", "prometheus-alertmanager")
        self._amtool = installed("amtool", "prometheus-alertmanager")
        self._url = f"http://{LOOPBACK}:{free_port()}"
        key = candor.let_in("pagerduty", "alertmanager")["secret"]
        config = folder / "alertmanager.yml"
        config.write_text(CONFIG.format(url=candor.url, key=candor.key, routing_key=key), "utf-8")
        command = [server, f"--config.file={config}", f"--storage.path={folder / 'alertmanager'}"]
        command += [f"--web.listen-address={self._url.removeprefix('http://')}", "--cluster.listen-address="]
        self._log = folder / "alertmanager.log"
        self._child = Child(command, self._log)
        self._child.wait_until(self._ready, within=PATIENCE)

    def fire(self, name: str, *labels: str) -> None:
        """From now on something is wrong."""
        self._add(f"alertname={name}", *labels, f"--annotation=summary={name} 磁盘 99%")

    def end(self, name: str, *labels: str) -> None:
        """It is over."""
        self._add(f"alertname={name}", *labels, f"--end={datetime.now(UTC).isoformat()}")

    def logged(self, words: str) -> None:
        until(lambda: words in self._log.read_text("utf-8", "replace") or None, f"“{words}” in the log")

    def stop(self) -> None:
        self._child.kill()

    def _add(self, *arguments: str) -> None:
        command = [self._amtool, f"--alertmanager.url={self._url}", "alert", "add", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self._url}/-/ready", timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def alertmanager(candor: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    made = Alertmanager(tmp_path_factory.mktemp("alertmanager"), candor)
    yield made
    made.stop()


def signal(candor: Instance, name: str, status: SignalStatus, way: str = "") -> SignalReceived:
    return candor.first(
        SignalReceived,
        lambda one: name in one.subject_line and one.status is status and one.labels.get("way", "") == way,
    )


def test_what_fires_opens_an_incident_and_its_end_resolves_it(
    candor: Instance, alertmanager: Alertmanager
) -> None:
    alertmanager.fire("DiskFull", "instance=db01", "severity=critical")
    fired = signal(candor, "DiskFull", SignalStatus.FIRING)
    assert (fired.subject_line, fired.severity) == ("DiskFull 磁盘 99%", "critical")
    opened = candor.first(IncidentOpened, lambda one: one.request_id == fired.request_id)
    assert opened.incident.signal_key == fired.signal_key
    alertmanager.end("DiskFull", "instance=db01", "severity=critical")
    over = candor.first(SignalReceived, lambda one: one.status is SignalStatus.RESOLVED)
    assert over.signal_key == fired.signal_key
    assert candor.first(IncidentResolved, lambda one: one.incident.id == opened.incident.id)


def test_what_alertmanager_groups_comes_in_one_post_with_a_signal_for_each(
    candor: Instance, alertmanager: Alertmanager
) -> None:
    for instance in ("web01", "web02", "web03"):
        alertmanager.fire("HostDown", f"instance={instance}")

    def all_there() -> list[SignalReceived] | None:
        found = [one for one in candor.told(SignalReceived) if one.labels.get("alertname") == "HostDown"]
        return found if len(found) >= 3 else None

    found = until(all_there, "three signals")
    assert {one.labels["instance"] for one in found} == {"web01", "web02", "web03"}
    assert len({one.signal_key for one in found}) == 3
    stored = "SELECT raw FROM intake_inbound WHERE channel = 'alert' AND raw IS NOT NULL"
    posts = [json.loads(raw) for (raw,) in candor.rows(stored)]
    grouped = [one for one in posts if one["groupLabels"] == {"alertname": "HostDown"}]
    assert max(len(one["alerts"]) for one in grouped) == 3


def test_what_could_not_be_stored_is_sent_again_and_stored_once(
    candor: Instance, alertmanager: Alertmanager
) -> None:
    with candor.out_of_order():
        alertmanager.fire("LinkDown", "instance=sw01", "way=slow")
        alertmanager.logged("unexpected status code 503")
    signal(candor, "LinkDown", SignalStatus.FIRING, way="slow")
    query = "SELECT count(*) FROM intake_inbound WHERE dedup_key LIKE ? AND channel = 'alert'"
    [fired] = [one for one in candor.told(SignalReceived) if one.labels.get("alertname") == "LinkDown"]
    assert candor.rows(query, f"{fired.signal_key}/%") == [(1,)]


def test_alertmanager_takes_us_for_pagerduty(candor: Instance, alertmanager: Alertmanager) -> None:
    alertmanager.fire("QueueFull", "instance=mq01", "way=pagerduty")
    fired = candor.first(SignalReceived, lambda one: one.signal_key.startswith("pagerduty:"))
    assert (fired.status, fired.severity) == (SignalStatus.FIRING, "critical")
    assert "QueueFull" in fired.subject_line
    alertmanager.end("QueueFull", "instance=mq01", "way=pagerduty")
    over = candor.first(
        SignalReceived,
        lambda one: one.signal_key == fired.signal_key and one.status is SignalStatus.RESOLVED,
    )
    incident = candor.first(IncidentOpened, lambda one: one.request_id == fired.request_id).incident
    assert candor.first(IncidentResolved, lambda one: one.incident.id == incident.id)
    assert over.reference != fired.reference
