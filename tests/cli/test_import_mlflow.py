"""Everything comes over from MLflow, from all that it is kept in, once, whoever kills the import in the middle."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.mlflow_stores import contents
from infrastudio.cli.main import main
from infrastudio.sdk import Client
from running_server import Server, clean_environment, running

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # MLflow's use of the newest SQLAlchemy
STUDIO = Path(sys.executable).parent / "studio"
UNCHANGED = {"experiments": 3, "runs": 7, "logged_models": 1, "models": 2, "versions": 3}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("target")) as started:
        yield started


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a filled database."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder}/mlflow.db"
    code = f"from pathlib import Path; from cli.mlflow_stores import fill; fill({uri!r}, Path({str(folder)!r}))"
    tests = str(Path(__file__).parents[1])
    variables = clean_environment(PYTHONPATH=tests, MLFLOW_TRACKING_URI=uri)  # its registry asks the default store
    subprocess.run([sys.executable, "-c", code], env=variables, check=True, capture_output=True)
    return uri


def client_of(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(uri, uri)


def import_from(source: str, server: Server, *options: str, expected: int = 0, **environment: str) -> dict[str, Any]:
    """Run the command and return its report."""
    done = subprocess.run(
        [STUDIO, "import", "mlflow", source, "--json", *options],
        env=clean_environment(STUDIO_URL=server.url, **environment),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == expected, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def unchanged(report: dict[str, Any]) -> dict[str, int]:
    return {kind: counts["unchanged"] for kind, counts in report["plan"]["counts"].items() if counts["unchanged"]}


def test_a_database_comes_over_whole_also_when_the_import_is_killed_and_a_second_time_nothing_changes(
    server: Server, store: str
) -> None:
    source = contents(client_of(store))
    command = [str(STUDIO), "import", "mlflow", store.removeprefix("sqlite:///"), "--apply", "--json"]
    with (
        subprocess.Popen(command, env=clean_environment(STUDIO_URL=server.url), stdout=subprocess.PIPE) as process,
        Client(server.url) as client,
    ):
        while client.runs.list_runs(limit=1, lifecycle="all").total < 3:
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
    assert contents(client_of(server.url)) != source
    report = import_from(store, server, "--apply")
    assert report["applied"]["problems"] == []
    assert contents(client_of(server.url)) == source
    with Client(server.url) as client:
        before = client.timeline.list_events(since=0, limit=1000).items[-1].seq
        again = import_from(store, server, "--apply")
        assert (unchanged(again), again["applied"]) == (UNCHANGED, None)
        assert client.timeline.list_events(since=before, limit=1).items == []


def test_a_tracking_server_tells_the_same_as_its_database(server: Server, store: str, tmp_path: Path) -> None:
    import_from(store, server, "--apply")
    with tracking_server(store, tmp_path) as url:
        assert unchanged(import_from(url, server)) == UNCHANGED


def test_a_run_whose_id_is_in_use_is_found_again_under_another(server: Server, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    source = client_of(uri)
    run = source.create_run("0", run_name="theirs").info.run_id
    source.set_terminated(run)
    with Client(server.url) as client:
        client.post("/api/experiments/0/runs", {"id": run, "name": "mine"})
        report = import_from(uri, server, "--apply")
        other = report["applied"]["mapped_ids"][f"run {run}"]
        assert client.runs.get_run(run).name == "mine"
        assert client.runs.get_run(other).name == "theirs"
    assert unchanged(import_from(uri, server))["runs"] == 1


def test_a_folder_comes_over(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    folder = client_of((tmp_path / "mlruns").as_uri())
    experiment = folder.create_experiment("from a folder", tags={"a": "b"})
    run = folder.create_run(experiment, run_name="old").info.run_id
    folder.log_metric(run, "loss", 0.5, step=3, timestamp=1_700_000_000_000)
    folder.log_param(run, "lr", "1")
    folder.log_text(run, "text", "notes.txt")
    folder.set_terminated(run)
    report = import_from(str(tmp_path / "mlruns"), server, "--apply")
    assert report["applied"]["problems"] == []
    found = client_of(server.url)
    assert contents(found)["from a folder"] == contents(folder)["from a folder"]


def test_what_changed_in_the_source_comes_over_later(server: Server, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    source = client_of(uri)
    experiment = source.create_experiment("changing", artifact_location=(tmp_path / "files").as_uri())
    run = source.create_run(experiment, run_name="goes on").info.run_id
    source.log_metric(run, "loss", 1.0, step=0)
    import_from(uri, server, "--apply")
    source.log_metric(run, "loss", 0.5, step=1)
    source.set_tag(run, "late", "yes")
    source.set_terminated(run)
    report = import_from(uri, server, "--apply")
    assert report["applied"]["counts"]["runs"]["updated"] == 1
    assert contents(client_of(server.url))["changing"] == contents(source)["changing"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("missing.db", "cannot be read"),
        ("sqlite:///missing.db", "there is no database"),
        ("ftp://somewhere/mlruns", "give a server, a database or a folder"),
        ("http://127.0.0.1:9", "cannot be read"),
    ],
)
def test_a_source_that_is_none_is_refused_and_nothing_is_made(
    server: Server,
    source: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_URL", server.url)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setattr("sys.argv", ["studio", "import", "mlflow", source, "--apply"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@contextmanager
def tracking_server(store: str, folder: Path) -> Iterator[str]:
    """Run MLflow's own server on a store."""
    log = folder / "mlflow.log"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", "0", "--workers", "1"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=clean_environment(), cwd=folder) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 150  # two of its processes import all of MLflow
    while time.monotonic() < until:
        found = re.search(r"Uvicorn running on (http://[0-9.]+:[1-9][0-9]*)", log.read_text())
        if found is not None and httpx.get(f"{found[1]}/health").is_success:
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
