"""Shapes of tracking on the wire and in the ledger."""

from infrastudio.contexts.tracking.schemas.experiments import (
    DEFAULT_NAME,
    Experiment,
    ExperimentIn,
    ExperimentPage,
    ExperimentUpdate,
    ExperimentView,
    RunCounts,
)
from infrastudio.contexts.tracking.schemas.runs import (
    STATUSES,
    DatasetInput,
    LoggedDataset,
    Run,
    RunCreate,
    RunDetail,
    RunIn,
    RunPage,
    RunStatus,
    RunSummary,
    RunUpdate,
)

__all__ = [
    "DEFAULT_NAME",
    "STATUSES",
    "DatasetInput",
    "Experiment",
    "ExperimentIn",
    "ExperimentPage",
    "ExperimentUpdate",
    "ExperimentView",
    "LoggedDataset",
    "Run",
    "RunCounts",
    "RunCreate",
    "RunDetail",
    "RunIn",
    "RunPage",
    "RunStatus",
    "RunSummary",
    "RunUpdate",
]
