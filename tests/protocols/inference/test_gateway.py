"""The gateway in front of ASGI, with replicas that answer as each test says."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastudio.contexts.gateway.schemas import VersionRoute
from protocols.inference.harness import (
    INFER,
    TIMEOUT_S,
    Hangup,
    RunningGateway,
    ScriptedReplica,
    a_table,
    request,
    response,
    running_gateway,
    short_folder,
    wait_until,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def replica(folder: Path) -> Iterator[ScriptedReplica]:
    replica = ScriptedReplica(folder / "a")
    yield replica
    replica.stop()


@pytest.fixture
def gateway(replica: ScriptedReplica) -> Iterator[RunningGateway]:
    with running_gateway(a_table(VersionRoute(version=3, addresses=(replica.address,)))) as running:
        yield running


def test_an_inference_request_reaches_the_replica_without_what_is_not_its_business(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    with gateway.client() as client:
        answer = client.ask(
            "POST", "/serve/default/iris/v2/models/iris/infer", b'{"a":1}',
            "authorization: Bearer secret", "cookie: a=b", "x-api-key: k", "connection: keep-alive, x-hop", "x-hop: 1",
            "content-type: application/json", "studio-model-versions: 99",
        )  # fmt: skip
    assert answer.status == 200
    assert answer.headers["x-model-version"] == "3"
    head, _, body = replica.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v2/models/iris/infer HTTP/1.1\r\n")
    assert body == b'{"a":1}'
    assert b"content-type: application/json" in head
    for secret in (b"secret", b"cookie", b"x-api-key", b"x-hop", b"99"):
        assert secret not in head


def test_ids_of_the_client_are_kept_when_well_formed_and_made_otherwise(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with gateway.client() as client:
        kept = client.ask("POST", INFER, b"{}", "x-request-id: abc-123", f"traceparent: {trace}")
        made = client.ask("POST", INFER, b"{}", "x-request-id: no spaces", "traceparent: 00-zz")
    assert (kept.headers["x-request-id"], kept.headers["traceparent"]) == ("abc-123", trace)
    assert re.fullmatch("[0-9a-f]{32}", made.headers["x-request-id"])
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", made.headers["traceparent"])
    assert b"x-request-id: abc-123" in replica.requests[0]
    assert made.headers["traceparent"].encode() in replica.requests[1]


def test_inference_and_app_alternate_on_one_connection(gateway: RunningGateway) -> None:
    with gateway.client() as client:
        for turn in range(6):
            if turn % 2:
                assert client.ask("POST", f"/api/{turn}", b"hello").json == {"app": f"/api/{turn}", "body": "hello"}
            else:
                assert client.ask("POST", INFER, b"{}").headers["x-model-version"] == "3"


def test_pipelined_requests_are_answered_in_order_whoever_answers_them(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    replica.script = lambda connection, sent: connection.sendall(response(body=sent.partition(b"\r\n\r\n")[2]))
    kinds = ["infer", "app", "infer", "infer", "missing", "app", "app", "infer", "missing", "infer"] * 30
    paths = {"infer": INFER, "app": "/app", "missing": "/v2/models/other/infer"}
    burst = b"".join(request("POST", paths[kind], b"%d" % at) for at, kind in enumerate(kinds))
    with gateway.client() as client:
        client.socket.sendall(burst)
        for at, kind in enumerate(kinds):
            answer = client.read()
            if kind == "infer":
                assert answer.body == b"%d" % at
            elif kind == "app":
                assert answer.json == {"app": "/app", "body": str(at)}
            else:
                assert answer.status == 404


def test_thousands_of_answers_behind_a_slow_one_do_not_nest(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    all_sent = threading.Event()

    def late(connection: socket.socket, sent: bytes) -> None:
        assert all_sent.wait(TIMEOUT_S)
        connection.sendall(response())

    replica.script = late
    with gateway.client() as client:
        client.socket.sendall(request("POST", INFER, b"{}") + request("GET", "/v2/health/live") * 3000)
        all_sent.set()
        assert [client.read().status for _ in range(3001)] == [200] * 3001


def test_errors_of_the_gateway_are_clear_and_in_the_words_of_the_protocol(gateway: RunningGateway) -> None:
    with gateway.client() as client:
        assert client.ask("POST", "/v2/models/other/infer").json == {
            "error": "no deployment 'other' in project 'default'"
        }
        assert client.ask("POST", "/v2/models/iris/versions/4/infer").json["error"] == "'iris' does not serve version 4"
        assert client.ask("POST", INFER, b"{}", "x-studio-project: x").status == 404
        refused = client.ask("GET", INFER)
        assert (refused.status, refused.headers["allow"]) == (405, "POST")
        assert client.ask("GET", "/v2/nothing").status == 404
        assert client.ask("GET", "/serve/default/iris/v2/models/another").status == 404
        denied = client.ask("POST", INFER, b"{}", "authorization: Bearer wrong")
        assert (denied.status, denied.headers["www-authenticate"]) == (401, "Bearer")
        assert client.ask("GET", "/servers").json["app"] == "/servers"
        assert client.ask("GET", "/v2x").json["app"] == "/v2x"
        assert client.ask("OPTIONS", INFER).json["app"] == INFER
    with gateway.client() as client:
        client.socket.sendall(b"GET /v2/health/live HTTP/1.1\r\nhost: evil\r\n\r\n")
        assert client.read().status == 403


def test_health_is_open_to_everybody_and_deployments_tell_their_readiness(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    with gateway.client() as client:
        for path in ("/v2/health/live", "/v2/health/ready"):
            assert client.ask("GET", path, b"", "authorization: Bearer wrong").status == 200
        assert client.ask("GET", "/v2").json == {"name": "infrastudio", "version": "0.1", "extensions": []}
        assert client.ask("GET", "/serve/default/iris/v2/health/ready/").status == 200
        assert client.ask("GET", "/v2/models/iris/ready").status == 200
        gateway.serve(a_table(VersionRoute(version=3)))
        assert client.ask("GET", "/v2/health/ready").status == 200
        assert client.ask("GET", "/serve/default/iris/v2/health/live").status == 200
        assert client.ask("GET", "/serve/default/iris/v2/health/ready").status == 503
        assert client.ask("GET", "/v2/models/iris/versions/3/ready").status == 503
    assert replica.requests == []


def test_metadata_tell_all_versions_of_the_deployment(folder: Path, replica: ScriptedReplica) -> None:
    versions = (VersionRoute(version=3, addresses=(replica.address,)), VersionRoute(version=4, weight=0))
    with running_gateway(a_table(*versions)) as gateway, gateway.client() as client:
        assert client.ask("GET", "/v2/models/iris").status == 200
    assert b"studio-model-versions: 3,4\r\n" in replica.requests[0]


def test_traffic_is_split_by_weight_and_a_named_version_bypasses_the_split(folder: Path) -> None:
    old, new = ScriptedReplica(folder / "old"), ScriptedReplica(folder / "new")
    table = a_table(
        VersionRoute(version=1, weight=9, addresses=(old.address,)),
        VersionRoute(version=2, weight=1, addresses=(new.address,)),
        VersionRoute(version=3, weight=0, addresses=(new.address,)),
    )
    with running_gateway(table) as gateway, gateway.client() as client:
        seen = [client.ask("POST", INFER, b"{}").headers["x-model-version"] for _ in range(400)]
        named = client.ask("POST", "/v2/models/iris/versions/3/infer", b"{}")
        measures = gateway.gateway.measures
        assert measures.of("dep_1", 1).requests == seen.count("1")
        assert measures.of("dep_1", 1).latency.quantile(0.99) is not None
    assert set(seen) == {"1", "2"}
    assert 15 <= seen.count("2") <= 75
    assert named.headers["x-model-version"] == "3"


def test_a_new_table_takes_effect_at_once_and_idle_connections_to_the_old_replica_close(
    gateway: RunningGateway, replica: ScriptedReplica, folder: Path
) -> None:
    other = ScriptedReplica(folder / "b")
    with gateway.client() as client:
        client.ask("POST", INFER, b"{}")
        gateway.serve(a_table(VersionRoute(version=4, addresses=(other.address,))))
        assert client.ask("POST", INFER, b"{}").headers["x-model-version"] == "4"
        wait_until(lambda: replica.closed_by_peer == 1)


def test_without_a_ready_replica_the_client_is_told_when_to_come_again(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    gateway.serve(a_table(VersionRoute(version=3)))
    with gateway.client() as client:
        answer = client.ask("POST", INFER, b"{}")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["error"] == "no replica of 'iris' is ready; try again"
        gateway.serve(a_table(VersionRoute(version=3, addresses=("/nowhere", replica.address))))
        assert {client.ask("POST", INFER, b"{}").status for _ in range(20)} == {200}
        gateway.serve(a_table(VersionRoute(version=3, addresses=("/nowhere",))))
        assert client.ask("POST", INFER, b"{}").status == 503


def test_a_connection_that_died_while_idle_costs_nobody_an_error(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    """The replica closes at the moment the next request arrives: before any byte of an answer."""
    answered: list[int] = []

    def close_at_second(connection: socket.socket, sent: bytes) -> None:
        if connection.fileno() in answered:
            raise Hangup
        answered.append(connection.fileno())
        connection.sendall(response())

    replica.script = close_at_second
    with gateway.client() as client:
        assert client.ask("POST", INFER, b"{}").status == 200
        assert client.ask("POST", INFER, b"{}").status in (200, 502)
    assert gateway.gateway.measures.of("dep_1", 3).retries == 1
    assert len(replica.requests) == 3


def test_a_request_that_kills_fresh_connections_is_not_repeated(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    def die(connection: socket.socket, sent: bytes) -> None:
        raise Hangup

    replica.script = die
    with gateway.client() as client:
        answer = client.ask("POST", INFER, b"{}")
    assert answer.status == 502
    assert "try again" in answer.json["error"]
    assert len(replica.requests) == 1


def test_a_replica_that_fails_again_and_again_is_left_alone_for_a_while(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    healthy = replica.script

    def die(connection: socket.socket, sent: bytes) -> None:
        raise Hangup

    replica.script = die
    with gateway.client() as client:
        seen = [client.ask("POST", INFER, b"{}").status for _ in range(10)]
        assert seen == [502] * 5 + [503] * 5
        replica.script = healthy
        wait_until(lambda: client.ask("POST", INFER, b"{}").status == 200)
        assert {client.ask("POST", INFER, b"{}").status for _ in range(5)} == {200}


def test_a_replica_that_does_not_answer_in_time_is_504_and_its_connection_closed(replica: ScriptedReplica) -> None:
    replica.script = lambda connection, sent: None
    table = a_table(VersionRoute(version=3, addresses=(replica.address,)), timeout_s=0.1)
    with running_gateway(table) as gateway, gateway.client() as client:
        answer = client.ask("POST", INFER, b"{}")
        assert (answer.status, answer.json["error"]) == (504, "no answer within 0.1 s")
        wait_until(lambda: replica.closed_by_peer == 1)
        assert client.ask("GET", "/app").status == 200


def test_an_answer_that_breaks_off_is_cut_and_counted(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    def half(connection: socket.socket, sent: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        raise Hangup

    replica.script = half
    with gateway.client() as client:
        client.send("POST", INFER, b"{}")
        received = client.read_to_end()
    assert not received or received.endswith(b"half")
    measures = gateway.gateway.measures.of("dep_1", 3)
    wait_until(lambda: (measures.cut, measures.errors, measures.requests) == (1, 1, 1))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_heads_and_bodies_may_arrive_torn_anywhere(
    gateway: RunningGateway, replica: ScriptedReplica, size: int
) -> None:
    body = json.dumps({"outputs": list(range(200))}).encode()

    def torn(connection: socket.socket, sent: bytes) -> None:
        data = response(body=body)
        for at in range(0, len(data), size):
            connection.sendall(data[at : at + size])

    replica.script = torn
    with gateway.client() as client:
        sent = request("POST", INFER, b'{"inputs": []}')
        for at in range(0, len(sent), size):
            client.socket.sendall(sent[at : at + size])
        assert client.read().body == body


def test_a_stream_is_passed_on_as_it_comes(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    """Each event is sent only after the client has received the one before."""
    with gateway.client() as client:

        def stream(connection: socket.socket, sent: bytes) -> None:
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            )
            for event in (b"data: 1\n\n", b"data: 2\n\n"):
                connection.sendall(b"%x\r\n%b\r\n" % (len(event), event))
                wait_until(lambda event=event: event in received)  # type: ignore[misc]  # bound on purpose
            connection.sendall(b"0\r\n\r\n")

        received: list[bytes] = []
        replica.script = stream
        client.send("POST", INFER, b"{}")
        head = client.read_until(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head
        for _ in range(2):
            size = int(client.read_until(b"\r\n"), 16)
            received.append(client.read_exactly(size + 2)[:-2])
        assert client.read_exactly(5) == b"0\r\n\r\n"
        assert client.ask("GET", "/app").status == 200


def test_an_answer_without_length_ends_with_its_connection(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    def endless(connection: socket.socket, sent: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        raise Hangup

    replica.script = endless
    with gateway.client() as client:
        assert client.ask("POST", INFER, b"{}").body == b"all of it"
        client.send("POST", INFER, b"{}", version="1.0")
        answer = client.read()
    assert answer.body == b"all of it"
    assert answer.headers["connection"] == "close"


def test_head_is_answered_where_get_is(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    with gateway.client() as client:
        assert client.ask("HEAD", "/v2/models/iris").headers["content-length"] == "2"
        assert client.ask("HEAD", "/v2/health/live").status == 200
        assert client.ask("HEAD", "/app").status == 200
        assert client.ask("GET", "/app").json["app"] == "/app"
    assert replica.requests[0].startswith(b"GET /v2/models/iris HTTP/1.1")


def test_a_body_beyond_the_limit_is_413_and_reaches_no_replica(replica: ScriptedReplica) -> None:
    table = a_table(VersionRoute(version=3, addresses=(replica.address,)), body_limit_bytes=1000)
    with running_gateway(table, body_limit_bytes=100_000) as gateway:
        for size in (1001, 100_001, 5_000_000):
            with gateway.client() as client:
                assert client.ask("POST", INFER, b"x" * size).status == 413
                assert client.ask("POST", INFER, b"x" * 1000).status == 200
        with gateway.client() as client:
            chunks = b"%x\r\n%b\r\n" % (150_000, b"x" * 150_000)
            client.socket.sendall(b"POST %b HTTP/1.1\r\nhost: s\r\ntransfer-encoding: chunked\r\n\r\n" % INFER.encode())
            client.socket.sendall(chunks + b"0\r\n\r\n")
            assert client.read().status == 413
    assert len(replica.requests) == 3


def test_a_client_that_asks_before_it_sends_gets_its_answer_first(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    with gateway.client() as client:
        head = f"POST {INFER} HTTP/1.1\r\nhost: s\r\nexpect: 100-continue\r\ncontent-length: 2\r\n"
        client.socket.sendall(head.encode() + b"\r\n")
        assert client.read().status == 100
        client.socket.sendall(b"{}")
        assert client.read().status == 200
        client.socket.sendall(head.encode() + b"authorization: Bearer wrong\r\n\r\n")
        answer = client.read()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert client.read_to_end() == b""
    assert len(replica.requests) == 1


def test_a_slow_client_holds_back_the_replica_and_not_the_memory(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    total, sent = 64 * 1024 * 1024, 0
    block = b"x" * 1024 * 1024

    def flood(connection: socket.socket, request: bytes) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % total)
        for _ in range(total // len(block)):
            connection.sendall(block)
            sent += len(block)

    replica.script = flood
    with gateway.client(receive_buffer=65536) as client:
        client.send("POST", INFER, b"{}")
        client.read_until(b"\r\n\r\n")
        wait_until(lambda: sent > 0)
        seen = -1
        while seen != sent:  # until nothing moves any more
            seen = sent
            time.sleep(0.2)
        assert sent < total / 2
        received = sum(len(client.read_exactly(len(block))) for _ in range(total // len(block)))
    assert received == total == sent


def test_a_client_that_leaves_takes_its_request_with_it(gateway: RunningGateway, replica: ScriptedReplica) -> None:
    replica.script = lambda connection, sent: None
    with gateway.client() as client:
        client.send("POST", INFER, b"{}")
        wait_until(lambda: len(replica.requests) == 1)
    wait_until(lambda: replica.closed_by_peer == 1)
    wait_until(lambda: gateway.gateway.measures.of("dep_1", 3).client_gone == 1)


def test_nonsense_behind_a_good_request_does_not_tear_its_answer(
    gateway: RunningGateway, replica: ScriptedReplica
) -> None:
    nonsense_sent = threading.Event()

    def late(connection: socket.socket, sent: bytes) -> None:
        assert nonsense_sent.wait(TIMEOUT_S)
        connection.sendall(response(body=b"good"))

    replica.script = late
    with gateway.client() as client:
        client.socket.sendall(request("POST", INFER, b"{}") + b"\x00 nonsense\r\n\r\n")
        nonsense_sent.set()
        answer = client.read()
        assert (answer.status, answer.body, answer.headers["connection"]) == (200, b"good", "close")
        assert client.read_to_end() == b""


def test_everything_works_below_a_root_path_too(replica: ScriptedReplica) -> None:
    table = a_table(VersionRoute(version=3, addresses=(replica.address,)))
    with running_gateway(table, root_path="/studio") as gateway, gateway.client() as client:
        assert client.ask("POST", f"/studio{INFER}", b"{}").status == 200
        assert client.ask("POST", f"/studio/serve/default/iris{INFER}", b"{}").status == 200
        assert client.ask("POST", INFER, b"{}").status == 200
        assert client.ask("GET", "/studiov2").json["app"] == "/studiov2"


def test_shutdown_waits_for_the_answer_under_way(replica: ScriptedReplica) -> None:
    table = a_table(VersionRoute(version=3, addresses=(replica.address,)))
    with running_gateway(table) as gateway, gateway.client() as client, gateway.client() as idle:
        assert idle.ask("GET", "/v2/health/live").status == 200

        def late(connection: socket.socket, sent: bytes) -> None:
            wait_until(lambda: gateway.server.should_exit)
            assert idle.read_to_end() == b""  # the idle connection was closed first
            connection.sendall(response(body=b"late"))

        replica.script = late
        client.send("POST", INFER, b"{}")
        wait_until(lambda: len(replica.requests) == 1)
        gateway.server.should_exit = True
        assert client.read().body == b"late"
        assert client.read_to_end() == b""


def test_until_the_routes_are_known_requests_are_told_to_come_again(replica: ScriptedReplica) -> None:
    with running_gateway() as gateway, gateway.client() as client:
        for path in (INFER, "/v2/health/ready", "/serve/default/iris/v2/health/ready"):
            answer = client.ask("POST" if path == INFER else "GET", path, b"{}" if path == INFER else b"")
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert client.ask("GET", "/v2/health/live").status == 200
        gateway.serve(a_table(VersionRoute(version=3, addresses=(replica.address,))))
        assert client.ask("POST", INFER, b"{}").status == 200
        assert client.ask("POST", "/v2/models/nobody/infer", b"{}").status == 404
