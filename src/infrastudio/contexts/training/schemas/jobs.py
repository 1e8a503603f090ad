"""Jobs as clients, the ledger and the executors see them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from infrastudio.contexts.tracking.schemas import RunSummary
from infrastudio.contexts.tracking.schemas.runs import WireNumber
from infrastudio.kernel.pages import Page
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.kernel.text import Integer, JsonObject, Name, Number, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
Phase = Literal["absent", "starting", "running", "exited", "lost"]
"""What an executor knows of an attempt: `absent` was never started, `lost` was started and its end not seen."""

FailureKind = Literal[
    "out_of_memory", "loss_diverged", "timeout", "import_error", "not_started", "killed", "node_lost", "nonzero_exit"
]
StopCause = Literal["requested", "timeout"]
ExecutorName = Literal["local", "ray", "kubernetes"]

Argument = Annotated[Text, StringConstraints(max_length=100_000)]
VariableName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=255)]


class Observed(Value):
    """An attempt as its executor sees it now. Durations in seconds, sizes in bytes; None: not known (yet)."""

    phase: Phase
    exit_code: int | None = None
    signal: int | None = None
    """The signal that ended the program, when it left no exit code."""
    stopped: bool = False
    """Did it end under a stop order?"""
    started_at: Time | None = None
    ended_at: Time | None = None
    cpu_s: float | None = None
    max_rss_bytes: int | None = None
    lost_bytes: int = 0
    """Output that could not be stored."""
    error: str | None = None
    """Why the program, or what holds it, could not be started."""


class Resources(Value):
    """What a job needs while it runs."""

    cpus: Annotated[Number, Field(gt=0, le=1024)] = 1.0
    memory_bytes: Annotated[Integer, Field(gt=0)] | None = None
    gpus: Annotated[Integer, Field(ge=0, le=1024)] = 0
    gpu_type: Annotated[Text, StringConstraints(min_length=1, max_length=100)] | None = None


class Environment(Value):
    """What the program finds around it. Values of secrets never stand here, only their names."""

    requirements: Annotated[tuple[Argument, ...], Field(max_length=1000)] = ()
    variables: dict[VariableName, Argument] = Field(default_factory=dict, max_length=1000)
    secrets: Annotated[tuple[VariableName, ...], Field(max_length=100)] = ()


class JobDefinition(Value):
    """What a job runs, and under which conditions."""

    name: Name
    argv: Annotated[tuple[Argument, ...], Field(min_length=1, max_length=10_000)]
    """Program and arguments; no shell reads them."""
    cwd: Annotated[Text, StringConstraints(min_length=1, max_length=4096)] | None = None
    """Working directory; None is a folder of the job."""
    recipe: Annotated[Text, StringConstraints(max_length=100)] | None = None
    """The recipe that `argv` starts."""
    owner: Annotated[Text, StringConstraints(max_length=255)] | None = None
    params: dict[str, str] = Field(default_factory=dict)
    """Params that the run begins with."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Tags that the run begins with."""
    config: JsonObject = Field(default_factory=dict)
    config_version_id: Annotated[Text, StringConstraints(max_length=255)] | None = None
    executor: ExecutorName = "local"
    resources: Resources = Resources()
    environment: Environment = Environment()
    priority: Annotated[Integer, Field(ge=-1000, le=1000)] = 0
    timeout_s: Annotated[Number, Field(gt=0, le=31_536_000)] | None = None
    """Longest time that one attempt may run."""
    retries: RetryPolicy = RetryPolicy(max_attempts=1)
    """Which ends are tried again by themselves; `retryable_errors` holds failure kinds, empty means all."""


class JobIn(JobDefinition):
    """A job definition and the run that it is for."""

    run_id: Annotated[Text, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    experiment_id: Annotated[Text, StringConstraints(pattern=r"^[0-9]{1,19}$")]
    """The experiment of the run."""


class ExitReason(Value):
    """Why an attempt failed, with the lines of its log that show it; long ones are cut."""

    kind: FailureKind
    message: str
    lines: tuple[str, ...] = ()
    first_line: int | None = None
    """The number of the first of `lines` in the run's log."""


class Attempt(Value):
    """One start of the job's program; 1, 2, … in order."""

    number: Annotated[int, Field(ge=1)]
    started_at: Time | None = None
    ended_at: Time | None = None
    exit_code: int | None = None
    signal: int | None = None
    cpu_s: float | None = None
    max_rss_bytes: int | None = None
    lost_bytes: int = 0
    exit_reason: ExitReason | None = None


class Job(Versioned, JobIn):
    """A job as clients and the ledger see it. A value: it never changes."""

    model_config = ConfigDict(extra="ignore")

    collections: ClassVar[tuple[str, ...]] = ("config", "params", "tags")
    """What can be long and never changes stands in full events only."""
    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "started_at", "completed_at")

    id: str
    project: str
    status: JobStatus = "pending"
    status_reason: str | None = None
    """Why it is not further on ("waiting for 2 gpus", "attempt 2 of 3 after out_of_memory"), or what ended it."""
    stopping: StopCause | None = None
    """Set from a stop order until the end that it brings."""
    not_before: Time | None = None
    """The earliest start of the next attempt."""
    attempts: Annotated[tuple[Attempt, ...], Field(min_length=1)] = (Attempt(number=1),)
    exit_reason: ExitReason | None = None
    """Why the job failed."""
    created_at: Time
    updated_at: Time
    started_at: Time | None = None
    completed_at: Time | None = None

    @property
    def attempt(self) -> Attempt:
        """The attempt that runs, or will, or was the last."""
        return self.attempts[-1]

    @property
    def ended(self) -> bool:
        """Has the job come to a terminal status?"""
        return self.status in ("completed", "failed", "cancelled")


class Progress(Value):
    """How far the last attempt of a job has come, by the metrics that it logs."""

    step: int | None = None
    """The greatest step it has logged."""
    total: int | None = None
    """How many steps it will log, if its config says how many epochs there are and it logs one step an epoch."""
    percent: float | None = None
    eta_s: float | None = None
    """Seconds to the end, if it goes on as it did."""


class JobDetail(Job):
    """A job with what its run's metrics tell of it."""

    progress: Progress
    metrics: dict[str, WireNumber]
    """Latest values by name."""


class JobSummary(Value):
    """A job in a list."""

    id: str
    project: str
    name: str
    run_id: str
    experiment_id: str
    recipe: str | None
    executor: ExecutorName
    resources: Resources
    priority: int
    status: JobStatus
    status_reason: str | None
    stopping: StopCause | None
    not_before: Time | None
    attempt: int
    """The number of the last attempt."""
    exit_reason: ExitReason | None
    progress: Progress
    created_at: Time
    updated_at: Time
    started_at: Time | None
    completed_at: Time | None
    version: int


class JobPage(Page[JobSummary]):
    """A page of jobs; `facets` counts all that match, by the values of a field."""

    facets: dict[str, dict[str, int]] | None = None


class JobClone(Value):
    """What is different about a clone."""

    name: Name | None = None


class StartedRun(RunSummary):
    """A run that was just made, with the job that drives it."""

    job: Job
