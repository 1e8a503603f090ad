"""How failures of our own become failures of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from infrastudio.contexts.data.queries.evaluation import UnknownDataset
from infrastudio.contexts.registry.queries.logged_models import UnknownLoggedModel
from infrastudio.contexts.registry.queries.models import UnknownModel
from infrastudio.contexts.registry.queries.versions import UnknownAlias, UnknownVersion
from infrastudio.contexts.registry.service import models as registered_models
from infrastudio.contexts.registry.service.logged_models import ParamChanged as ModelParamChanged
from infrastudio.contexts.tracing.queries.assessments import UnknownAssessment
from infrastudio.contexts.tracing.queries.traces import UnknownTrace
from infrastudio.contexts.tracking.queries.active_runs import RunNotActive
from infrastudio.contexts.tracking.queries.artifacts import UnknownArtifact
from infrastudio.contexts.tracking.schemas.artifacts import UnsafePath
from infrastudio.contexts.tracking.service import experiments
from infrastudio.contexts.tracking.service.run_data import ParamChanged
from infrastudio.kernel import errors
from infrastudio.kernel.errors import StudioError
from infrastudio.kernel.filters import InvalidFilter
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter

ALREADY_EXISTS: Final = "RESOURCE_ALREADY_EXISTS"
INVALID: Final = "INVALID_PARAMETER_VALUE"
MISSING: Final = "RESOURCE_DOES_NOT_EXIST"

Text = Callable[[Any], str]


def _own(error: StudioError) -> str:
    return error.message


def _first_problem(error: errors.ValidationFailed) -> str:
    return error.problems[0].message


TRANSLATIONS: Final[tuple[tuple[type[StudioError], str, Text], ...]] = (
    (experiments.NameTaken, ALREADY_EXISTS, _own),
    (experiments.ExperimentNotActive, INVALID, _own),
    (RunNotActive, INVALID, _own),
    (ParamChanged, INVALID, _own),
    (ModelParamChanged, INVALID, _own),
    (registered_models.NameTaken, ALREADY_EXISTS, lambda e: f"Registered Model (name={e.name}) already exists."),
    (UnknownModel, MISSING, lambda e: f"Registered Model with name={e.model} not found"),
    (UnknownVersion, MISSING, lambda e: f"Model Version (name={e.model}, version={e.number}) not found"),
    (UnknownAlias, INVALID, lambda e: f"Registered model alias {e.alias} not found."),
    (UnknownLoggedModel, MISSING, lambda e: f"Logged model with ID '{e.id}' not found."),
    (UnknownArtifact, MISSING, lambda e: f"No such artifact: '{e.details['location']}'"),
    (UnknownTrace, MISSING, lambda e: f"Trace with ID '{e.id}' not found."),
    (UnknownAssessment, MISSING, lambda e: f"Assessment with ID '{e.id}' not found."),
    (UnknownDataset, MISSING, lambda e: f"Evaluation dataset with id '{e.id}' not found"),
    (UnsafePath, INVALID, _first_problem),
    (InvalidFilter, INVALID, _first_problem),
    (errors.ValidationFailed, INVALID, _own),
    (errors.NotAuthenticated, "UNAUTHENTICATED", _own),
    (errors.PermissionDenied, "PERMISSION_DENIED", _own),
    (errors.NotFound, MISSING, _own),
    (errors.MethodNotAllowed, "BAD_REQUEST", _own),
    (errors.PreconditionFailed, "RESOURCE_CONFLICT", _own),
    (errors.Conflict, "RESOURCE_CONFLICT", _own),
    (errors.RateLimited, "REQUEST_LIMIT_EXCEEDED", _own),
    (errors.NotImplementedHere, "NOT_IMPLEMENTED", _own),
    (errors.Unavailable, "TEMPORARILY_UNAVAILABLE", _own),
    (errors.ExternalServiceFailed, "TEMPORARILY_UNAVAILABLE", _own),
)
"""Code and text by the class of a failure; the first class that matches counts."""


def translate(error: Exception) -> MlflowError:
    """Return the protocol's form of any failure; what was not foreseen is INTERNAL_ERROR, its text withheld."""
    if isinstance(error, MlflowError):
        return error
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return invalid_parameter(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    for kind, code, text in TRANSLATIONS:
        if isinstance(error, kind):
            return MlflowError(code, text(error))
    return MlflowError("INTERNAL_ERROR", "Something went wrong in the server; X-Request-Id finds it in its log.")
