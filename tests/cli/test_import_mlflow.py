"""Everything comes over from MLflow, from all that it is kept in, once, whoever kills the import in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.mlflow_stores import contents
from databases import DatabaseServer
from infrastudio.cli.main import main
from infrastudio.cli.mlflow_import.target import moment
from infrastudio.sdk import Client
from running_server import Server, clean_environment, running

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # MLflow's use of the newest SQLAlchemy
Importer = Callable[..., dict[str, Any]]
STUDIO = Path(sys.executable).parent / "studio"
UNCHANGED = {
    "experiments": 3, "runs": 7, "logged_models": 1, "traces": 2, "models": 3, "versions": 5, "evaluation_datasets": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("target")) as started:
        yield started


@pytest.fixture(scope="module")
def served(postgres_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedStore]:
    """Give a filled database on PostgreSQL, which MLflow's own server serves, too."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = postgres_server.new_database().replace("postgresql+psycopg:", "postgresql:")
    command = [sys.executable, "-W", "ignore", "-m", "cli.mlflow_stores", uri, str(folder)]
    variables = clean_environment(
        PYTHONPATH=str(Path(__file__).parents[1]),
        MLFLOW_TRACKING_URI=uri,  # its registry asks the default store
        MLFLOW_ENABLE_ASYNC_TRACE_LOGGING="false",
        MLFLOW_DISABLE_TELEMETRY="true",
    )
    with (
        (folder / "mlflow.log").open("wb") as log,
        subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            yield ServedStore(uri, process, folder / "mlflow.log")
        finally:
            process.terminate()


@dataclass
class ServedStore:
    """A store and the process that fills and serves it."""

    uri: str
    process: subprocess.Popen[str]
    log: Path

    def line(self) -> str:
        """Return what the process says next."""
        assert self.process.stdout is not None
        found = self.process.stdout.readline().strip()
        assert found, self.log.read_text()
        return found


@pytest.fixture(scope="module")
def store(served: ServedStore) -> str:
    """Return the URL of a filled database."""
    assert served.line() == "filled"
    return served.uri


@pytest.fixture(scope="module")
def mlflow_server(store: str, served: ServedStore) -> str:
    """Return the address of MLflow's own server on that database."""
    address = served.line()
    assert httpx.get(f"{address}/health", timeout=60).is_success
    return address


def client_of(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(uri, uri)


@pytest.fixture
def import_from(
    server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Importer]:
    """Run the command and return its report; in this process, which has imported MLflow already."""
    import mlflow

    monkeypatch.setenv("STUDIO_URL", server.url)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # the command sets it, and it is put back

    def run(source: str, *options: str) -> dict[str, Any]:
        monkeypatch.setattr("sys.argv", ["studio", "import", "mlflow", source, "--json", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert ended.value.code in (None, 0), told.err
        report: dict[str, Any] = json.loads(told.out)
        return report

    yield run
    mlflow.set_tracking_uri("")


def unchanged(report: dict[str, Any]) -> dict[str, int]:
    return {kind: counts["unchanged"] for kind, counts in report["plan"]["counts"].items() if counts["unchanged"]}


def facts(tags: dict[str, str]) -> dict[str, str]:
    """Return what an import says of the source's own times."""
    names = ("created_at", "updated_at")
    return {name: value for name in names if (value := tags.get(f"studio.import.{name}")) is not None}


def test_a_database_comes_over_whole_also_when_the_import_is_killed_and_a_second_time_nothing_changes(
    import_from: Importer, server: Server, store: str
) -> None:
    source = contents(client_of(store))
    command = [str(STUDIO), "import", "mlflow", store, "--apply", "--json"]
    with (
        subprocess.Popen(command, env=clean_environment(STUDIO_URL=server.url), stdout=subprocess.PIPE) as process,
        Client(server.url) as client,
    ):
        while client.runs.list_runs(limit=1, lifecycle="all").total < 3:
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
    assert contents(client_of(server.url)) != source
    report = import_from(store, "--apply")
    assert report["applied"]["problems"] == []
    assert contents(client_of(server.url)) == source
    with Client(server.url) as client:
        before = client.timeline.list_events(since=0, limit=1000).items[-1].seq
        again = import_from(store, "--apply")
        assert (unchanged(again), again["applied"]) == (UNCHANGED, None)
        assert client.timeline.list_events(since=before, limit=1).items == []


def test_a_tracking_server_tells_the_same_as_its_database(
    import_from: Importer, server: Server, store: str, mlflow_server: str
) -> None:
    import_from(store, "--apply")
    assert unchanged(import_from(mlflow_server)) == UNCHANGED


def test_what_only_the_source_knows_comes_over_as_facts_and_ids_stay_where_they_are_free(
    import_from: Importer, server: Server, store: str
) -> None:
    import_from(store, "--apply")
    there, here = client_of(store), client_of(server.url)
    vision = there.get_experiment_by_name("vision")
    kept = here.get_experiment_by_name("vision")
    assert kept.experiment_id == vision.experiment_id
    assert facts(kept.tags) == {
        "created_at": moment(vision.creation_time), "updated_at": moment(vision.last_update_time),
    }  # fmt: skip
    assert kept.creation_time > vision.last_update_time  # it was made here later, and that is what is told
    model, ours = (client.get_registered_model("classifier") for client in (there, here))
    assert facts(ours.tags) == {
        "created_at": moment(model.creation_timestamp), "updated_at": moment(model.last_updated_timestamp),
    }  # fmt: skip
    version, its = (client.get_model_version("classifier", "3") for client in (there, here))
    assert facts(its.tags)["created_at"] == moment(version.creation_timestamp)
    run, same = (client.search_runs([vision.experiment_id], max_results=1)[0] for client in (there, here))
    assert (same.info.run_id, same.info.user_id) == (run.info.run_id, run.info.user_id)


def test_a_run_whose_id_is_in_use_is_found_again_under_another(
    import_from: Importer, server: Server, tmp_path: Path
) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    source = client_of(uri)
    run = source.create_run("0", run_name="theirs").info.run_id
    source.set_terminated(run)
    with Client(server.url) as client:
        client.post("/api/experiments/0/runs", {"id": run, "name": "mine"})
        report = import_from(uri, "--apply")
        other = report["applied"]["mapped_ids"][f"run {run}"]
        assert client.runs.get_run(run).name == "mine"
        assert client.runs.get_run(other).name == "theirs"
    assert unchanged(import_from(uri))["runs"] == 1


def test_a_folder_comes_over(
    import_from: Importer, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    folder = client_of((tmp_path / "mlruns").as_uri())
    experiment = folder.create_experiment("from a folder", tags={"a": "b"})
    run = folder.create_run(experiment, run_name="old").info.run_id
    folder.log_metric(run, "loss", 0.5, step=3, timestamp=1_700_000_000_000)
    folder.log_param(run, "lr", "1")
    folder.log_text(run, "text", "notes.txt")
    folder.set_terminated(run)
    report = import_from(str(tmp_path / "mlruns"), "--apply")
    assert report["applied"]["problems"] == []
    found = client_of(server.url)
    assert contents(found)["from a folder"] == contents(folder)["from a folder"]


def test_what_changed_in_a_source_on_mariadb_comes_over_later(
    import_from: Importer, server: Server, mariadb_server: DatabaseServer, tmp_path: Path
) -> None:
    uri = mariadb_server.new_database()
    address = uri.replace("mysql+pymysql:", "mysql:")  # as people write it
    source = client_of(uri)
    experiment = source.create_experiment("changing", artifact_location=(tmp_path / "files").as_uri())
    run = source.create_run(experiment, run_name="goes on").info.run_id
    source.log_metric(run, "loss", 1.0, step=0)
    import_from(address, "--apply")
    source.log_metric(run, "loss", 0.5, step=1)
    source.set_tag(run, "late", "yes")
    source.set_terminated(run)
    source.rename_experiment(experiment, "changing name")
    source.rename_experiment(experiment, "changing")
    report = import_from(address, "--apply")
    assert report["applied"]["counts"]["runs"]["updated"] == 1
    here = client_of(server.url)
    assert contents(here)["changing"] == contents(source)["changing"]
    kept, told = (client.get_experiment_by_name("changing") for client in (here, source))
    assert facts(kept.tags)["updated_at"] == moment(told.last_update_time)


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
