"""`candor charter show` and `check`: what the operator reads about a charter."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from candor.cli import app

HOSTING = Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml"


def _told(*arguments: str) -> str:
    """Without the frames of tables, words single-spaced."""
    answer = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["charter", *arguments])
    assert answer.exit_code == 0, answer.output
    return " ".join(answer.output.replace("│", " ").split())


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candor.charter_show.console.width", 200)


def test_a_charter_is_shown_with_promises_calendars_warnings_and_routing() -> None:
    told = _told("show", str(HOSTING))
    for words in (
        "L1 P1 30m 30m 1h 4h",
        "L1 P3 12h 1bd (office) 1bd (office) 3bd (office)",
        "L3 P4 16h 2bd (data-centre) 1bd (data-centre) 2bd (data-centre)",
        "office Asia/Shanghai mon-fri 09:00-12:00, 13:00-18:00 8h",
        "data-centre Asia/Shanghai mon-fri 07:00-23:00 16h",
        "sat 09:00-17:00, 22:00-06:00",
        "Warnings after 50%, 75% of the time",
        "still not kept: L2's turn comes after 30bm, L3's turn comes after 2bh.",
        "Survey 2h after the fix is verified, answered within 28d; quiet hours 21:00-08:00.",
        "premium contract fault P2 L1 vip 运维值班",
        "fallback question P4 L1 standard 客户服务台",
        "operations 运维值班 L1 值班主管 infrastructure duty@hosting.example",
        "夜班工程师 operations, service-desk L1 night-shift night@hosting.example",
        "system.network Connections fail, are slow or lose packets",
        "vip The contract says that this customer comes first.",
    ):
        assert words in told


def test_only_what_applies_is_shown() -> None:
    told = _told("show", str(HOSTING), "--priority", "p3", "--level", "L1", "--lane", "standard")
    told = told.partition(" note: ")[0]
    assert "L1 P3 12h 1bd (office)" in told
    assert "complaint complaint P3 L1 standard" in told
    for other in ("L1 P1", "L2 P3", "data-centre", "premium contract", "fallback"):
        assert other not in told


def test_emergencies_of_the_shipped_charter_run_around_the_clock() -> None:
    told = _told("show", "--lane", "emergency", "--priority", "P1")
    assert "always around the clock 24h" in told
    assert "outage fault outage P1 L1 emergency Operations on duty" in told
    assert "Asia/Shanghai" not in told


def test_the_secret_of_a_webhook_is_not_shown(tmp_path: Path) -> None:
    path, url = tmp_path / "house.yaml", "https://hooks.slack.com/services/T1/B1/secret"
    text = HOSTING.read_text("utf-8").replace(
        "contact: duty@hosting.example", f'contact: "duty@hosting.example, {url}"'
    )
    path.write_text(text, "utf-8")
    told = _told("show", str(path))
    assert "duty@hosting.example" in told
    assert "https://hooks.slack.com/…" in told
    assert "secret" not in told


def test_a_charter_that_is_not_sound_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOSTING.read_text("utf-8").replace("holidays: CN", "holidays: XY"), "utf-8")
    answer = CliRunner().invoke(app, ["charter", "show", str(path)])
    assert answer.exit_code == 1
    assert answer.stderr.count("the public holidays of `XY` are not known") == 2


@pytest.mark.parametrize("arguments", [["check"], ["check", str(HOSTING)]])
def test_both_charters_are_checked(arguments: list[str]) -> None:
    assert _told(*arguments).startswith("the charter is sound, version ")


CUSTOMER = {
    "id": "c1",
    "name": "Shop Ltd",
    "lane": "vip",
    "language": "zh-Hant",
    "zone": "Asia/Taipei",
    "contacts": [
        {"name": "Li", "language": "en", "addresses": [{"channel": "mail", "address": "li@shop.example"}]},
        {"name": None, "addresses": [{"channel": "sms", "address": "+8613800138000"}]},
    ],
}


class _Installation(BaseHTTPRequestHandler):
    """Knows one customer, on the second page of its list."""

    def do_GET(self) -> None:
        first = self.path.endswith("after=")
        page = {"customers": [], "next": "c0"} if first else {"customers": [CUSTOMER], "next": None}
        known = self.headers["Authorization"] == "Bearer the-key"
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps(page if known else {"detail": "A valid API key is needed."}).encode())

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Installation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CANDOR_PUBLIC_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("CANDOR_KEY", "the-key")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield
        server.shutdown()


@pytest.mark.usefixtures("installation")
def test_what_applies_to_a_customer_is_looked_up() -> None:
    told = _told("show", str(HOSTING), "--customer", "LI@shop.example", "--priority", "P2")
    for words in (
        "LI@shop.example: Li of Shop Ltd lane vip by contract, unless it is an emergency",
        "language en zone Asia/Taipei",
        "L1 P2 2h 2h 4h 1d",
        "L2 P2 1h 2h 4h 16h",
        "Warnings after 50%, 75% of the time",
        "network fault system.network P2 L2 vip 基础设施",
        "infrastructure 基础设施 L2 技术主管 infrastructure@hosting.example",
    ):
        assert words in told
    for other in ("L1 P1", "outage", "emergency operations"):
        assert other not in told


@pytest.mark.usefixtures("installation")
def test_a_telephone_number_is_found_however_it_is_written() -> None:
    told = _told("show", str(HOSTING), "--customer", "+86 138-0013-8000")
    assert "+86 138-0013-8000: Shop Ltd lane vip by contract" in told
    assert "language zh-Hant zone Asia/Taipei" in told
    assert "outage fault outage P1 L1 emergency" in told


@pytest.mark.usefixtures("installation")
def test_somebody_who_is_no_customer_is_served_as_the_rules_say() -> None:
    told = _told("show", str(HOSTING), "--customer", "who@ever.example")
    assert "who@ever.example: belongs to no customer that is known lane as the rules say" in told
    assert "language the one of their message zone UTC, the zone of the house" in told


@pytest.mark.usefixtures("installation")
def test_a_key_that_may_not_look_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOR_KEY", "another")
    answer = CliRunner().invoke(app, ["charter", "show", str(HOSTING), "--customer", "li@shop.example"])
    assert answer.exit_code == 1
    assert "401: A valid API key is needed." in answer.stderr


def test_without_a_running_installation_the_charter_is_shown_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("CANDOR_KEY", raising=False)
    told = _told("show", str(HOSTING), "--customer", "li@shop.example", "--priority", "P1")
    assert "li@shop.example: not looked up: no installation was started here" in told
    assert "L1 P1 30m 30m 1h 4h" in told
    assert not (tmp_path / "data").exists()
