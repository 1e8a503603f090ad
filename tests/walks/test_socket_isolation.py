"""A socket and the gateway tell nobody of another project: the topics and addresses that have no route in OpenAPI."""

from __future__ import annotations

import asyncio
import functools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed

from contexts.realtime.served import DEADLINE_S, Message, Socket, eventually
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service as instances
from infrastudio.contexts.instances.schemas import InstanceUpdate
from infrastudio.server import wiring
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import ask_server
from walks.world import World, populate_by, token_for

LOOPS = ("ledger feed", "callers", "routing", "sockets")
"""What sockets and the gateway live on; nothing is trained or started here."""
NOT_FOUND = 4404


@dataclass(frozen=True)
class Served:
    """A running server with both projects in it, and a token for the first one only."""

    studio: Studio
    address: str
    home: World
    other: World
    token: str


@pytest.fixture(scope="module")
def served(studio: Studio) -> Iterator[Served]:
    """Serve both projects on a free port."""
    studio.loops = {name: loop for name, loop in studio.loops.items() if name in LOOPS}
    assert set(studio.loops) == set(LOOPS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(studio), http=wiring.http_protocol(studio), ws="websockets-sansio", loop="uvloop",
            lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=5,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            eventually(lambda: server.started)
            home, other = asyncio.run(two_worlds(studio, address))
            yield Served(studio, address, home, other, token_for(studio, "default", "operator"))
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


async def two_worlds(studio: Studio, address: str) -> tuple[World, World]:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        asker = functools.partial(ask_server, http)
        home = await populate_by(asker, studio, "default", mark="plover", value=31337.5)
        return home, await populate_by(asker, studio, "hidden", mark="wallaby", value=48613.0625)


def test_no_topic_of_the_app_socket_tells_of_another_project(served: Served) -> None:
    ids = served.other.ids
    topics = (f"run/{ids['run']}", f"deployment/{ids['deployment']}", f"presence/run/{ids['run']}", "operations")
    with Socket(f"ws://{served.address}/ws", token=served.token) as stranger:
        stranger.say("subscribe", topic="ledger", since=0, filter={"project": "*"})
        stranger.say("subscribe", topic="ledger", since=0, filter={"project": "hidden"})
        stranger.say("subscribe", topic="ledger", since=0, filter={"project": "*", "id": ids["run"]})
        for topic in topics:
            stranger.say("subscribe", topic=topic, since=0)
        stranger.say("presence", place=f"run/{ids['run']}")
        stranger.say("subscribe", topic="ledger", filter={"project": "*"})
        stranger.say("subscribe", topic=(own := f"run/{served.home.ids['run']}"), since=0)
        said = all_until(stranger, lambda message: own in message.get("upto", ()))  # all that was said is done
        with Socket(f"ws://{served.address}/ws") as somebody:
            somebody.say("presence", place=f"run/{ids['run']}", detail="wallaby")
            change(served, ids["instance"], "wallaby again")
            change(served, served.home.ids["instance"], "the last word")
            said += all_until(stranger, has("the last word"))
    secrets = served.other.secrets(served.studio) - {ids["run"], ids["deployment"]}
    assert [frame for frame in said if any(secret in frame for secret in secrets)] == []
    named = [frame for frame in said if ids["run"] in frame or ids["deployment"] in frame]
    assert all(json.loads(frame)["type"] == "error" for frame in named), named
    assert sum(json.loads(frame)["type"] == "error" for frame in said) >= 4


def test_whoever_may_read_the_project_is_told_by_the_same_topics(served: Served) -> None:
    """Else the walk above would prove nothing."""
    with Socket(f"ws://{served.address}/ws") as somebody:
        somebody.say("subscribe", topic="ledger", since=0, filter={"project": "hidden"})
        change(served, served.other.ids["instance"], "wallaby once more")
        assert any("wallaby" in frame for frame in all_until(somebody, has("wallaby once more")))


def test_the_socket_of_a_run_of_another_project_is_closed_as_unknown(served: Served) -> None:
    codes = {}
    for name, world in (("home", served.home), ("other", served.other)):
        with Socket(f"ws://{served.address}/ws/runs/{world.ids['run']}?since=0", token=served.token) as reader:
            codes[name] = first_words(reader)
    assert "plover" in codes["home"]
    assert codes["other"] == str(NOT_FOUND)


def test_no_address_of_the_gateway_tells_of_a_deployment_of_another_project(served: Served) -> None:
    deployment = served.other.ids["alias"]
    named, own = f"/serve/hidden/{deployment}", f"/v2/models/{deployment}"
    paths = {
        "GET": [own, f"{own}/ready", f"{own}/versions/1", f"{named}/v2", f"{named}/v2{own.removeprefix('/v2')}"],
        "POST": [
            f"{own}/infer",
            f"{own}/versions/1/infer",
            f"{named}/v2/models/{deployment}/infer",
            f"{named}/invocations",
        ],
    }
    bearer = {"authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=f"http://{served.address}") as http:
        eventually(lambda: http.post(f"{named}/v2/models/{deployment}/infer", json={}).status_code == 503)
        for method, addresses in paths.items():
            for path in addresses:
                for headers in (bearer, bearer | {"x-studio-project": "hidden"}):
                    answer = http.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)
                    assert answer.status_code == 404, (method, path, headers, answer.text)
                    assert set(answer.json()) == {"error"}
        by_name = http.post("/invocations", headers=bearer | {"x-studio-deployment": deployment}, content=b"{}")
        assert by_name.status_code == 404


def change(served: Served, instance: str, description: str) -> None:
    """Write something that sockets tell of."""
    with served.studio.db.begin(SINGLE_USER) as uow:
        instances.update(uow, int(instance), InstanceUpdate(description=description))


def all_until(reader: Socket, is_last: Callable[[Message], bool]) -> list[str]:
    """Return all messages up to the first that `is_last` is true of."""
    until = time.monotonic() + DEADLINE_S
    said: list[str] = []
    while True:
        message = reader.message(max(0.0, until - time.monotonic()))
        said.append(json.dumps(message))
        if is_last(message):
            return said


def has(word: str) -> Callable[[Message], bool]:
    """Return the question whether a message has this word in it."""
    return lambda message: word in json.dumps(message)


def first_words(reader: Socket) -> str:
    """Return what a socket says first, until it names the project's word; or the code with which it is closed."""
    said = ""
    try:
        while "plover" not in said:
            said += json.dumps(reader.message())
    except ConnectionClosed as closed:
        return str(closed.rcvd.code if closed.rcvd else None)
    return said
