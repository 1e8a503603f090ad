"""Things to test with; a test says only what it is about."""

from __future__ import annotations

import itertools
from typing import Any

from infrastudio.contexts.instances.schemas import InstanceIn
from infrastudio.contexts.training.schemas import JobDefinition, RunPlan

_numbers = itertools.count(1)


def an_instance(**fields: Any) -> InstanceIn:
    """A valid new instance, with a new name each time."""
    values = {"name": f"chat-{next(_numbers)}", "model_name": "llama", "cluster_name": "gpu-1", "image_tag": "v1"}
    return InstanceIn.model_validate(values | fields)


def a_run_plan(*, experiment: str | None = None, **fields: Any) -> RunPlan:
    """A run of a program, with a new name each time."""
    values = {"name": f"train-{next(_numbers)}", "argv": ["train"]}
    return RunPlan(definition=JobDefinition.model_validate(values | fields), experiment=experiment)
