"""What is imported from: read by MLflow's own client, which knows servers, databases and folders alike."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from infrastudio.kernel.errors import NotImplementedHere, ValidationFailed

PAGE: Final = 1000
TRACE_PAGE: Final = 500
NOT_OFFERED: Final = ("ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_DISABLED", "")
"""Error codes of what an older server or store does not know; the last one is that of Python's own error."""
SQLITE_MAGIC: Final = b"SQLite format 3\0"
DATABASES: Final = ("sqlite", "postgresql", "mysql", "mssql")
PROMPTS: Final = "tag.`mlflow.prompt.is_prompt` = 'true'"


class SourceFile(NamedTuple):
    """A file among artifacts, by its path from their root."""

    path: str
    size_bytes: int | None


class MlflowSource:
    """An MLflow tracking and registry store. Its entities are MLflow's own.

    Attributes:
        name: Its address, without user and password.
    """

    def __init__(self, address: str) -> None:
        """Open it.

        Raises:
            ValidationFailed: There is nothing of the kind, or it cannot be read.
            NotImplementedHere: MLflow is not installed.
        """
        uri = source_uri(address)
        self.name = _without_credentials(uri)
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # newer releases open a folder only when they are told so
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        try:
            from mlflow import MlflowClient, set_tracking_uri
            from mlflow.exceptions import MlflowException
        except ImportError as error:
            raise NotImplementedHere("This needs MLflow. Install it: pip install 'infrastudio[mlflow]'") from error
        self._client = MlflowClient(uri, uri)
        try:
            self._client.search_experiments(max_results=1)
        except MlflowException as error:
            raise ValidationFailed.of("SOURCE", f"{self.name} cannot be read: {error.message}") from error
        set_tracking_uri(uri)  # where it looks for the spans of a trace that lie in a file, whichever client asks

    def experiments(self) -> Iterator[Any]:
        """Yield all experiments, deleted ones too, the oldest first."""
        found = _paged(
            lambda token: self._client.search_experiments(view_type=_ALL, max_results=PAGE, page_token=token)
        )
        yield from sorted(found, key=lambda each: (each.creation_time or 0, each.experiment_id))

    def runs(self, experiment_id: str) -> Iterator[Any]:
        """Yield all runs of an experiment, deleted ones too, the oldest first: parents come before their children."""
        order = ["attributes.start_time ASC"]
        return _paged(
            lambda token: self._client.search_runs(
                [experiment_id], run_view_type=_ALL, max_results=PAGE, order_by=order, page_token=token
            )
        )

    def metric_history(self, run_id: str, key: str) -> list[Any]:
        """Return all points of a metric."""
        return list(self._client.get_metric_history(run_id, key))

    def logged_models(self, experiment_id: str) -> Iterator[Any]:
        """Yield the logged models of an experiment; an older server or database has none."""
        yield from _offered(
            lambda token: self._client.search_logged_models([experiment_id], max_results=50, page_token=token)
        )

    def traces(self, experiment_id: str) -> Iterator[Any]:
        """Yield what is known of the traces of an experiment, the oldest first; an older server or folder has none."""
        yield from (
            trace.info
            for trace in _offered(
                lambda token: self._client.search_traces(
                    locations=[experiment_id],
                    max_results=TRACE_PAGE,
                    order_by=["timestamp_ms ASC"],
                    page_token=token,
                    include_spans=False,
                )
            )
        )

    def traces_of_run(self, experiment_id: str, run_id: str) -> Iterator[str]:
        """Yield the ids of the traces of an experiment that belong to a run."""
        for trace in _paged(
            lambda token: self._client.search_traces(
                locations=[experiment_id], max_results=TRACE_PAGE, page_token=token, run_id=run_id, include_spans=False
            )
        ):
            yield trace.info.trace_id

    @contextmanager
    def span_file(self, trace_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[Path]:
        """Write the spans of a trace into a file, each changed, for as long as the block lasts."""
        from mlflow.tracing.utils import TraceJSONEncoder

        spans = [change(span.to_dict()) for span in self._client.get_trace(trace_id, display=False).data.spans]
        with tempfile.TemporaryDirectory(prefix="studio-import-") as folder:
            path = Path(folder) / "traces.json"
            path.write_text(json.dumps({"spans": spans}, cls=TraceJSONEncoder), encoding="utf-8")
            yield path

    def evaluation_datasets(self) -> Iterator[Any]:
        """Yield all evaluation datasets without their records; an older server or folder has none."""
        yield from _offered(lambda token: self._client.search_datasets(max_results=PAGE, page_token=token))

    def experiment_ids(self, dataset_id: str) -> list[str]:
        """Return in which experiments an evaluation dataset is used; it would itself ask the store of the process."""
        return list(self._client._tracking_client.store.get_dataset_experiment_ids(dataset_id))

    def records(self, dataset_id: str) -> list[Any]:
        """Return the records of an evaluation dataset."""
        store = self._client._tracking_client.store
        found: list[Any] = []
        token: str | None = None
        while True:
            page, token = store._load_dataset_records(dataset_id, max_results=PAGE, page_token=token)
            found += page
            if not token:
                return found

    def registered_models(self) -> Iterator[Any]:
        """Yield registered models and prompts."""
        for filter in (None, PROMPTS):
            yield from _paged(
                lambda token, filter=filter: self._client.search_registered_models(  # type: ignore[misc]  # a default that binds
                    filter, max_results=PAGE, page_token=token
                )
            )

    def versions(self, name: str) -> list[Any]:
        """Return the versions of a model or a prompt by number; only who asks for them finds those of prompts."""
        quote = '"' if "'" in name else "'"
        named = f"name={quote}{name}{quote}"
        found = {
            int(version.version): version
            for filter in (named, f"{named} AND {PROMPTS}")
            for version in _paged(
                lambda token, filter=filter: self._client.search_model_versions(  # type: ignore[misc]  # a default that binds
                    filter, max_results=PAGE, page_token=token
                )
            )
        }
        return [found[number] for number in sorted(found)]

    def files(self, artifact_uri: str) -> Iterator[SourceFile]:
        """Yield all files under an address of artifacts."""
        repository = self._repository(artifact_uri)
        folders: list[str | None] = [None]
        while folders:
            for entry in repository.list_artifacts(folders.pop()):
                if entry.is_dir:
                    folders.append(entry.path)
                else:
                    yield SourceFile(entry.path, entry.file_size)

    @contextmanager
    def downloaded(self, artifact_uri: str, path: str) -> Iterator[Path]:
        """Fetch a file for as long as the block lasts."""
        with tempfile.TemporaryDirectory(prefix="studio-import-") as folder:
            yield Path(self._repository(artifact_uri).download_artifacts(path, folder))

    def _repository(self, artifact_uri: str) -> Any:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        return get_artifact_repository(artifact_uri, tracking_uri=self._client.tracking_uri)


_ALL: Final = 3
"""MLflow's ViewType.ALL, known without importing it."""


def source_uri(address: str) -> str:
    """Return MLflow's name for an address: a URL, a SQLite file, or a folder `mlruns`.

    Raises:
        ValidationFailed: There is no such file or folder, or the scheme is none of MLflow's.
    """
    scheme = urlsplit(address).scheme if "://" in address else ""
    if scheme in ("http", "https") or scheme.partition("+")[0] in DATABASES:
        if scheme == "sqlite" and not Path(address.removeprefix("sqlite:///")).exists():
            raise ValidationFailed.of("SOURCE", f"there is no database {address.removeprefix('sqlite:///')}")
        return address.replace("mysql://", "mysql+pymysql://", 1)  # the driver that the extra `mysql` brings
    if scheme not in ("", "file"):
        raise ValidationFailed.of(
            "SOURCE", f"cannot be of the scheme {scheme!r}; give a server, a database or a folder"
        )
    path = Path(address.removeprefix("file://")).expanduser().absolute()
    if path.is_dir():
        return path.as_uri()
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError as error:
        raise ValidationFailed.of("SOURCE", f"{address} cannot be read: {error.strerror}") from error
    if not is_sqlite:
        raise ValidationFailed.of("SOURCE", f"{address} is neither a folder nor a SQLite database")
    return f"sqlite:///{path}"


def _without_credentials(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if parts.netloc else uri


def _offered(fetch: Callable[[str | None], Any]) -> Iterator[Any]:
    """Yield all that a source has of a kind that older ones do not know: nothing where it is not known."""
    from mlflow.exceptions import MlflowException

    try:
        yield from _paged(fetch)
    except (MlflowException, NotImplementedError) as error:  # any other failure goes on
        if getattr(error, "error_code", "") not in NOT_OFFERED:
            raise


def _paged(fetch: Callable[[str | None], Any]) -> Iterator[Any]:
    token: str | None = None
    while True:
        page = fetch(token)
        yield from page
        token = page.token
        if not token:
            return
