"""As of now every read answers what it answers live, or refuses to look back; nothing is written to the past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import ask
from walks.operations import Operation, operations
from walks.world import populate

QUESTION = {"next_cursor", "prev_cursor", "upto", "from", "to", "seq", "head", "at", "as_of"}
"""Fields that tell of the question: where it was cut, and up to which number it looked."""
COUNTED = {"artifact_count"}
"""Fields that are counted live only, null as of a moment."""


async def test_as_of_now_is_what_is_live_or_refused(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "default", mark="curlew", value=2.5)
    problems: list[str] = []
    answered = 0
    for operation in operations(studio):
        if not operation.is_read or operation.right is None:
            continue
        problem = await compared(app, operation, world.ids)
        answered += problem is None
        problems += [problem] if problem else []
    assert not problems, "\n".join(problems)
    assert answered > 20


NOW_ONLY = {"/api/search", "/api/projects/{slug}/space"}
"""Lists of what is only derived: search finds what there is, and space is used now."""


async def test_every_list_answers_as_of_a_moment(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "default", mark="egret", value=2.5)
    lists = [one for one in operations(studio) if one.is_read and one.right is not None and "limit" in one.query]
    refused = list[str]()
    for operation in lists:
        answer = await ask(app, operation.question(world.ids, more={"as_of": "now"}))
        if answer.status != 200 and operation.path not in NOW_ONLY:
            refused.append(f"{operation.name}: {answer.status} {answer.text[-200:]}")
    assert not refused, "\n".join(refused)
    assert len(lists) > 15


async def test_a_write_into_the_past_is_refused_by_every_route(studio: Studio) -> None:
    app = create_app(studio)
    world = await populate(app, studio, "past", mark="dunlin", value=2.5)
    before, taken = world.events(studio), list[str]()
    for operation in operations(studio):
        if not operation.is_read:
            answer = await ask(app, operation.question(world.ids, more={"as_of": "now"}))
            if answer.status != 422:
                taken.append(f"{operation.name}: {answer.status} {answer.text[-150:]}")
    assert not taken, "\n".join(taken)
    assert world.events(studio) == before


async def compared(app: ASGIApp, operation: Operation, ids: Mapping[str, str]) -> str | None:
    """Return how the answer as of now differs from the live one; empty when it is refused, None when it is equal."""
    live = await ask(app, operation.question(ids))
    past = await ask(app, operation.question(ids, more={"as_of": "now"}))
    if past.status == 422:
        return ""
    if live.status != past.status:
        return f"{operation.name}: live {live.status}, as of now {past.status} {past.text[-300:]}"
    if live.status == 200 and "x-as-of-seq" not in past.headers:
        return f"{operation.name}: as_of was passed over: no X-As-Of-Seq"
    if operation.path.endswith("{path}"):
        return None if live.body == past.body else f"{operation.name}: another file"
    was, now = ledgered(live.json), ledgered(past.json)
    return (
        None if was == now else f"{operation.name}:\n  live {json.dumps(was)[:1500]}\n  past {json.dumps(now)[:1500]}"
    )


def ledgered(value: Any) -> Any:
    """Return an answer without what tells of the question."""
    if isinstance(value, dict):
        return {name: ledgered(part) for name, part in value.items() if name not in QUESTION | COUNTED}
    return [ledgered(part) for part in value] if isinstance(value, list) else value
