"""The command line as scripts and people use it, against a real server."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infrastudio.cli import on_demand
from infrastudio.cli.main import main
from infrastudio.contexts.instances import queries as instances
from infrastudio.stores.ledger.keyframes import format_of
from running_server import Server, running

Studio = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the whole module."""
    with running(tmp_path_factory.mktemp("cli")) as started:
        yield started


@pytest.fixture
def studio(server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Studio:
    """Runs `studio …` against the server; returns exit code, output and errors."""
    monkeypatch.setenv("STUDIO_URL", server.url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["studio", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capfd.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


def test_a_followed_run_prints_its_lines_and_ends_with_its_outcome(studio: Studio) -> None:
    code, out, _ = studio("run", "--follow", "--name", "hello", "--", "sh", "-c", "echo one; echo two")
    assert code == 0
    assert [line.split()[-1] for line in out.splitlines()[-2:]] == ["one", "two"]


def test_a_failed_run_fails_the_command(studio: Studio) -> None:
    code, out, _ = studio("run", "--follow", "--json", "--", "sh", "-c", "exit 3")
    ended = json.loads(out[out.index("{") :])
    assert (code, ended["status"]) == (1, "failed")


def test_runs_and_logs_take_the_beginning_of_an_id(studio: Studio) -> None:
    studio("run", "--follow", "--name", "prefix", "--", "sh", "-c", "for i in 1 2 3; do echo line $i; done")
    listed = json.loads(studio("runs", "--json")[1])
    run = next(item for item in listed["items"] if item["name"] == "prefix")
    assert json.loads(studio("runs", run["id"][:8], "--json")[1])["id"] == run["id"]
    texts = [
        json.loads(line)["text"] for line in studio("logs", run["id"][:8], "--tail", "2", "--json")[1].splitlines()
    ]
    assert texts == ["line 2", "line 3"]
    code, _, err = studio("logs", "zzzz")
    assert (code, "zzzz" in err) == (1, True)


def test_lists_are_tables_for_people(studio: Studio) -> None:
    studio("run", "--follow", "--name", "seen", "--", "true")
    code, out, _ = studio("runs")
    assert code == 0
    assert re.search(r"seen .*● succeeded", out)
    assert studio("models")[0] == 0


def test_a_config_with_mistakes_names_each_with_its_place(studio: Studio, tmp_path: Path) -> None:
    config = tmp_path / "bad.yaml"
    config.write_text("name: x\ntraining:\n  recipe: digits\n  hyperparams:\n    epochs: 0\n")
    code, _, err = studio("run", str(config))
    assert code == 1
    assert "training.hyperparams.epochs" in err


def test_an_unknown_model_is_not_deployed(studio: Studio) -> None:
    code, _, err = studio("deploy", "nothing@champion")
    assert code == 1
    assert "nothing" in err
    assert json.loads(studio("models", "--json")[1])["items"] == []


def test_no_server_is_said_in_words(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_URL", "http://127.0.0.1:9")
    code, _, err = studio("runs")
    assert code == 1
    assert "studio up" in err


def test_config_says_where_each_value_comes_from(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:s3cret@db/studio")
    rows = {row["setting"]: row for row in json.loads(studio("config", "--json")[1])}
    assert rows["database_url"]["origin"] == "environment, plain name"
    assert "s3cret" not in json.dumps(rows)


def test_replay_proves_the_tables_and_finds_a_changed_cell(studio: Studio, server: Server) -> None:
    folder = str(server.folder)
    code, out, _ = studio("replay", "--verify", "--data", folder)
    assert (code, "the chain holds" in out) == (0, True)
    with sqlite3.connect(server.folder / "studio.db") as database:
        database.execute("update run set name = 'forged' where name = 'seen'")
    database.close()
    code, out, _ = studio("replay", "--data", folder, "--json")
    assert code == 1
    assert "forged" in json.loads(out)["findings"][0]["message"]


def test_replay_finds_a_keyframe_that_is_not_of_the_ledger(studio: Studio, server: Server) -> None:
    kind = instances.REMEMBERED
    with sqlite3.connect(server.folder / "studio.db") as database:
        forged = (kind.entity, format_of(kind), 1, 1, b"forged")
        database.execute(
            "insert into ledger_keyframe (entity, format, seq, entities, body) values (?, ?, ?, ?, ?)", forged
        )
    code, out, _ = studio("replay", "--verify", "--data", str(server.folder), "--json")
    found = [finding["where"] for finding in json.loads(out)["findings"]]
    with sqlite3.connect(server.folder / "studio.db") as database:
        database.execute("delete from ledger_keyframe")
    database.close()
    assert (code, "keyframe of instance" in found) == (1, True)


def test_the_api_document_is_complete(studio: Studio) -> None:
    document = json.loads(studio("openapi")[1])
    assert {"/api/instances", "/api/runs/{id}", "/api/deployments"} <= set(document["paths"])


def test_every_command_is_found_in_its_module_and_a_slip_of_the_pen_gets_the_nearest(studio: Studio) -> None:
    for module, commands in on_demand.MODULES.items():
        assert set(on_demand.commands_of(module)) == set(commands)
    code, _, errors = studio("repaly")
    assert code == 2
    assert "Did you mean 'replay'" in errors


def test_a_command_imports_only_what_it_needs() -> None:
    script = (
        "import sys; sys.argv = ['studio', 'config']; from infrastudio.cli.main import app; app(standalone_mode=False)"
    )
    shown = f"{script}; print('sqlalchemy' in sys.modules, 'httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False False"
