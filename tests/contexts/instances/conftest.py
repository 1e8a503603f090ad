"""What the suites of instances share."""

from __future__ import annotations

import itertools

import httpx
import pytest

from contexts.instances.fleet import Fleet
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.server.wiring import Studio

_numbers = itertools.count(1)


@pytest.fixture
async def fleet(studio: Studio, client: httpx.AsyncClient) -> Fleet:
    """An empty project of this test's own, and somebody who works in it over HTTP."""
    slug = f"fleet-{next(_numbers)}"
    with studio.db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug=slug, name=slug))
    client.headers["X-Studio-Project"] = slug
    return Fleet(client, slug)
