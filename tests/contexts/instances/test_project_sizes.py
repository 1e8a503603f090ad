"""A list is the same whether its project is looked up among all instances or all are looked through."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.stores.db import Database
from make import an_instance

SIZES = {"large": 40, "small": 4}
"""One has nearly all instances, the other less than a fourth."""
FILTERS: tuple[dict[str, Any], ...] = (
    {"q": "eu-1"}, {"q": "EU"}, {"q": "nothing"}, {"name": "box 1"}, {"q": "eu", "status": "error"}
)  # fmt: skip


@pytest.fixture(scope="module")
def made(db: Database) -> dict[str, list[dict[str, Any]]]:
    """The instances of both projects, by id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for project, count in SIZES.items():
        with db.begin(SINGLE_USER) as uow:
            projects.create(uow, ProjectIn(slug=project, name=project))
        with db.begin(SINGLE_USER) as uow:
            for number in range(count):
                fields: dict[str, Any] = {"cluster_name": f"eu-{number % 3}", "status": ("active", "error")[number % 2]}
                fields |= {"replicas": 1 + number * 7 % 5}
                one = service.create(uow, an_instance(name=f"Box {number}", **fields), project=project)
                found.setdefault(project, []).append(one.model_dump())
    return found


@pytest.mark.parametrize("project", SIZES)
@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("sort", ["id", "name", "replicas", "updated_at"])
def test_a_page_has_those_that_match_in_order(
    db: Database, made: dict[str, list[dict[str, Any]]], project: str, wanted: dict[str, Any], sort: str
) -> None:
    matching = [one for one in made[project] if _matches(one, **wanted)]
    matching.sort(key=lambda one: (one[sort], one["id"]))
    with db.snapshot(SINGLE_USER) as snapshot:
        page = queries.page(snapshot, InstanceFilter(**wanted), project=project, sort=sort, skip=1, limit=3)
    assert [item["id"] for item in orjson.loads(page.body)] == [one["id"] for one in matching[1:4]]
    assert page.total == len(matching)


def _matches(one: dict[str, Any], q: str = "", name: str = "", status: str = "") -> bool:
    texts = [one[field].casefold() for field in ("name", "model_name", "cluster_name", "image_tag", "description")]
    is_told = any(q.casefold() in text for text in texts)
    return is_told and name.casefold() in texts[0] and status in ("", one["status"])
