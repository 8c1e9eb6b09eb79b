import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from pydantic import SecretStr

from candor_common import errors
from candor_common.clock import ManualClock
from candor_common.keys import SCOPES, Key, KeyRing, read_private, write_private
from candor_common.links import BadLink, ExpiredLink, Signer, signing_key
from candor_common.security import Security, check_bind, is_loopback, require
from candor_common.settings import Settings, SettingsError

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys.json", ManualClock(NOW))


@pytest.fixture
def app(ring: KeyRing) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.state.security = Security(ring, loopback=True)

    @app.get("/board")
    async def board(key: Annotated[Key | None, Depends(require("read"))]) -> str:
        return key.name if key else "anybody"

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


def test_a_key_is_found_and_only_its_hash_is_kept(ring: KeyRing, tmp_path: Path) -> None:
    text = ring.add("alertmanager", ["post"])
    found = ring.find(text)
    assert found is not None
    assert text.startswith(f"cand_{found.id}_")
    assert (found.name, found.scopes, found.created_at) == ("alertmanager", ("post",), NOW)
    assert text.split("_", 2)[2] not in (tmp_path / "keys.json").read_text()


@pytest.mark.parametrize("change", [lambda key: key[:-1], lambda key: key + "x", lambda key: "", str.upper])
def test_a_key_that_differs_is_not_found(ring: KeyRing, change: Callable[[str], str]) -> None:
    assert ring.find(change(ring.add("one", ["read"]))) is None


def test_the_key_of_another_id_is_not_found(ring: KeyRing) -> None:
    one, two = ring.add("one", ["read"]), ring.add("two", ["read"])
    assert ring.find(one[:13] + two[13:]) is None


def test_the_file_of_keys_is_for_its_owner_only(ring: KeyRing, tmp_path: Path) -> None:
    ring.add("one", ["read"])
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_what_another_process_changes_is_seen_at_once(ring: KeyRing, tmp_path: Path) -> None:
    assert not ring.any()
    other = KeyRing(tmp_path / "keys.json")
    text = other.add("one", ["read"])
    assert ring.any()
    found = ring.find(text)
    assert found is not None
    assert other.revoke(found.id)
    assert ring.find(text) is None
    assert not other.revoke(found.id)


@pytest.mark.parametrize("scopes", [[], ["read", "all"]])
def test_a_key_has_known_scopes(ring: KeyRing, scopes: list[str]) -> None:
    with pytest.raises(ValueError, match="one or more of post, read, work, operate"):
        ring.add("one", scopes)


@pytest.mark.parametrize("content", ["", "{}", json.dumps([{"id": "1"}])])
def test_a_file_that_holds_no_keys_is_refused(ring: KeyRing, tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(SettingsError, match=r"CANDOR_KEYS_FILE: .*keys\.json holds no keys"):
        ring.any()


async def test_without_any_key_everybody_on_this_machine_may(client: httpx.AsyncClient) -> None:
    assert (await client.get("/board")).json() == "anybody"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_callers_whom_a_proxy_brings_in_are_not_on_this_machine(
    client: httpx.AsyncClient, header: str
) -> None:
    assert (await client.get("/board", headers={header: "192.0.2.1"})).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *[
            (one, 200)
            for one in ("localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "[::1]")
        ],
        *[
            (one, 401)
            for one in ("127.0.0.1.evil.example", "my_evil.example", "localhost.evil.example", "10.0.0.1")
        ],
        *[
            (one, 401)
            for one in (
                "",
                "[::1",
                "::1",
                "localhost:",
                "local host",
                "[fe80::1]",
                "evil@localhost",
                "0.0.0.0",
            )
        ],
    ],
)
async def test_a_name_that_somebody_else_may_give_out_is_not_this_machine(
    client: httpx.AsyncClient, host: str, status: int
) -> None:
    assert (await client.get("/board", headers={"Host": host})).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 401),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 401),
        ({"Origin": "http://localhost:3000"}, 401),
        ({"Origin": "https://evil.example"}, 401),
        ({"Origin": "null"}, 401),
    ],
)
async def test_what_a_page_of_another_site_has_sent_is_not_from_here(
    client: httpx.AsyncClient, app: FastAPI, headers: dict[str, str], status: int
) -> None:
    @app.post("/change")
    async def change(_key: Annotated[Key | None, Depends(require("work"))]) -> None:
        return None

    assert (await client.post("/change", headers=headers)).status_code == status


async def test_without_any_key_nobody_may_from_elsewhere(
    client: httpx.AsyncClient, app: FastAPI, ring: KeyRing
) -> None:
    app.state.security = Security(ring, loopback=False)
    response = await client.get("/board")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_key_opens_by_either_header(client: httpx.AsyncClient, ring: KeyRing) -> None:
    key = ring.add("ann", SCOPES)
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert (await client.get("/board", headers=headers)).json() == "ann"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer x"}, {"X-API-Key": "é".encode()}],
)
async def test_once_there_is_a_key_one_is_needed(
    client: httpx.AsyncClient, ring: KeyRing, headers: dict[str, str]
) -> None:
    ring.add("ann", ["read"])
    assert (await client.get("/board", headers=headers)).status_code == 401


async def test_a_key_without_the_scope_is_not_allowed(client: httpx.AsyncClient, ring: KeyRing) -> None:
    response = await client.get("/board", headers={"X-API-Key": ring.add("sender", ["post"])})
    assert (response.status_code, response.json()["detail"]) == (
        403,
        "The key 'sender' lacks the scope 'read'; use one that has it.",
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_loopback_addresses_are_of_this_machine(host: str, ring: KeyRing) -> None:
    assert is_loopback(host)
    check_bind(host, ring)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "10.0.0.1", "no such name"])
def test_an_open_address_needs_a_key(host: str, ring: KeyRing) -> None:
    with pytest.raises(SettingsError, match=r"^CANDOR_HOST: .* `candor key add`.*$"):
        check_bind(host, ring)
    ring.add("one", ["read"])
    check_bind(host, ring)


def test_a_link_carries_its_value_until_it_expires() -> None:
    clock = ManualClock(NOW)
    signer = Signer(SECRET, clock)
    token = signer.sign("survey", "INC-1 ü")
    clock.advance(timedelta(days=7))
    assert signer.verify("survey", token, timedelta(days=7)) == "INC-1 ü"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(ExpiredLink):
        signer.verify("survey", token, timedelta(days=7))


def test_a_clock_that_is_a_little_behind_takes_a_fresh_link() -> None:
    token = Signer(SECRET, ManualClock(NOW)).sign("survey", "1")
    behind = Signer(SECRET, ManualClock(NOW - timedelta(seconds=2)))
    assert behind.verify("survey", token, timedelta(days=1)) == "1"


def test_a_link_of_another_purpose_secret_or_content_is_refused() -> None:
    signer = Signer(SECRET)
    token = signer.sign("survey", "1")
    for other, purpose, text in (
        (signer, "status", token),
        (Signer(SECRET[::-1]), "survey", token),
        (signer, "survey", token[:-1]),
        (signer, "survey", "ü"),
        (signer, "survey", ""),
    ):
        with pytest.raises(BadLink) as caught:
            other.verify(purpose, text, timedelta(days=1))
        assert type(caught.value) is BadLink


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Signer("secret")


def test_the_signing_key_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "deep" / "data")
    key = signing_key(settings)
    assert signing_key(settings) == key
    assert Signer(key)
    assert (settings.data_dir / "signing.key").stat().st_mode & 0o777 == 0o600


def test_the_signing_key_that_is_set_comes_first(tmp_path: Path) -> None:
    assert signing_key(Settings(data_dir=tmp_path, signing_key=SecretStr(SECRET))) == SECRET
    assert list(tmp_path.iterdir()) == []


def test_processes_that_share_links_must_share_the_signing_key(tmp_path: Path) -> None:
    url = SecretStr("postgresql://db/candor")
    settings = Settings(data_dir=tmp_path, database_url=url, kafka_bootstrap="kafka:9092")
    with pytest.raises(SettingsError, match=r"^CANDOR_SIGNING_KEY: all processes must share one"):
        signing_key(settings)


def test_an_emptied_signing_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "signing.key").touch()
    with pytest.raises(SettingsError, match="holds no signing key"):
        signing_key(Settings(data_dir=tmp_path))


def test_of_two_that_write_once_the_first_wins(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert read_private(path) is None
    write_private(path, "first", once=True)
    write_private(path, "second", once=True)
    assert read_private(path) == "first"
    write_private(path, "third")
    assert read_private(path) == "third"
    assert list(tmp_path.iterdir()) == [path]
