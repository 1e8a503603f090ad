"""Projects as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Description, Integer, Name, Slug
from infrastudio.kernel.versioned import Time, Value, Versioned

RetentionDays = Annotated[Integer, Field(ge=1, le=36_500)] | None
"""For how many days something is kept after it was received; null: for ever."""


class ProjectIn(Value):
    """What is asked for when a project is made; the slug never changes afterwards."""

    slug: Slug
    name: Name
    description: Description = ""


class ProjectUpdate(Value):
    """Any subset of a project's fields that can change."""

    name: Name = "unnamed"
    description: Description = ""
    metric_retention_days: RetentionDays = None
    log_retention_days: RetentionDays = None

    def provided(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class Project(Versioned):
    """A project."""

    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    slug: str
    name: str
    description: str
    metric_retention_days: RetentionDays = None
    log_retention_days: RetentionDays = None
    created_at: Time
    updated_at: Time


class ProjectPage(Page[Project]):
    """A page of projects."""
