"""Operations on experiments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from infrastudio.contexts.tracking.queries import experiments as queries
from infrastudio.contexts.tracking.queries.dataset_summaries import dataset_summaries
from infrastudio.contexts.tracking.queries.experiments import ExperimentSearch
from infrastudio.contexts.tracking.queries.fields import CLIENT_EXPERIMENT_FIELDS
from infrastudio.contexts.tracking.schemas.artifacts import UnsafePath, location_of
from infrastudio.contexts.tracking.schemas.experiments import DEFAULT_NAME, ExperimentIn, ExperimentUpdate
from infrastudio.contexts.tracking.service import experiments as service
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.filters import CONJUNCTIVE, parse_filter, parse_order_by
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.errors import MlflowError, bad_request, does_not_exist, invalid_parameter
from infrastudio.protocols.mlflow.messages import Json, cut_values, experiment_message, mapping, message
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.services import Services

DEFAULT_ID: Final = "0"
"""What clients call the default experiment of their project."""
MAX_EXPERIMENTS: Final = 20
"""Whose datasets are told in one answer."""
MAX_SUMMARIES: Final = 1000
VIEWS: Final = {"ACTIVE_ONLY": 1, "DELETED_ONLY": 2, "ALL": 3}
LIFECYCLES: Final = {"ACTIVE_ONLY": "active", "DELETED_ONLY": "deleted", "ALL": None}
HOST_SCHEMES: Final = frozenset({"http", "https", "ftp", "sftp"})

_NUMBER: Final = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)


def require_number(id: str) -> str:
    """Return an experiment's id in its one spelling.

    Raises:
        MlflowError: It is no integer.
    """
    if not _NUMBER.fullmatch(id):
        raise invalid_parameter(f"Invalid experiment ID '{id}'. Experiment ID must be a valid integer.")
    return str(int(id)) if len(id.strip()) <= len(str(MAX_INTEGER)) else id


async def known_id(services: Services, actor: Actor, id: str) -> str:
    """Return the id of the experiment that a client names; `0` is the default one of its project, made if need be."""
    number = require_number(id)
    if number != DEFAULT_ID:
        return number
    try:
        return await services.db.read(actor, queries.default_experiment_id)
    except queries.UnknownExperimentName:
        return (await services.db.write(actor, service.ensure_default)).id


async def known_ids(services: Services, actor: Actor, ids: Iterable[str]) -> list[str]:
    """Return the ids of the experiments that a client names, each once."""
    return [await known_id(services, actor, id) for id in dict.fromkeys(ids)]


async def create(
    services: Services, actor: Actor, *, name: str, artifact_location: str | None, tags: Sequence[Json]
) -> Json:
    """Make an experiment."""
    location = _checked_location(artifact_location) if artifact_location else None
    body = ExperimentIn(name=name, artifact_location=location, tags=cut_values(mapping(tags)))
    experiment = await services.db.write(actor, service.create_experiment, body)
    return {"experiment_id": experiment.id}


async def get(services: Services, actor: Actor, *, experiment_id: str) -> Json:
    """Return an experiment, also a deleted one."""
    id = await known_id(services, actor, experiment_id)
    return {"experiment": experiment_message(await services.db.read(actor, queries.experiment, id))}


async def get_by_name(services: Services, actor: Actor, *, experiment_name: str) -> Json:
    """Return the experiment of a name, also a deleted one."""
    try:
        found = await services.db.read(actor, queries.experiment_by_name, experiment_name)
    except queries.UnknownExperimentName:
        if experiment_name != DEFAULT_NAME:
            raise
        found = await services.db.write(actor, service.ensure_default)
    return {"experiment": experiment_message(found)}


async def search(
    services: Services,
    actor: Actor,
    *,
    max_results: int,
    page_token: str | None,
    filter: str,
    order_by: Sequence[str],
    view_type: str,
) -> Json:
    """Return experiments, the newest first unless ordered otherwise."""
    offset = offset_of(page_token)
    wanted = ExperimentSearch(
        expression=parse_filter(filter, CONJUNCTIVE),
        orderings=[parse_order_by(term) for term in order_by],
        fields=CLIENT_EXPERIMENT_FIELDS,
        lifecycle=LIFECYCLES[view_type],
        limit=max_results + 1,
        offset=offset,
    )
    found = await services.db.read(actor, queries.search, wanted)
    page, token = cut_page(found, offset, max_results)
    return message(experiments=[experiment_message(each) for each in page], next_page_token=token)


async def search_datasets(services: Services, actor: Actor, *, experiment_ids: Sequence[str]) -> Json:
    """Return which datasets the runs of some experiments used."""
    if not experiment_ids:
        raise invalid_parameter("SearchDatasets request must specify at least one experiment_id.")
    if len(experiment_ids) > MAX_EXPERIMENTS:
        raise invalid_parameter(
            f"SearchDatasets request cannot specify more than {MAX_EXPERIMENTS} experiment_ids. "
            f"Received {len(experiment_ids)} experiment_ids."
        )
    wanted = await known_ids(services, actor, experiment_ids)
    found = await services.db.read(actor, dataset_summaries, wanted, MAX_SUMMARIES)
    return message(dataset_summaries=[message(**each._asdict()) for each in found])


async def update(services: Services, actor: Actor, *, experiment_id: str, new_name: str) -> Json:
    """Rename an experiment."""
    id = await known_id(services, actor, experiment_id)
    try:
        await services.db.write(actor, service.update_experiment, id, ExperimentUpdate(name=new_name))
    except service.NameTaken as error:
        raise bad_request(error.message) from error
    except service.ExperimentNotActive as error:
        raise MlflowError("INVALID_STATE", "Cannot rename a non-active experiment.") from error
    return {}


async def delete(services: Services, actor: Actor, *, experiment_id: str) -> Json:
    """Put an experiment and its runs aside."""
    id = await known_id(services, actor, experiment_id)
    try:
        await services.db.write(actor, service.delete_experiment, id)
    except service.ExperimentNotActive as error:
        raise _no_experiment(id) from error
    return {}


async def restore(services: Services, actor: Actor, *, experiment_id: str) -> Json:
    """Bring a deleted experiment and all its runs back."""
    id = await known_id(services, actor, experiment_id)
    try:
        await services.db.write(actor, service.restore_experiment, id)
    except service.ExperimentNotDeleted as error:
        raise _no_experiment(id) from error
    return {}


async def set_tag(services: Services, actor: Actor, *, experiment_id: str, key: str, value: str) -> Json:
    """Set a tag."""
    id = await known_id(services, actor, experiment_id)
    await services.db.write(actor, service.set_experiment_tags, id, {key: value})
    return {}


async def delete_tag(services: Services, actor: Actor, *, experiment_id: str, key: str) -> Json:
    """Remove a tag."""
    id = await known_id(services, actor, experiment_id)
    await services.db.write(actor, service.delete_experiment_tag, id, key)
    return {}


def _checked_location(location: str) -> str:
    """Return where artifacts are to be kept, a path of the server made whole.

    Raises:
        MlflowError: It holds what a location cannot have, or would make somebody reach any host.
    """
    parts = urlsplit(location)
    if parts.fragment or ";" in parts.path:
        raise invalid_parameter("'artifact_location' URL can't include fragments or params.")
    if parts.scheme.lower() in HOST_SCHEMES:
        raise invalid_parameter(f"'artifact_location' cannot use the scheme '{parts.scheme}', which names any host.")
    try:
        location_of(location)
    except UnsafePath as error:
        raise invalid_parameter("'artifact_location' must not lead out of its place: Invalid path") from error
    if not parts.scheme:
        return str(Path(location).absolute())
    return location.rstrip("/") if not location.endswith("://") else location


def _no_experiment(id: str) -> MlflowError:
    return does_not_exist(f"No Experiment with id={id} exists")
