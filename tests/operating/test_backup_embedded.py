"""A backup of a running Candor is whole, and what is restored from it goes on as if nothing had been lost but time."""

import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operating.candor import Embedded, Load, board, post, ran, run


@pytest.fixture
def candor(tmp_path: Path) -> Iterator[Embedded]:
    made = Embedded(tmp_path, tmp_path / "data")
    made.start()
    yield made
    made.process.kill()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Embedded]:
    made = Embedded(tmp_path, tmp_path / "restored")
    yield made
    made.process.kill()


def until(happened: Callable[[], bool], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def test_a_backup_under_load_restores_to_a_board_that_was_and_no_reference_comes_twice(
    candor: Embedded, another: Embedded, tmp_path: Path
) -> None:
    archive = tmp_path / "backups" / "one.tar.gz"
    with candor.client() as client, Load(client).running(at_least=20) as load:
        candor.candor("backup", str(archive))
        during = len(load.references)
        until(lambda: len(load.references) > during + 5)
        candor.process.kill()
    another.candor("restore", str(archive))
    another.start()
    with another.client() as client:
        until(lambda: len(board(client)) >= 20)
        restored = {one["id"] for one in board(client)}
        assert restored <= set(load.references)
        assert set(load.references[:20]) <= restored
        fresh = post(client, "And another one")
        until(lambda: fresh in {one["id"] for one in board(client)})
    assert int(fresh[4:]) > max(int(one[4:]) for one in load.references)


def test_a_restored_board_is_equal_to_the_one_that_was_backed_up(
    candor: Embedded, another: Embedded, tmp_path: Path
) -> None:
    archive = tmp_path / "one.tar.gz"
    with candor.client() as client:
        references = {post(client, f"Question {number}") for number in range(5)}
        until(lambda: {one["id"] for one in board(client)} == references)
        until(lambda: client.get("/v1/messages", params={"state": "planned"}).json()["messages"] == [])
        candor.candor("backup", str(archive))
        before = board(client)
    candor.process.kill()
    another.candor("restore", str(archive))
    another.start()
    with another.client() as client:
        assert board(client) == before


def test_a_backup_is_refused_when_one_byte_of_it_differs(candor: Embedded, tmp_path: Path) -> None:
    archive, damaged = tmp_path / "one.tar.gz", tmp_path / "damaged.tar.gz"
    candor.candor("backup", str(archive))
    with tarfile.open(archive) as source, tarfile.open(damaged, "w:gz") as out:
        for member in source.getmembers():
            content = source.extractfile(member)
            assert content is not None
            if member.name == "candor.db":
                text = bytearray(content.read())
                text[len(text) // 2] ^= 1
                path = tmp_path / "damaged.db"
                path.write_bytes(text)
                out.add(path, "candor.db")
            else:
                out.addfile(member, content)
    done = run(["restore", str(damaged)], {"CANDOR_DATA_DIR": str(tmp_path / "new")})
    assert done.status == 1
    assert "candor.db differs from its sum" in done.said
    assert not (tmp_path / "new" / "candor.db").exists()


def test_a_restore_touches_nothing_that_is_in_use_or_not_empty_unless_told(
    candor: Embedded, tmp_path: Path
) -> None:
    archive = tmp_path / "one.tar.gz"
    candor.candor("backup", str(archive))
    with candor.client() as client:
        reference = post(client, "After the backup")
    running = run(["restore", str(archive), "--replace"], candor.environment)
    assert (running.status, "stop Candor first" in running.said) == (1, True)
    candor.process.kill()
    there = run(["restore", str(archive)], candor.environment)
    assert (there.status, "is not empty" in there.said) == (1, True)
    candor.candor("restore", str(archive), "--replace")
    [aside] = candor.data.glob("before-*")
    assert (aside / "candor.db").exists()
    candor.start()
    with candor.client() as client:
        assert client.get(f"/v1/incidents/{reference}").status_code == 404


def test_a_backup_holds_keys_and_may_be_read_by_its_owner_only(candor: Embedded, tmp_path: Path) -> None:
    candor.candor("backup", str(tmp_path / "backups"))
    [archive] = (tmp_path / "backups").glob("candor-embedded-*.tar.gz")
    assert archive.stat().st_mode & 0o077 == 0
    with tarfile.open(archive) as tar:
        names = set(tar.getnames())
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert {"candor.db", "keys.json", "signing.key", "local.key", "manifest.json"} == names
    assert manifest["rows"]["intake_inbound"] == 0
    said = ran(["restore", "--check", str(archive)], {"CANDOR_DATA_DIR": str(tmp_path / "new")})
    assert "sound" in said
