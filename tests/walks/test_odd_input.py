"""Whatever is sent, nothing breaks: no 500, and each refusal in the words of the protocol that was asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode

import pytest
from starlette.types import ASGIApp

from conftest import studio_on
from infrastudio.protocols.mlflow.table import path_parameters
from infrastudio.server import wiring
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import JSON_BODY, Answer, Question, ask
from walks.mlflow_rows import Call, calls
from walks.operations import Operation, operations
from walks.world import World, populate

DEEP = 5000
FOREIGN = ("/api/2.0/", "/api/3.0/", "/ajax-api/", "/get-artifact", "/model-versions/")
HUGE = 100_000_000
PART = bytes(1_000_000)

UNSTORABLE = {"NUL": "a%00b"}
"""Percent-encoded; must be refused wherever it stands."""
ODD = UNSTORABLE | {"surrogate": "%ED%A0%80", "20 digits": "9" * 20}
"""Percent-encoded texts that databases disagree about."""
ODDER = {"1e400": "1e400", "NaN": "NaN", "empty": "", "deep": "%5B" * DEEP}
"""Those that no database ever sees."""
ODD_PATHS = {"not UTF-8": "%FF%FE", "dots": "..%2F..", "backslash": "..%5C.."}

UNSTORABLE_JSON = {"NUL": r'"\u0000"', "lone surrogate": r'"\ud800"'}
ODD_JSON = UNSTORABLE_JSON | {"1e400": "1e400", "20 digits": "9" * 20, "NaN": "NaN"}
ODDER_JSON = {
    "infinity": "-Infinity", "true": "true", "null": "null", "empty text": '""', "list of null": "[null]",
    "object": '{"a": "\\ud800"}', "deep": "[" * DEEP + "]" * DEEP,
}  # fmt: skip
BODIES = {
    "nothing": b"", "NUL": b"\0", "null": b"null", "list": b"[]", "text": b'"x"', "number": b"1e400", "NaN": b"NaN",
    "half": b"{", "not UTF-8": b'{"name": "\xff\xfe"}', "UTF-16": "{}".encode("utf-16"), "deep": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP, "twice": b"{}{}",
}  # fmt: skip
SHARED_HEADERS = {
    "x-studio-project": ("", "x y", "no-such-project", "*"),
    "x-studio-reason": ("%00", "%ED%A0%80", "%", "x" * 5000),
    "x-mlflow-workspace": ("no-such-project", "\u00e9"),
    "x-request-id": ("x y", "x" * 500),
    "traceparent": ("00-zz",),
    "authorization": ("Basic \u00e9", "Bearer \u00e9", "Basic AAAA", "x"),
    "host": ("", "[", "127.0.0.1:x"),
    "origin": ("null", "http://["),
}
"""Read for all routes by the same code: two of them show it."""
OWN_HEADERS = {
    "if-match": ("x", '"' + "9" * 22 + '"', '"\u00e9"'),
    "if-none-match": ('"' + "9" * 30 + '"',),
    "idempotency-key": ("", "x" * 256, "\u00e9"),
    "content-type": ("", "text/plain", "application/json; charset=utf-16"),
    "range": ("bytes=9-1", "bytes=99999999999999999999-", "lines=1-2"),
}


@dataclass
class Walk:
    """Asks, and notes what broke."""

    app: ASGIApp
    ids: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    async def ask(self, question: Question, what: str, *, refused: bool = False, status: int | None = None) -> Answer:
        """Ask with something odd in it, which `what` names."""
        answer = await ask(self.app, question)
        if answer.status >= 500 and answer.status != 501 and not is_their_500(answer):
            self.note(question, answer, what, "failed")
        elif answer.status >= 400 and not is_refusal(question, answer):
            self.note(question, answer, what, "is not refused in the protocol's words")
        elif refused and answer.status < 400:
            self.note(question, answer, what, "was taken")
        elif status is not None and answer.status != status:
            self.note(question, answer, what, f"is not {status}")
        return answer

    def note(self, question: Question, answer: Answer, what: str, why: str) -> None:
        """Remember a problem."""
        self.problems.append(f"{question.name[:160]} with {what} {why}: {answer.status} {answer.text[-200:]}")


@pytest.fixture
async def walk(studio: Studio) -> Walk:
    """Somebody who may do everything, in a project with one of everything."""
    app = create_app(studio)
    slug = f"odd-{len(PLAYED)}"
    PLAYED.append(slug)
    world: World = await populate(app, studio, slug, mark=f"heron{len(PLAYED)}", value=1.5)
    return Walk(app, world.ids)


PLAYED: list[str] = []


async def test_odd_texts_in_addresses_and_headers_break_no_route(studio: Studio, walk: Walk) -> None:
    for operation in in_order(operations(studio)):
        for question, what, refused in odd_addresses(operation, walk.ids, studio.settings.uses_sqlite):
            await walk.ask(question, what, refused=refused)
        asked = operation.question(walk.ids)
        for name, value in pairs(OWN_HEADERS) if studio.settings.uses_sqlite or not operation.is_read else ():
            await walk.ask(replace(asked, headers={**asked.headers, name: value}), f"{name}: {value[:40]}")
    assert not walk.problems, "\n".join(walk.problems[:60])


async def test_odd_headers_that_all_routes_read_break_nothing(walk: Walk) -> None:
    create = Question("POST", "/api/experiments", headers=JSON_BODY, body=b'{"name": "x"}')
    search = Question("POST", "/api/2.0/mlflow/experiments/search", headers=JSON_BODY, body=b'{"max_results": 1}')
    for asked in (Question("GET", "/health"), Question("GET", "/api/runs"), create, search):
        for name, value in pairs(SHARED_HEADERS):
            await walk.ask(replace(asked, headers={**asked.headers, name: value}), f"{name}: {value[:40]}")
    assert not walk.problems, "\n".join(walk.problems[:60])


async def test_odd_bodies_break_no_route(studio: Studio, walk: Walk) -> None:
    for operation in operations(studio):
        if operation.body is None:
            continue
        path = operation.address(walk.ids)
        for name, text, refused in odd_fields(studio.settings.uses_sqlite):
            for each in operation.fields:
                body = field_replaced(json.loads(operation.content(walk.ids)[1]), each, text)
                await walk.ask(
                    Question(operation.method, path, "", JSON_BODY, body), f"{each}: {name}", refused=refused
                )
        if studio.settings.uses_sqlite:
            for name, content in BODIES.items():
                await walk.ask(Question(operation.method, path, "", JSON_BODY, content), f"body: {name}")
    assert not walk.problems, "\n".join(walk.problems[:60])


async def test_odd_requests_break_no_mlflow_row(studio: Studio, walk: Walk) -> None:
    for call in in_order(calls()):
        for question, what in odd_calls(call, walk.ids, studio.settings.uses_sqlite):
            await walk.ask(question, what)
    assert not walk.problems, "\n".join(walk.problems[:60])


async def test_a_body_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """No database ever sees it, so one of them is enough."""
    with studio_on(tmp_path) as studio:
        app = create_app(studio)
        world = await populate(app, studio, "default", mark="heron", value=1.5)
        await send_huge_bodies(studio, Walk(app, world.ids))


async def send_huge_bodies(studio: Studio, walk: Walk) -> None:
    limits = wiring.upload_limits()
    native = [each for each in operations(studio) if each.body is not None]
    foreign = [each for each in calls() if each.method != "GET" and not each.row.is_stream and each.row.fields]
    for question in [*(each.question(walk.ids) for each in native), *(each.question(walk.ids) for each in foreign)]:
        status = 400 if question.path.startswith(FOREIGN) else 413
        announced = {**question.headers, "content-length": str(HUGE)}
        told = await walk.ask(replace(question, headers=announced, body=huge()), "100 MB", status=status)
        streamed = await walk.ask(replace(question, body=huge()), "100 MB without a length", status=status)
        limit = limits.get(question.path, studio.settings.max_body_bytes)
        if told.consumed or streamed.consumed > limit + len(PART):
            walk.note(question, streamed, "100 MB", f"read {told.consumed} and {streamed.consumed} bytes")
    assert not walk.problems, "\n".join(walk.problems[:60])


def is_refusal(question: Question, answer: Answer) -> bool:
    """Is this a refusal as the protocol of the address tells it?"""
    told = answer.json
    if not isinstance(told, dict):
        return answer.status in (404, 405) and answer.headers["content-type"].startswith("text/plain")
    if "error" in told:
        error = told["error"]
        names = {"type", "message", "details", "request_id", "timestamp"}
        is_foreign = question.path.startswith(FOREIGN)
        return not is_foreign and set(error) == names and isinstance(error["details"], dict)
    return {"error_code", "message"} <= set(told)


def is_their_500(answer: Answer) -> bool:
    """Does the MLflow protocol answer so by definition?"""
    return isinstance(answer.json, dict) and answer.json.get("error_code") == "INVALID_STATE"


Asked = TypeVar("Asked", Operation, Call)


def in_order(found: Sequence[Asked]) -> list[Asked]:
    """Return reads first and deletions last, so that there is something to ask about."""
    return sorted(found, key=lambda each: (not each.is_read, each.method == "DELETE"))


def odd_addresses(operation: Operation, ids: Mapping[str, str], is_first: bool) -> Iterator[tuple[Question, str, bool]]:
    """Yield requests with an odd text in the path or the query, what it is, and must it be refused?"""
    headers, body = operation.content(ids)
    query = operation.query_of(ids)
    texts = ODD | ODDER if is_first else ODD
    for what, text in (texts | ODD_PATHS).items():
        for name in operation.parameters:
            path = operation.address(ids, instead={name: text or "%20"})
            question = Question(operation.method, path, query, headers, body)
            yield question, f"{name}: {what}", what in UNSTORABLE
    for what, text in texts.items():
        for name in operation.query:
            path = operation.address(ids)
            asked = f"{query}&{name}={text}" if name not in operation.required else f"{name}={text}"
            yield Question(operation.method, path, asked, headers, body), f"{name}: {what}", what in UNSTORABLE


def pairs(headers: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield each name with each of its values."""
    yield from ((name, value) for name, values in headers.items() for value in values)


def odd_fields(is_first: bool) -> Iterator[tuple[str, str, bool]]:
    for name, text in (ODD_JSON | ODDER_JSON if is_first else ODD_JSON).items():
        yield name, text, name in UNSTORABLE_JSON


def field_replaced(body: Mapping[str, object], name: str, text: str) -> bytes:
    """Return a body as JSON, with `text` as it stands in the place of one field."""
    others = [f"{json.dumps(each)}: {json.dumps(value)}" for each, value in body.items() if each != name]
    return ("{" + ", ".join([*others, f"{json.dumps(name)}: {text}"]) + "}").encode()


def odd_calls(call: Call, ids: Mapping[str, str], is_first: bool) -> Iterator[tuple[Question, str]]:
    """Yield requests to a row with something odd in its path, its query, its body or its headers."""
    valid = call.question(ids)
    texts = ODD | ODDER if is_first else ODD
    for name in path_parameters(call.row):
        for what, text in (texts | ODD_PATHS).items():
            yield replace(valid, path=call.address(ids, instead={name: text or "%20"})), f"{name}: {what}"
    arguments = call.arguments(ids)
    for each in call.row.fields:
        if call.takes_query:
            for what, text in texts.items():
                others = urlencode({n: v for n, v in arguments.items() if n != each.name and v is not None}, doseq=True)
                yield replace(valid, query=f"{others}&{quote(each.name)}={text}"), f"{each.name}: {what}"
        else:
            for what, text, _ in odd_fields(is_first):
                yield replace(valid, body=field_replaced(arguments, each.name, text)), f"{each.name}: {what}"
    if is_first and not call.takes_query:
        for what, body in BODIES.items():
            yield replace(valid, body=body), f"body: {what}"
    for name, value in pairs({name: OWN_HEADERS[name] for name in ("content-type", "range")}) if is_first else ():
        yield replace(valid, headers={**valid.headers, name: value}), f"{name}: {value[:40]}"


def huge() -> Iterator[bytes]:
    """Yield 100 MB in parts."""
    for _ in range(HUGE // len(PART)):
        yield PART
