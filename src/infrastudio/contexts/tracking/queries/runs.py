"""Reads of single runs, and what they carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Row, bindparam, func, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, LoggedDataset, Run, RunDetail, RunStatus
from infrastudio.contexts.tracking.tables.artifacts import ArtifactRow
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import (
    RunDatasetRow,
    RunModelRow,
    RunParamRow,
    RunRow,
    RunTagRow,
    TrackingTextRow,
)
from infrastudio.kernel.batches import batches
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import NotFound
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedList, PreparedSelect, Record, Snapshot
from infrastudio.stores.ledger import Moment
from infrastudio.stores.telemetry import StreamKey, TelemetryReader

READ: Final = "runs.read"

_runs, _datasets, _models = table_of(RunRow), table_of(RunDatasetRow), table_of(RunModelRow)
_BY_ID: Final = PreparedSelect(select(_runs).where(_runs.c.id == bindparam("id")))
_ACCESS: Final = PreparedSelect(
    select(_runs.c.project_id, _runs.c.lifecycle, _runs.c.attempts, _runs.c.status).where(_runs.c.id == bindparam("id"))
)
_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_BY_IDS: Final = select(_runs).where(_runs.c.id.in_(_IDS))
_DATASETS: Final = select(_datasets).where(_datasets.c.run_id.in_(_IDS)).order_by(_datasets.c.name, _datasets.c.digest)
_HAVE_DATASETS: Final = PreparedList(select(_datasets.c.run_id).distinct(), _datasets.c.run_id)
_MODELS_OF: Final = PreparedList(
    select(_models.c.run_id, _models.c.direction, _models.c.model_id, _models.c.step).order_by(_models.c.model_id),
    _models.c.run_id,
)
_MODELS: Final = select(_models).where(_models.c.run_id.in_(_IDS)).order_by(_models.c.model_id)


Item = tuple[str, str, str]
"""Run, key and value of a param or a tag."""


class UnknownRun(NotFound):
    """No such run exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"Run with id={id} not found", id=id)


class RunAccess(NamedTuple):
    """What a writer of telemetry must know of a run."""

    project_id: str
    is_active: bool
    attempt: int
    status: RunStatus


def row(snapshot: Snapshot, id: str, *, right: str = READ) -> Record:
    """Return the row of a run on which the actor has `right`.

    Raises:
        UnknownRun: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = _BY_ID.record(snapshot.connection, {"id": id})
    if found is None:
        raise UnknownRun(id)
    projects.require_right(
        snapshot, found.project_id, right, unknown=UnknownRun(id), read_right=READ, changes=f"run:{id}"
    )
    return found


def rows_of(snapshot: Snapshot, ids: Sequence[str]) -> list[Row[Any]]:
    """Return the rows of runs that are there, in the order of `ids`; rights are the caller's to check."""
    found = {row.id: row for some in batches(ids) for row in snapshot.execute(_BY_IDS, {"ids": some})}
    return [found[id] for id in ids]


def run_of(snapshot: Snapshot, row: Record) -> Run:
    """Return the run that a row holds, its collections empty."""
    project = projects.slug_of(snapshot, row.project_id)
    return Run.model_validate({**row._asdict(), "project": project, "experiment_id": str(row.experiment_id)})


def run(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Run:
    """Return one run with its collections, deleted ones too, live or as of a moment."""
    if at is None:
        return with_collections(snapshot, [run_of(snapshot, row(snapshot, id))])[0]
    past = ledger.state_at(snapshot, "run", id, at.seq, collections=Run.collections)
    if past is None:
        raise UnknownRun(id)
    project_id = projects.id_of(snapshot, past["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownRun(id))
    return Run.model_validate(past)


def run_exists_active(snapshot: Snapshot, id: str) -> RunAccess | None:
    """Return what a writer of telemetry must know of a run, whoever asks; None when there is none.

    Rights are the caller's to check; `ActiveRuns` keeps the answers.
    """
    found = _ACCESS.record(snapshot.connection, {"id": id})
    if found is None:
        return None
    return RunAccess(found.project_id, found.lifecycle == "active", found.attempts, found.status)


def run_detail(snapshot: Snapshot, telemetry: TelemetryReader, id: str, *, at: Moment | None = None) -> RunDetail:
    """Return one run with its latest metrics and counts of what it left behind."""
    state = run(snapshot, id, at=at)
    received_by = None if at is None else to_micros(at.at)
    latest = telemetry.latest("run", [id], received_by=received_by).get(id, {})
    key = StreamKey("run", id)
    lines = telemetry.head(key).lines if at is None else telemetry.lines(key, limit=1, received_by=received_by).total
    values = state.model_dump(exclude={"datasets", "model_inputs"})
    return RunDetail.model_validate(
        values
        | {
            "metrics": {name: latest[name].value for name in sorted(latest)},
            "metric_names": len(latest),
            "log_lines": lines,
            "artifact_count": _artifact_count(snapshot, id) if at is None else None,
            "datasets": list(state.datasets.values()),
            "model_inputs": sorted(state.model_inputs),
        }
    )


def children(snapshot: Snapshot, id: str) -> list[Run]:
    """Return the active runs that name this one as their parent, oldest first, without their collections."""
    row(snapshot, id)
    found = snapshot.execute(
        select(RunRow.__table__)
        .where(RunRow.parent_id == id, RunRow.lifecycle == "active")
        .order_by(RunRow.created_at, RunRow.id)
    )
    return [run_of(snapshot, child) for child in found]


def datasets_by_run(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, list[DatasetInput]]:
    """Return datasets by run, with their long texts, by name and digest; rights are the caller's to check."""
    found: dict[str, list[DatasetInput]] = {id: [] for id in ids}
    for some in batches(found):
        rows = snapshot.execute(_DATASETS, {"ids": some}).all()
        texts = _texts(
            snapshot, {d for row in rows for d in (row.source_sha256, row.schema_sha256, row.profile_sha256)}
        )
        for dataset in rows:
            found[dataset.run_id].append(_dataset_input(dataset, texts))
    return found


def with_datasets(snapshot: Snapshot, ids: Sequence[str]) -> list[str]:
    """Return which of some runs used a dataset."""
    return [id for (id,) in _HAVE_DATASETS.rows(snapshot.connection, ids)]


def models_by_run(snapshot: Snapshot, ids: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """Return the logged models that runs used, and those that they made with their steps; runs without are left out."""
    inputs: dict[str, list[str]] = defaultdict(list)
    outputs: dict[str, dict[str, int]] = defaultdict(dict)
    for run_id, direction, model_id, step in _MODELS_OF.rows(snapshot.connection, ids):
        if direction == "input":
            inputs[run_id].append(model_id)
        else:
            outputs[run_id][model_id] = step
    return inputs, outputs


def items_of(snapshot: Snapshot, ids: Sequence[str]) -> tuple[list[Item], list[Item]]:
    """Return all params and all tags of some runs, by run and key."""
    return _PARAMS.of_all(snapshot, ids), _TAGS.of_all(snapshot, ids)


def _texts(snapshot: Snapshot, digests: Collection[str | None]) -> dict[str, str]:
    """Return long texts by digest."""
    texts: dict[str, str] = {}
    for some in batches(sorted(digest for digest in digests if digest)):
        statement = select(TrackingTextRow.sha256, TrackingTextRow.text).where(TrackingTextRow.sha256.in_(some))
        texts |= {found.sha256: found.text for found in snapshot.execute(statement)}
    return texts


def _dataset_input(row: Row[Any], texts: Mapping[str, str]) -> DatasetInput:
    return DatasetInput(
        name=row.name,
        digest=row.digest,
        source_type=row.source_type,
        source=texts[row.source_sha256],
        schema_text=None if row.schema_sha256 is None else texts[row.schema_sha256],
        profile_text=None if row.profile_sha256 is None else texts[row.profile_sha256],
        tags=row.tags,
    )


def with_collections(snapshot: Snapshot, runs: Sequence[Run]) -> list[Run]:
    """Return the runs with all their collections."""
    ids = [each.id for each in runs]
    params, tags = params_of(snapshot, ids), tags_of(snapshot, ids)
    datasets: dict[str, dict[str, LoggedDataset]] = {id: {} for id in ids}
    inputs: dict[str, dict[str, bool]] = {id: {} for id in ids}
    outputs: dict[str, dict[str, int]] = {id: {} for id in ids}
    for some in batches(ids):
        for found in snapshot.execute(_DATASETS, {"ids": some}):
            dataset = LoggedDataset.model_validate({name: found._mapping[name] for name in LoggedDataset.model_fields})
            datasets[found.run_id][dataset_key(found.name, found.digest)] = dataset
        for found in snapshot.execute(_MODELS, {"ids": some}):
            if found.direction == "input":
                inputs[found.run_id][found.model_id] = True
            else:
                outputs[found.run_id][found.model_id] = found.step
    return [
        each.model_copy(
            update={
                "params": params[each.id],
                "tags": tags[each.id],
                "datasets": datasets[each.id],
                "model_inputs": inputs[each.id],
                "model_outputs": outputs[each.id],
            }
        )
        for each in runs
    ]


def dataset_key(name: str, digest: str) -> str:
    """Return the key of a dataset among those of a run."""
    return canonical_json([name, digest])


def params_of(snapshot: Snapshot, ids: Iterable[str], keys: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Return params by run, those of all runs or the asked-for ones, by key."""
    return _PARAMS.of(snapshot, ids, keys)


def tags_of(snapshot: Snapshot, ids: Iterable[str], keys: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Return tags by run, all or the asked-for ones, by key."""
    return _TAGS.of(snapshot, ids, keys)


class _Items:
    """The statements that read params or tags."""

    def __init__(self, row: type[RunParamRow | RunTagRow]) -> None:
        items = table_of(row).c
        ordered = select(items.run_id, items.key, items.value).order_by(items.run_id, items.key)
        self._one = PreparedSelect(ordered.where(items.run_id == bindparam("id")))
        self._few = {
            count: PreparedSelect(
                ordered.where(
                    items.run_id == bindparam("id"), items.key.in_([bindparam(f"key_{n}") for n in range(count)])
                )
            )
            for count in FEW
        }
        self._all = PreparedList(ordered, items.run_id)
        self._some = ordered.where(items.run_id.in_(_IDS), items.key.in_(bindparam("keys", expanding=True)))

    def of_all(self, snapshot: Snapshot, ids: Sequence[str]) -> list[Item]:
        """Return run, key and value of all items of some runs, by run and key."""
        rows: list[Any] = self._all.rows(snapshot.connection, ids)
        return rows

    def of(self, snapshot: Snapshot, ids: Iterable[str], keys: Collection[str] | None) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {id: {} for id in ids}
        if keys is not None and not keys:
            return found
        if len(found) == 1:
            (id,) = found
            if (own := self._of_one(snapshot, id, keys)) is not None:
                return {id: {key: value for _, key, value in own}}
        if keys is None:
            rows: Iterable[Any] = self.of_all(snapshot, list(found))
        else:
            wanted = {"keys": sorted(keys)}
            rows = (row for some in batches(found) for row in snapshot.execute(self._some, {"ids": some, **wanted}))
        for run_id, key, value in rows:
            found[run_id][key] = value
        return found

    def _of_one(self, snapshot: Snapshot, id: str, keys: Collection[str] | None) -> list[tuple[Any, ...]] | None:
        """Return the items of one run by a statement that is ready; None for too many keys."""
        if keys is None:
            return self._one.rows(snapshot.connection, {"id": id})
        count = next((count for count in FEW if len(keys) <= count), None)
        if count is None:
            return None
        padded = [*sorted(keys), *[max(keys)] * (count - len(keys))]
        named = {f"key_{place}": key for place, key in enumerate(padded)}
        return self._few[count].rows(snapshot.connection, {"id": id, **named})


FEW: Final = (1, 4, 16, 100)
"""For so many keys of one run at most statements are ready; a batch has no more than the last."""
_PARAMS: Final = _Items(RunParamRow)
_TAGS: Final = _Items(RunTagRow)


def _artifact_count(snapshot: Snapshot, id: str) -> int:
    statement = select(func.count()).select_from(ArtifactRow).where(ArtifactRow.run_id == id)
    return int(snapshot.execute(statement).scalar_one())
