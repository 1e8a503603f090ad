"""What stands beside a list of runs: which columns there are, and runs by what they have in common."""

from __future__ import annotations

from typing import Literal

from infrastudio.contexts.tracking.schemas.runs import WireNumber
from infrastudio.kernel.pages import Page
from infrastudio.kernel.versioned import Value

ColumnKind = Literal["metric", "param", "tag"]


class RunColumn(Value):
    """A key that some runs have."""

    column: str
    """As `columns`, `sort` and `filter` of a list take it, with the quotes that it needs."""
    kind: ColumnKind
    key: str


class RunColumnPage(Page[RunColumn]):
    """Columns that runs have: metrics, then params, then tags, each by key. `total` counts those found so far."""


class GroupMetric(Value):
    """The latest values of a metric in a group of runs: of those that are finite numbers, null where there are none."""

    count: int
    mean: WireNumber | None
    sd: WireNumber | None
    """Standard deviation of the sample, with n - 1; null for fewer than two values."""
    min: WireNumber | None
    max: WireNumber | None


class RunGroup(Value):
    """Runs that have the same values."""

    values: list[str | int | None]
    """In the order of `by`; null: they have none."""
    runs: int
    filter: str | None
    """Lists the runs of the group; null where the grammar cannot say it, for a value with both kinds of quotes."""
    metrics: dict[str, GroupMetric]


class RunGroupPage(Page[RunGroup]):
    """Groups of runs, those with the most runs first."""

    by: list[str]
