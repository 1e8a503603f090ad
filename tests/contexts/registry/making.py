"""Models and versions to test with; one unit of work each."""

from __future__ import annotations

import itertools
from typing import Any

from contexts.tracking.making import a_run, an_experiment, read, write
from infrastudio.contexts.registry.schemas import (
    LoggedModel,
    LoggedModelIn,
    ModelIn,
    ModelState,
    ModelVersion,
    VersionIn,
)
from infrastudio.contexts.registry.service import logged_models, models, versions
from infrastudio.stores.db import Database

__all__ = ["a_logged_model", "a_model", "a_run", "a_version", "an_experiment", "read", "write"]

_numbers = itertools.count(1)


def a_model(db: Database, **fields: Any) -> ModelState:
    """A new model, with a new name each time."""
    return write(db, models.create, ModelIn.model_validate({"name": f"model {next(_numbers)}"} | fields))


def a_version(db: Database, model: ModelState | None = None, **fields: Any) -> ModelVersion:
    """A new version, of a new model unless one is given."""
    body = VersionIn.model_validate({"source": "s3://bucket/model"} | fields)
    return write(db, versions.create, (model or a_model(db)).id, body)


def a_logged_model(db: Database, **fields: Any) -> LoggedModel:
    """A new logged model, in a new experiment unless one is given."""
    values = {"experiment_id": fields.pop("experiment_id", None) or an_experiment(db).id, "name": "model"} | fields
    return write(db, logged_models.create, LoggedModelIn.model_validate(values))
