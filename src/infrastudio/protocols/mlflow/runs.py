"""Operations on runs, but for metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries.logged_models import project_of
from infrastudio.contexts.tracking.queries import artifacts, client_search
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.queries.client_search import RunSearch
from infrastudio.contexts.tracking.queries.fields import CLIENT_RUN_FIELDS
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.queries.runs import RunAccess
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, Run, RunCreate, RunUpdate
from infrastudio.contexts.tracking.service import lifecycles, run_data
from infrastudio.contexts.tracking.service import runs as service
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.filters import CONJUNCTIVE, parse_filter, parse_order_by
from infrastudio.protocols.mlflow import run_pages
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter
from infrastudio.protocols.mlflow.experiments import LIFECYCLES, known_id, known_ids
from infrastudio.protocols.mlflow.messages import (
    RUN_STATUSES,
    Json,
    mapping,
    moment_of,
    run_info,
    run_message,
)
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.run_messages import RunMessages
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import Snapshot, UnitOfWork
from infrastudio.stores.telemetry import TelemetryReader

MAX_NAME: Final = 8000
MAX_DATASETS: Final = 1000
NAME_TAG: Final = "mlflow.runName"
MODEL_HISTORY_TAG: Final = "mlflow.log-model.history"
MODEL_FIELDS: Final = ("artifact_path", "flavors", "utc_time_created", "run_id")


async def create(
    services: Services,
    actor: Actor,
    *,
    experiment_id: str,
    user_id: str,
    run_name: str | None,
    start_time: int | None,
    tags: Sequence[Json],
) -> Json:
    """Make a run."""
    body = RunCreate(
        experiment_id=await known_id(services, actor, experiment_id),
        name=run_name[:MAX_NAME] if run_name else None,
        user=user_id,
        started_at=moment_of(start_time, "start_time") if start_time else None,
        tags=mapping(tags),
    )
    generation = services.runs.generation
    run, location, access = await services.db.write(actor, _create, body)
    services.runs.learn(run.id, access, generation=generation)
    return {"run": run_message(run, location, {}, ())}


async def get(services: Services, actor: Actor, *, run_id: str) -> Json:
    """Return a run, also a deleted one."""
    return {"run": await services.db.read(actor, _run, services.telemetry, run_id)}


async def update(
    services: Services,
    actor: Actor,
    *,
    run_id: str,
    status: str | None,
    end_time: int | None,
    run_name: str | None,
) -> Json:
    """Change status, end and name; empty text leaves the name."""
    fields: dict[str, Any] = {}
    if status is not None:
        fields["status"] = RUN_STATUSES[status]
    if end_time is not None:
        fields["ended_at"] = moment_of(end_time, "end_time")
    if run_name:
        fields["name"] = run_name[:MAX_NAME]
    run, location = await services.db.write(actor, _update, run_id, RunUpdate(**fields))
    return {"run_info": run_info(run, location)}


async def delete(services: Services, actor: Actor, *, run_id: str) -> Json:
    """Put a run aside."""
    await services.db.write(actor, lifecycles.delete_run, run_id)
    return {}


async def restore(services: Services, actor: Actor, *, run_id: str) -> Json:
    """Bring a deleted run back."""
    await services.db.write(actor, lifecycles.restore_run, run_id)
    return {}


async def search(
    services: Services,
    actor: Actor,
    *,
    experiment_ids: Sequence[str],
    filter: str,
    run_view_type: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> bytes:
    """Return runs of some experiments, the latest start first unless ordered otherwise."""
    offset = offset_of(page_token)
    wanted = RunSearch(
        RunScope(await known_ids(services, actor, experiment_ids), lifecycle=LIFECYCLES[run_view_type]),
        parse_filter(filter, CONJUNCTIVE),
        [parse_order_by(term) for term in order_by],
        CLIENT_RUN_FIELDS,
        max_results + 1,
        offset,
    )
    return await services.db.read(actor, _search, services.telemetry, services.run_messages, wanted)


async def log_parameter(services: Services, actor: Actor, *, run_id: str, key: str, value: str) -> Json:
    """Log a param."""
    try:
        await services.db.write(actor, run_data.log_params, run_id, {key: value})
    except run_data.ParamChanged as error:
        raise _changed_param(error) from error
    return {}


async def set_tag(services: Services, actor: Actor, *, run_id: str, key: str, value: str) -> Json:
    """Set a tag; that of the name renames the run, unless it is empty."""
    if key == NAME_TAG and not value:
        await services.db.read(actor, queries.run, run_id)
        return {}
    await services.db.write(actor, run_data.log_batch_state, run_id, {}, {key: value})
    return {}


async def delete_tag(services: Services, actor: Actor, *, run_id: str, key: str) -> Json:
    """Remove a tag."""
    await services.db.write(actor, run_data.delete_tag, run_id, key)
    return {}


async def log_inputs(
    services: Services, actor: Actor, *, run_id: str, datasets: Sequence[Json], models: Sequence[Json]
) -> Json:
    """Say which datasets and logged models a run used."""
    inputs = [_dataset_input(each) for each in datasets]
    ids = [each["model_id"] for each in models]
    await services.db.write(actor, _log_inputs, run_id, inputs, ids)
    return {}


async def log_outputs(services: Services, actor: Actor, *, run_id: str, models: Sequence[Json]) -> Json:
    """Say which logged models a run made."""
    made = {each["model_id"]: each["step"] for each in models}
    await services.db.write(actor, _log_outputs, run_id, made)
    return {}


async def log_model(services: Services, actor: Actor, *, run_id: str, model_json: str) -> Json:
    """Add a model to the tag in which older clients keep them."""
    try:
        model = orjson.loads(model_json)
    except orjson.JSONDecodeError as error:
        raise invalid_parameter(f"Malformed model info. \n {model_json} \n is not a valid JSON.") from error
    missing = [name for name in MODEL_FIELDS if not isinstance(model, dict) or name not in model]
    if missing:
        raise invalid_parameter(f"Model json is missing mandatory fields: {missing}")
    await services.db.write(actor, _add_model, run_id, model)
    return {}


def require_few_datasets(datasets: Sequence[Json], _path: str) -> None:
    """Refuse more datasets than one request may name."""
    if len(datasets) > MAX_DATASETS:
        raise invalid_parameter(f"A request can name at most {MAX_DATASETS} datasets. Got {len(datasets)}.")


def _create(uow: UnitOfWork, body: RunCreate) -> tuple[Run, str, RunAccess]:
    run = service.create_run(uow, body)
    project_id = projects.id_of(uow, run.project) or ""
    return run, _location(uow, run), RunAccess(project_id, True, run.attempts, run.status)


def _update(uow: UnitOfWork, id: str, body: RunUpdate) -> tuple[Run, str]:
    run = service.update_run(uow, id, body)
    return run, _location(uow, run)


def _location(snapshot: Snapshot, run: Run) -> str:
    return artifacts.experiment_locations(snapshot, [run.experiment_id])[run.experiment_id]


def _run(snapshot: Snapshot, telemetry: TelemetryReader, id: str) -> Json:
    run = queries.run(snapshot, id)
    latest = telemetry.latest("run", [id]).get(id, {})
    datasets = queries.datasets_by_run(snapshot, [id] if run.datasets else [])
    return run_message(run, _location(snapshot, run), latest, datasets.get(id, ()))


def _search(snapshot: Snapshot, telemetry: TelemetryReader, known: RunMessages | None, wanted: RunSearch) -> bytes:
    ids, token = cut_page(client_search.search(snapshot, telemetry, wanted), wanted.offset, wanted.limit - 1)
    return run_pages.page(snapshot, telemetry, known, ids, token)


def _log_inputs(uow: UnitOfWork, id: str, datasets: Sequence[DatasetInput], models: Sequence[str]) -> None:
    _require_own_models(uow, id, models)
    run_data.log_inputs(uow, id, datasets, models)


def _log_outputs(uow: UnitOfWork, id: str, models: Mapping[str, int]) -> None:
    _require_own_models(uow, id, models)
    run_data.log_outputs(uow, id, models)


def _require_own_models(uow: UnitOfWork, run_id: str, models: Sequence[str] | Mapping[str, int]) -> None:
    """Refuse logged models of other projects; those that nobody knows are kept as they are said."""
    run = queries.row(uow, run_id)
    for model in models:
        project_id = project_of(uow, model)
        if project_id is not None and project_id != run.project_id:
            raise ValidationFailed.of("model_id", f"the logged model {model!r} is not of the run's project")


def _add_model(uow: UnitOfWork, id: str, model: Json) -> None:
    tags = queries.tags_of(uow, [queries.row(uow, id).id], [MODEL_HISTORY_TAG])[id]
    try:
        known = orjson.loads(tags.get(MODEL_HISTORY_TAG, "[]"))
    except orjson.JSONDecodeError:
        known = []
    history = [*(known if isinstance(known, list) else []), model]
    run_data.set_tags(uow, id, {MODEL_HISTORY_TAG: orjson.dumps(history).decode()})


def _dataset_input(given: Json) -> DatasetInput:
    dataset = given["dataset"] or {}
    return DatasetInput(
        name=dataset["name"],
        digest=dataset["digest"],
        source_type=dataset["source_type"],
        source=dataset["source"],
        schema_text=dataset["schema"],
        profile_text=dataset["profile"],
        tags=mapping(given["tags"]),
    )


def _changed_param(error: run_data.ParamChanged) -> MlflowError:
    changed = error.details["params"][0]
    return invalid_parameter(
        f"Changing param values is not allowed. Param with key='{changed['key']}' was already logged with "
        f"value='{changed['old_value']}' for run ID='{error.details['run_id']}'. Attempted logging new value "
        f"'{changed['new_value']}'."
    )
