"""A fleet of instances in a data folder, made by the service's own verbs before a server starts on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import InstanceIn
from infrastudio.contexts.projects import service as projects
from infrastudio.server import wiring
from infrastudio.server.settings import load_settings
from infrastudio.stores.db import Database

UNIT: Final = 1000
"""Instances in one unit of work."""


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """Open the database of a data folder, made and migrated if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    db = wiring.open_database(load_settings({"data": folder}, environment={}, working_directory=folder).settings)
    try:
        with db.begin(SINGLE_USER) as uow:
            projects.ensure_default(uow)
        yield db
    finally:
        db.close()


def fill(db: Database, count: int) -> None:
    """Create `count` instances, `UNIT` in a unit of work."""
    for start in range(0, count, UNIT):
        with db.begin(SINGLE_USER.because("a benchmark")) as uow:
            for number in range(start, min(start + UNIT, count)):
                service.create(uow, instance(number))


def instance(number: int) -> InstanceIn:
    """Return the instance of this number: names differ, the rest repeats as in a real fleet."""
    return InstanceIn(
        name=f"chat-{number:06d}", model_name=f"llama-3-{number % 7}b", cluster_name=f"gpu-eu-{number % 11}",
        image_tag=f"vllm-0.11.{number % 5}", replicas=1 + number % 8, description=f"Answers team {number % 40}",
    )  # fmt: skip
