"""What can be done with experiments, runs and what they carry."""

from infrastudio.contexts.tracking.queries.active_runs import RunNotActive
from infrastudio.contexts.tracking.service.experiments import (
    ExperimentNotActive,
    ExperimentNotDeleted,
    IdTaken,
    NameTaken,
    UnknownExperimentTag,
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    ensure_default,
    restore_experiment,
    set_experiment_tags,
    update_experiment,
)
from infrastudio.contexts.tracking.service.lifecycles import delete_run, restore_run
from infrastudio.contexts.tracking.service.run_data import (
    ParamChanged,
    UnknownRunTag,
    delete_tag,
    log_batch_state,
    log_inputs,
    log_outputs,
    log_params,
    set_tags,
)
from infrastudio.contexts.tracking.service.runs import (
    HasJob,
    NamesDiffer,
    RunExists,
    create_run,
    record_job_state,
    resume_run,
    update_run,
)
from infrastudio.contexts.tracking.service.versions import StaleVersion

__all__ = [
    "ExperimentNotActive",
    "ExperimentNotDeleted",
    "HasJob",
    "IdTaken",
    "NameTaken",
    "NamesDiffer",
    "ParamChanged",
    "RunExists",
    "RunNotActive",
    "StaleVersion",
    "UnknownExperimentTag",
    "UnknownRunTag",
    "create_experiment",
    "create_run",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_run",
    "delete_tag",
    "ensure_default",
    "log_batch_state",
    "log_inputs",
    "log_outputs",
    "log_params",
    "record_job_state",
    "restore_experiment",
    "restore_run",
    "resume_run",
    "set_experiment_tags",
    "set_tags",
    "update_experiment",
    "update_run",
]
