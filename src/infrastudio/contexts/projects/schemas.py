"""Projects as clients and the ledger see them."""

from __future__ import annotations

from typing import ClassVar

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Description, Name, Slug
from infrastudio.kernel.versioned import Time, Value, Versioned


class ProjectIn(Value):
    """What is asked for when a project is made; the slug never changes afterwards."""

    slug: Slug
    name: Name
    description: Description = ""


class Project(Versioned):
    """A project."""

    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    slug: str
    name: str
    description: str
    created_at: Time
    updated_at: Time


class ProjectPage(Page[Project]):
    """A page of projects."""
