"""What a run can be started from: a config as text, or its parts."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from infrastudio.contexts.training.schemas.jobs import (
    Argument,
    Environment,
    ExecutorName,
    JobDefinition,
    Resources,
)
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.kernel.text import Description, Integer, Name, Number, Tags, Text, require_canonical, require_storable
from infrastudio.kernel.versioned import Value

Language = Literal["yaml", "json"]
Positive = Annotated[Number, Field(gt=0)]
ShortText = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
ExperimentReference = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Folder = Annotated[Text, StringConstraints(pattern=r"^/", max_length=4096)]
"""An absolute path on the machine that runs the program."""

_MEMORY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kKMGT]?)(i?)B?")
_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(s|min|m|h|d)")
_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


def _memory_bytes(value: Any) -> Any:
    """Turn `16GiB`, `16 GB` or `512M` into bytes; without the i a thousand is 1000."""
    if not isinstance(value, str):
        return value
    match = _MEMORY.fullmatch(value.strip())
    if match is None:
        raise ValueError("must be a number of bytes, or such as 512MiB or 16GB")
    power = " kMGT".index(match[2].replace("K", "k") or " ")
    return int(float(match[1]) * (1024 if match[3] else 1000) ** power)


def _seconds(value: Any) -> Any:
    """Turn `90s`, `30m`, `2h` or `1d` into seconds."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("must be a number of seconds, or such as 90s, 30m or 2h")
    return float(match[1]) * _SECONDS[match[2]]


def _command(value: Any) -> Any:
    """Turn a command line into the call of a shell; a list is started as it is."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise ValueError("must not be empty")
    return ("sh", "-c", require_storable(value))


def _policy(value: Any) -> Any:
    """Turn a number of retries into a policy."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"max_attempts": value + 1}
    return value


def _tags(value: Any) -> Any:
    """Turn a list of words into tags."""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return dict.fromkeys(value, "true")
    return value


Memory = Annotated[Integer, Field(gt=0), BeforeValidator(_memory_bytes, json_schema_input_type=int | str)]
Duration = Annotated[Number, Field(gt=0, le=31_536_000), BeforeValidator(_seconds, json_schema_input_type=float | str)]
Command = Annotated[
    tuple[Argument, ...],
    Field(min_length=1, max_length=10_000),
    BeforeValidator(_command, json_schema_input_type=str | list[str]),
]
"""A line for `sh`, or a program and its arguments, which no shell reads."""
Retries = Annotated[RetryPolicy, BeforeValidator(_policy, json_schema_input_type=int | RetryPolicy)]
TagList = Annotated[Tags, BeforeValidator(_tags, json_schema_input_type=list[str] | dict[str, str])]


class DatasetReference(Value):
    """A dataset by its name."""

    name: ShortText
    version: Annotated[ShortText, BeforeValidator(lambda value: str(value) if type(value) is int else value)] | None = (
        None
    )


class Compute(Value):
    """What the program needs while it runs."""

    cpus: Annotated[Number, Field(gt=0, le=1024)] = 1.0
    memory: Memory | None = None
    gpus: Annotated[Integer, Field(ge=0, le=1024)] = 0
    gpu_type: Annotated[Text, StringConstraints(min_length=1, max_length=100)] | None = None
    mixed_precision: bool | Literal["fp16", "bf16", "fp8", "no"] | None = None
    executor: ExecutorName = "local"
    spot: bool = False


class Hyperparams(Value):
    """Those that every kind of training knows; others are free."""

    model_config = ConfigDict(extra="allow")

    learning_rate: Positive | None = None
    batch_size: Annotated[Integer, Field(ge=1)] | None = None
    epochs: Annotated[Integer, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _free_ones_can_be_kept(self) -> Self:
        require_canonical(self.model_extra or {})
        return self


class Entrypoint(Value):
    """A program of the user."""

    command: Command
    cwd: Folder | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"command": value} if isinstance(value, str | list) else value


class Training(Value):
    """What is run, and how."""

    recipe: ShortText | None = None
    entrypoint: Entrypoint | None = None
    dataset: DatasetReference | None = None
    compute: Compute = Compute()
    hyperparams: Hyperparams = Hyperparams()
    seed: Annotated[Integer, Field(ge=0)] | None = None
    timeout: Duration | None = None
    retries: Retries = RetryPolicy(max_attempts=1)


class Registration(Value):
    """Where the trained model is registered."""

    model: ShortText
    alias: ShortText | None = None


class RunConfig(Value):
    """A config, version 1 of its schema."""

    name: Name
    description: Description = ""
    owner: Annotated[Text, StringConstraints(max_length=255)] | None = None
    experiment: ExperimentReference | None = None
    tags: TagList = Field(default_factory=dict)
    training: Training
    registration: Registration | None = Field(None, alias="register")
    environment: Environment = Environment()


class RunRequest(Value):
    """A run to start: `content` in `language`, or a `recipe`, a `command` or an `argv` with what belongs to it."""

    language: Language = "yaml"
    content: Text | None = None
    """A config as text."""
    experiment: ExperimentReference | None = None
    """Name or id; a name that is new makes an experiment. None: what the config says, else the default one."""
    name: Name | None = None
    """None: what the config says, else the name of the program."""
    recipe: ShortText | None = None
    command: Command | None = None
    argv: Annotated[tuple[Argument, ...], Field(min_length=1, max_length=10_000)] | None = None
    """A program and its arguments; the same as a list in `command`."""
    cwd: Folder | None = None
    environment: Environment = Environment()
    hyperparams: Hyperparams = Hyperparams()
    seed: Annotated[Integer, Field(ge=0)] | None = None
    tags: TagList = Field(default_factory=dict)
    resources: Resources = Resources()
    executor: ExecutorName = "local"
    priority: Annotated[Integer, Field(ge=-1000, le=1000)] = 0
    timeout_s: Annotated[Number, Field(gt=0, le=31_536_000)] | None = None
    retries: Retries = RetryPolicy(max_attempts=1)


class RunPlan(Value):
    """What a request comes to."""

    definition: JobDefinition
    experiment: str | None
    """Name or id; None: the default one."""
