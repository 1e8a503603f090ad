"""Rows of a CSV file become runs: a dry run first, a second time nothing changes, a bad row stops all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastudio.cli.main import main
from infrastudio.sdk import Client
from infrastudio.sdk.models_gen import RunDetail
from running_server import Server, running

GOOD = """\
Name,State,Start Time,End Time,params.lr,metrics.loss,tags.team,Accuracy
one,FINISHED,2026-01-31T12:00:00Z,2026-01-31T13:00:00Z,0.1,0.5,vision,0.9
two,crashed,1767225600000,,0.2,nan,,
two,crashed,1767225600000,,0.2,nan,,
"""
Import = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("csv")) as started:
        yield started


@pytest.fixture
def import_runs(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Import:
    monkeypatch.setenv("STUDIO_URL", server.url)

    def run(text: str, *options: str) -> tuple[int, dict[str, Any]]:
        (tmp_path / "runs.csv").write_text(text)
        monkeypatch.setattr("sys.argv", ["studio", "import", "runs", str(tmp_path / "runs.csv"), "--json", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), json.loads(output.out) if output.out else {"error": output.err}

    return run


def runs_of(server: Server, experiment: str) -> list[RunDetail]:
    with Client(server.url) as client:
        ids = [each.id for each in client.experiments.iterate_experiments() if each.name == experiment]
        return [client.runs.get_run(run.id) for id in ids for run in client.experiments.iterate_experiment_runs(id)]


def test_rows_become_runs_once(import_runs: Import, server: Server) -> None:
    options = ("--experiment", "once")
    code, dry = import_runs(GOOD, *options)
    assert (code, dry["plan"]["created"], dry["applied"], dry["columns"]["Accuracy"]) == (0, 3, False, None)
    assert runs_of(server, "once") == []
    assert import_runs(GOOD, *options, "--apply")[1]["applied"]
    one, *two = sorted(runs_of(server, "once"), key=lambda run: run.name)
    assert (one.status, one.params, one.tags["team"]) == ("succeeded", {"lr": "0.1"}, "vision")
    assert one.started_at is not None
    assert one.ended_at is not None
    assert (one.ended_at - one.started_at).total_seconds() == 3600
    assert float(one.metrics["loss"]) == 0.5
    assert [(run.name, run.status, math.isnan(run.metrics["loss"])) for run in two] == [("two", "failed", True)] * 2
    assert import_runs(GOOD, *options, "--apply")[1]["plan"] == {
        "created": 0, "updated": 0, "unchanged": 3, "failed": 0,
    }  # fmt: skip
    import_runs(GOOD, *options, "--apply", "--column", "metrics.accuracy=Accuracy")
    assert [run.metrics.get("accuracy") for run in runs_of(server, "once") if run.name == "one"] == [0.9]
    assert len(runs_of(server, "once")) == 3


def test_a_row_with_a_problem_is_named_and_nothing_is_made(import_runs: Import, server: Server) -> None:
    bad = "name,status,metrics.loss,start_time,run_id\ngood,finished,1,,\nbad,maybe,high,soon,7\n"
    code, told = import_runs(bad, "--apply", "--experiment", "bad")
    assert (code, told["applied"]) == (1, False)
    assert [problem.partition(":")[0] for problem in told["problems"]] == ["row 2"] * 4
    assert runs_of(server, "bad") == []


def test_an_id_that_another_run_has_is_a_problem(import_runs: Import, server: Server) -> None:
    with Client(server.url) as client:
        client.post("/api/experiments/0/runs", {"id": "ab" * 16, "name": "mine"})
        code, told = import_runs(f"name,run_id\ntheirs,{'ab' * 16}\n", "--apply")
        assert (code, told["applied"]) == (1, False)
        assert "is there already" in told["problems"][0]
        assert client.runs.get_run("ab" * 16).name == "mine"


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("", (), "is empty"),
        ("name\n", (), "has no rows"),
        ("name\na\n", ("--column", "metrics.acc=Accuracy"), "has no column 'Accuracy'"),
        ("name\na\n", ("--column", "colour=name"), "is not understood"),
    ],
)
def test_what_cannot_be_read_is_told(import_runs: Import, text: str, options: tuple[str, ...], told: str) -> None:
    code, answer = import_runs(text, "--apply", *options)
    assert code == 1
    assert told in answer["error"]
