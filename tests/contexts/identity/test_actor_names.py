"""What those are called who did something."""

from __future__ import annotations

import httpx

from infrastudio.contexts.identity import service
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.schemas import NewToken
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects import service as projects_service
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.server.wiring import Studio


def a_token(studio: Studio, slug: str, name: str, role: Role = "viewer") -> NewToken:
    with studio.db.begin(SINGLE_USER) as uow:
        project_id = projects.id_of(uow, slug)
        assert project_id is not None
        return service.issue_token(uow, project_id=project_id, project=slug, name=name, kind="personal", role=role)


async def names(client: httpx.AsyncClient, *refs: str, by: NewToken | None = None) -> dict[str, str]:
    headers = {"authorization": f"Bearer {by.secret}"} if by else {}
    answer = await client.get("/api/actors", params={"ids": ",".join(refs)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {item["ref"]: item["name"] for item in answer.json()["items"]}


async def test_tokens_have_their_names_and_nobody_else(studio: Studio, client: httpx.AsyncClient) -> None:
    nightly, mina = (a_token(studio, "default", name) for name in ("nightly import", "Mina, her laptop"))
    refs = [f"token:{one.token.id}" for one in (nightly, mina)]
    assert await names(client, *refs, "token:tok_none", "user:local", "controller:jobs", "", "'") == dict(
        zip(refs, ("nightly import", "Mina, her laptop"), strict=True)
    )


async def test_names_are_told_only_in_projects_whose_events_one_reads(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    with studio.db.begin(SINGLE_USER) as uow:
        projects_service.create(uow, ProjectIn(slug="other", name="Other"))
    here, there = a_token(studio, "default", "here"), a_token(studio, "other", "there")
    refs = [f"token:{one.token.id}" for one in (here, there)]
    assert await names(client, *refs, by=here) == {refs[0]: "here"}
    assert await names(client, *refs, by=there) == {refs[1]: "there"}


async def test_too_many_at_once_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/actors", params={"ids": ",".join(f"token:{n}" for n in range(101))})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["problems"][0]["path"] == "ids"
