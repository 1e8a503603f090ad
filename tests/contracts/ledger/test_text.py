"""Two hundred difficult texts answer alike on every database."""

from __future__ import annotations

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import history
from make import an_instance
from unicode_edge_cases import UNSTORABLE, unicode_edge_cases


def test_names_come_back_and_are_told_apart_by_every_letter(db: Database) -> None:
    names = unicode_edge_cases()
    with db.begin(SINGLE_USER.because("why: " + names[40])) as uow:
        made = [service.create(uow, an_instance(name=name, description=name)) for name in names]
    with db.snapshot(SINGLE_USER) as snapshot:
        kept = [queries.instance(snapshot, instance.id) for instance in made]
        reasons = {entry.reason for entry in history(snapshot, "instance", str(made[0].id))}
    assert [instance.name for instance in kept] == [instance.description for instance in kept] == names
    assert reasons == {"why: " + names[40]}


def test_partial_search_finds_what_python_finds(db: Database) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        names = [item.name for item in queries.instances(snapshot, InstanceFilter(), limit=1000).items]
        for part in unicode_edge_cases():
            found = queries.instances(snapshot, InstanceFilter(name=part), limit=1000).items
            assert [item.name for item in found] == [name for name in names if part.casefold() in name.casefold()], part


def test_order_by_name_is_that_of_the_code_points(db: Database) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        found = queries.instances(snapshot, InstanceFilter(), sort="name", limit=1000).items
    names = [item.name for item in found]
    assert names == sorted(names)


@pytest.mark.parametrize("text", UNSTORABLE, ids=ascii)
async def test_what_no_database_keeps_is_refused_everywhere(client: httpx.AsyncClient, text: str) -> None:
    escaped = '"' + text.encode("unicode_escape").decode().replace("\\x00", "\\u0000").replace("\\U0001f600", "x") + '"'
    body = f'{{"name":{escaped},"model_name":"m","cluster_name":"c","image_tag":"i"}}'
    answers = [await client.post("/api/instances", content=body, headers={"content-type": "application/json"})]
    if "\0" in text:
        answers.append(await client.get("/api/instances", params={"name": text}))
        answers.append(await client.get("/api/instances", params={"project": text}))
        answers.append(await client.post("/api/instances", json={}, headers={"x-studio-reason": "%00"}))
    assert [answer.status_code in (400, 422) for answer in answers] == [True] * len(answers)
