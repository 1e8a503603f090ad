"""Instances on the command line: listed, exported, brought over from the older table, and taken back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from databases import PostgresServer
from infrastudio.cli.main import main
from older_schema import older_rows, write_csv, write_database, write_sqlite
from running_server import Server, running

Studio = Callable[..., tuple[int, str, str]]
WORDS = ("--map", "status.starting_up=pending")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the whole module."""
    with running(tmp_path_factory.mktemp("import")) as started:
        yield started


@pytest.fixture
def studio(server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Studio:
    """Runs `studio …` against the server; returns exit code, output and errors."""
    monkeypatch.setenv("STUDIO_DATA", str(server.folder))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("STUDIO_URL", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["studio", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capfd.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


def names(server: Server) -> dict[str, dict[str, Any]]:
    found = httpx.get(f"{server.url}/api/instances?limit=1000").json()
    return {item["name"]: item for item in found}


def test_a_dry_run_tells_everything_and_changes_nothing(studio: Studio, server: Server, tmp_path: Path) -> None:
    source = str(write_sqlite(tmp_path / "old.db", older_rows()))
    before = names(server)
    code, out, _ = studio("import", "instances", source, *WORDS)
    assert code == 1
    for told in (
        "owner_email",
        "status: Running → active",
        "svc-00012 (4500)",
        "--map status.zombie=",
        "is that of row 4",
    ):
        assert told in out, told
    told_json = json.loads(studio("import", "instances", source, *WORDS, "--json")[1])
    assert (told_json["plan"]["failed"], told_json["applied"]) == (5, None)
    assert studio("import", "instances", source, *WORDS, "--apply")[0] == 1
    assert names(server) == before


def test_it_is_done_once_and_taken_back(studio: Studio, server: Server, tmp_path: Path) -> None:
    source = str(write_sqlite(tmp_path / "old.db", older_rows()))
    options = (*WORDS, "--rename-duplicates", "--skip-invalid", "--apply", "--json")
    code, out, _ = studio("import", "instances", source, *options)
    first = json.loads(out)
    assert (code, first["applied"]["created"], first["plan"]["failed"]) == (0, 57, 3)
    now = names(server)
    assert now["svc-00001"]["id"] == 3
    assert (now["svc-00001"]["created_at"], now["svc-00004-2"]["id"]) == ("2023-03-01T15:30:00Z", 24)
    again = json.loads(studio("import", "instances", source, *options)[1])
    assert again["applied"] == {"created": 0, "updated": 0, "unchanged": 57, "skipped": 0, "failed": 0}
    assert (names(server), again["import_ids"]) == (now, [])
    httpx.put(f"{server.url}/api/instances/3", json={"replicas": 50}).raise_for_status()
    (import_id,) = first["import_ids"]
    assert "Would take back 57" in studio("import", "undo", import_id)[1]
    code, out, _ = studio("import", "undo", import_id, "--apply", "--json")
    assert (code, len(json.loads(out)["kept"]), list(names(server))) == (1, 1, ["svc-00001"])
    assert studio("import", "undo", "ope_nothing")[0] == 1


def test_a_csv_file_and_a_database_mean_the_same(
    studio: Studio, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    rows = older_rows(20, faults=False)
    url = postgres_server.new_database()
    write_database(url.replace("postgresql://", "postgresql+psycopg://"), rows)
    file = str(write_csv(tmp_path / "old.csv", rows, encoding="latin-1"))
    told = [
        json.loads(studio("import", "instances", *source, *WORDS, "--json")[1])
        for source in ((url,), (file, "--encoding", "latin-1"))
    ]
    assert told[0]["plan"] == told[1]["plan"]
    assert told[0]["words"] == told[1]["words"]
    code, _, err = studio("import", "instances", url, "--table", "inference_instance")
    assert (code, "inference_instances" in err) == (1, True)
    code, _, err = studio("import", "instances", file)
    assert (code, "line" in err) == (1, True)
    postgres_server.drop_database(url)


def test_without_a_server_it_goes_into_the_database(studio: Studio, tmp_path: Path) -> None:
    source = str(write_sqlite(tmp_path / "old.db", older_rows(10, faults=False)))
    folder = tmp_path / "data"
    code, _, err = studio("import", "instances", source, "--data", str(folder))
    assert (code, "studio up" in err) == (1, True)
    with running(folder):
        pass
    arguments = ("import", "instances", source, *WORDS, "--data", str(folder), "--apply", "--json")
    assert json.loads(studio(*arguments)[1])["applied"]["created"] == 10
    assert json.loads(studio(*arguments)[1])["applied"]["unchanged"] == 10
    assert studio("replay", "--verify", "--data", str(folder))[0] == 0


def test_instances_are_listed_and_exported(studio: Studio, server: Server, tmp_path: Path) -> None:
    body = {"model_name": "m", "cluster_name": "c", "image_tag": "i"}
    for name in ("shown", "hidden"):
        httpx.post(f"{server.url}/api/instances", json=body | {"name": f"cli {name}"}).raise_for_status()
    assert "cli shown" in studio("instances", "-q", "CLI", "--sort", "name")[1]
    found = json.loads(studio("instances", "--name", "cli s", "--json")[1])
    assert [item["name"] for item in found] == ["cli shown"]
    file = tmp_path / "fleet.parquet"
    assert studio("export", "instances", "-o", str(file), "--name", "cli")[0] == 0
    assert file.read_bytes()[:4] == b"PAR1"
    out = studio("export", "instances", "--name", "cli", "--columns", "name,replicas")[1]
    assert sorted(csv.reader(io.StringIO(out)))[:2] == [["cli hidden", "1"], ["cli shown", "1"]]
    history = studio("export", "instances", "--history", "--name", "cli", "-f", "ndjson")[1]
    assert {json.loads(line)["operation_type"] for line in history.splitlines()} == {"create"}
    code, _, err = studio("export", "instances", "--columns", "nmae")
    assert (code, "nmae" in err) == (1, True)
    assert studio("export", "instances", "-f", "pdf")[0] == 1


def test_a_server_that_is_killed_in_the_middle_has_imported_nothing(tmp_path: Path) -> None:
    from running_server import start_server

    folder = tmp_path / "killed"
    server = start_server(folder)
    rows = [{"name": f"n{at}", "model_name": "m", "cluster_name": "c", "image_tag": "i"} for at in range(10_000)]
    url = f"{server.url}/api/instances/import"
    operation = httpx.post(url, json=rows, timeout=60).raise_for_status().json()
    while (told := httpx.get(f"{server.url}/api/operations/{operation['id']}").json())["status"] == "running":
        if told["progress"] and told["progress"]["unit"] == "rows":
            break
    server.kill()
    with running(folder) as again:
        count = len(httpx.get(f"{again.url}/api/instances?limit=1000").json())
        assert count == (1000 if told["status"] == "succeeded" else 0)
        assert httpx.get(f"{again.url}/api/operations/{operation['id']}").status_code == 404
