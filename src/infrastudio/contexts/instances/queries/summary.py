"""The fleet in numbers, live and as of a moment."""

from __future__ import annotations

from collections import Counter
from typing import Final, get_args

from sqlalchemy import func, select

from infrastudio.contexts.instances.queries.columns import live, past
from infrastudio.contexts.instances.queries.instances import select_matching
from infrastudio.contexts.instances.schemas import FleetSummary, InstanceFilter, InstanceStatus, NamedCount, Priority
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

GROUPED: Final = ("status", "priority", "cluster_name", "model_name")
MAX_NAMES: Final = 20


def summary(
    snapshot: Snapshot, wanted: InstanceFilter, *, project: str | None = None, at: Moment | None = None
) -> FleetSummary:
    """Return how many instances of which sort match."""
    column = live if at is None else past
    read = [column(field).label(field) for field in (*GROUPED, "replicas")]
    found = select_matching(snapshot, wanted, project=project, at=at).with_only_columns(*read).subquery()
    groups = [found.c[field] for field in GROUPED]
    counted = select(*groups, func.count().label("count"), func.sum(found.c.replicas).label("sum")).group_by(*groups)
    by_status, by_priority, by_cluster, by_model = (Counter[str]() for _ in groups)
    total, replicas = 0, 0
    for row in snapshot.stream(counted):
        group = row._mapping
        by_status[group["status"]] += group["count"]
        by_priority[group["priority"]] += group["count"]
        by_cluster[group["cluster_name"]] += group["count"]
        by_model[group["model_name"]] += group["count"]
        total += group["count"]
        replicas += int(group["sum"])
    return FleetSummary(
        total=total,
        status={status: by_status[status] for status in get_args(InstanceStatus)},
        priority={priority: by_priority[priority] for priority in get_args(Priority)},
        clusters=_most(by_cluster),
        models=_most(by_model),
        replicas=replicas,
    )


def _most(counts: Counter[str]) -> list[NamedCount]:
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [NamedCount(name=name, count=count) for name, count in found[:MAX_NAMES]]
