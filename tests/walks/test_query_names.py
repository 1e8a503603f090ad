"""A query name that a route does not know is never passed over: refused by name, or named as ignored."""

from __future__ import annotations

from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import ask
from walks.operations import Operation, operations
from walks.world import populate

NAMES = ("limti", "as_off", "Limit")
LENIENT = ("/api/instances", "/api/history")
"""By contract, existing clients may send what they like there."""


async def test_every_route_refuses_a_query_name_that_it_does_not_know(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "names", mark="godwit", value=3.5)
    before, taken = world.events(studio), list[str]()
    for operation in strict(studio):
        for name in NAMES:
            answer = await ask(app, operation.question(world.ids, more={name: "1"}))
            if answer.status != 422 or answer.json["error"]["details"]["problems"][0]["path"] != name:
                taken.append(f"{operation.name}?{name}: {answer.status} {answer.text[-150:]}")
    assert not taken, "\n".join(taken)
    assert world.events(studio) == before


async def test_every_route_knows_the_query_names_of_its_document(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "known", mark="whimbrel", value=3.5)
    refused = list[str]()
    for operation in strict(studio):
        for name in operation.query if operation.is_read else ():
            answer = await ask(app, operation.question(world.ids, more={name: ""}))
            if "is not a parameter" in answer.text:
                refused.append(f"{operation.name}?{name}: {answer.text[-150:]}")
    assert not refused, "\n".join(refused)


async def test_every_list_refuses_columns_fields_and_orders_that_it_does_not_know(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "columns", mark="turnstone", value=3.5)
    taken, asked = list[str](), 0
    for operation in strict(studio):
        for name, value in {"columns": "plumage", "sort": "plumage", "filter": "plumage = 'grey'"}.items():
            if name in operation.query:
                asked += 1
                answer = await ask(app, operation.question(world.ids, more={name: value}))
                if answer.status != 422 or answer.json["error"]["details"]["problems"][0]["path"] != name:
                    taken.append(f"{operation.name}?{name}: {answer.status} {answer.text[-150:]}")
    assert taken == []
    assert asked >= 20


async def test_instances_ignore_what_they_do_not_know_and_name_it(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "lenient", mark="sanderling", value=3.5)
    found = {each.name: each for each in operations(studio) if each.path.startswith(LENIENT)}
    for name in ("GET /api/instances", "GET /api/instances/{id}", "PUT /api/instances/{id}"):
        answer = await ask(app, found[name].question(world.ids, more={"limti": "1", "x%0d\u00e9": "2"}))
        assert (answer.status, answer.headers["x-ignored-fields"]) == (200, "limti")


def strict(studio: Studio) -> list[Operation]:
    """Return the operations that want to know every name; those without a right are for machines in front of us."""
    found = [each for each in operations(studio) if each.right is not None and not each.path.startswith(LENIENT)]
    assert len(found) > 40
    return found
