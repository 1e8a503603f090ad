"""From a model that the MLflow client logged to answers over HTTP: real replicas, the real gateway, kills, drains."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.runtimes.harness import ProcessHarness, a_spec, process_harness, until, until_stopped
from infrastudio.contexts.gateway.schemas import RoutingTable, VersionRoute
from protocols.inference.harness import INFER, Client, RunningGateway, a_table, request, running_gateway, wait_until
from served_models import LoggedModel, light_model, logged_models

FLOWER = [5.1, 3.5, 1.4, 0.2]


def tensor(name: str, data: list[Any], datatype: str = "FP64", shape: list[int] | None = None) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data}


def body(*tensors: dict[str, Any]) -> bytes:
    return json.dumps({"id": "42", "inputs": tensors}).encode()


def start(harness: ProcessHarness, replica_id: str, model: LoggedModel | Path, deployment: str = "iris") -> str:
    """Start a replica of `model`, wait until it is ready and return its address."""
    folder = model.folder if isinstance(model, LoggedModel) else model

    async def begin() -> str:
        await harness.runtime.start(a_spec(replica_id, model_path=str(folder), deployment=deployment))
        return str((await until(harness.runtime, replica_id, "ready")).address)

    return asyncio.run(begin())


def a_route(*addresses: str, **changes: Any) -> RoutingTable:
    return a_table(VersionRoute(version=3, addresses=addresses), **changes)


@pytest.fixture
def harness() -> Iterator[ProcessHarness]:
    with process_harness() as harness:
        yield harness


@pytest.fixture
def light(tmp_path: Path) -> Path:
    return light_model(tmp_path / "light")


@pytest.mark.parametrize("name", ["tensor", "columns", "mixed", "custom"])
def test_answers_equal_those_of_the_model_itself(harness: ProcessHarness, name: str) -> None:
    model = logged_models()[name]
    address = start(harness, "rep_1", model)
    if isinstance(model.inputs, dict):
        kinds = {str: "BYTES", float: "FP64"}
        tensors = [tensor(column, values, kinds[type(values[0])]) for column, values in model.inputs.items()]
    else:
        rows: list[list[float]] = model.inputs  # type: ignore[assignment]  # a list of rows, by how it was made
        tensors = [tensor("input-0", rows, shape=[len(rows), 4])]
    with running_gateway(a_route(address)) as gateway, gateway.client() as client:
        answer = client.ask("POST", INFER, body(*tensors))
        metadata = client.ask("GET", "/v2/models/iris").json
    assert answer.status == 200, answer.body
    document = answer.json
    assert (document["model_name"], document["model_version"], document["id"]) == ("iris", "3", "42")
    (output,) = document["outputs"]
    assert flat(output["data"]) == pytest.approx(flat(model.answers))
    assert output["shape"][0] == len(model.answers)  # type: ignore[arg-type]
    assert [t["name"] for t in metadata["inputs"]] == [t["name"] for t in tensors]
    assert (metadata["versions"], metadata["outputs"][0]["name"]) == (["3"], output["name"])


def flat(values: Any) -> list[Any]:
    return [leaf for part in values for leaf in flat(part)] if isinstance(values, list) else [values]


def test_one_bad_tensor_among_good_ones_fails_alone(harness: ProcessHarness, light: Path) -> None:
    """13 makes the model raise for the whole batch it is in, a wrong shape never gets that far."""
    address = start(harness, "rep_1", light)
    rows = [[1, 2], [13, 1], [3, 4], [1, 2, 3], [5, 6], [0, 0]] * 20
    with running_gateway(a_route(address)) as gateway, ThreadPoolExecutor(12) as pool:

        def ask(row: list[int]) -> tuple[int, Any]:
            with gateway.client() as client:
                answer = client.ask("POST", INFER, body(tensor("input-0", row, shape=[1, len(row)])))
                return answer.status, answer.json

        answers = list(pool.map(ask, rows))
    for row, (status, document) in zip(rows, answers, strict=True):
        if 13 in row:
            assert (status, document) == (500, {"error": "the model failed: ValueError: 13 is refused"})
        elif len(row) == 3:
            text = "inputs[0] ('input-0').shape: is [1, 3], expected [-1, 2] (-1: any size)"
            assert (status, document) == (400, {"error": text})
        else:
            assert (status, document["outputs"][0]["data"]) == (200, [sum(row)])


def test_a_burst_straight_at_a_replica_is_answered_in_order(harness: ProcessHarness, light: Path) -> None:
    """A wrong shape is refused at once, and yet its answer waits for those before it."""
    address = start(harness, "rep_1", light)
    rows = [[at, 13] if at % 7 == 0 else [at, 1, 1] if at % 5 == 0 else [at, 1] for at in range(100, 300)]
    with unix_client(address) as client:
        bodies = [body(tensor("x", row, shape=[1, len(row)])) for row in rows]
        client.socket.sendall(b"".join(request("POST", INFER, sent) for sent in bodies))
        for row in rows:
            answer = client.read()
            if 13 in row:
                assert answer.status == 500
            elif len(row) == 3:
                assert answer.status == 400
            else:
                assert answer.json["outputs"][0]["data"] == [sum(row)]


@contextmanager
def unix_client(address: str) -> Iterator[Client]:
    import socket

    client = Client.__new__(Client)
    client.socket = socket.socket(socket.AF_UNIX)
    client.socket.settimeout(15)
    client.socket.connect(address)
    client._buffer = b""
    with client:
        yield client


def test_a_slow_predict_does_not_delay_health(harness: ProcessHarness, light: Path) -> None:
    address = start(harness, "rep_1", light)
    with unix_client(address) as slow, unix_client(address) as health:
        slow.ask("POST", INFER, body(tensor("x", [-0.02, 0], shape=[1, 2])))  # it learns that predicts are slow
        slow.send("POST", INFER, body(tensor("x", [-3, 0], shape=[1, 2])))
        for _ in range(5):
            assert health.ask("GET", "/v2/health/ready").status == 200
        slow.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            slow.socket.recv(1)  # the predict still runs


class Load:
    """Clients that ask without a break, and count what they get; a broken connection counts as status 0."""

    def __init__(self, gateway: RunningGateway, clients: int = 4) -> None:
        self.statuses: list[int] = []
        self._stop = threading.Event()
        self._gateway = gateway
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, status: int, count: int = 20) -> None:
        """Return when `count` more answers of `status` were seen."""
        target = self.statuses.count(status) + count
        wait_until(lambda: self.statuses.count(status) >= target)

    def _ask(self) -> None:
        sent = body(tensor("x", [1, 2], shape=[1, 2]))
        with self._gateway.client() as client:
            while not self._stop.is_set():
                try:
                    answer = client.ask("POST", INFER, sent)
                except OSError:
                    self.statuses.append(0)
                    return
                self.statuses.append(answer.status)
                if answer.status == 200:
                    assert answer.json["outputs"][0]["data"] == [3]
                else:
                    assert answer.json["error"]


def test_kill_9_of_the_only_replica_under_load_is_clear_and_heals(harness: ProcessHarness, light: Path) -> None:
    first = start(harness, "rep_1", light)
    with running_gateway(a_route(first)) as gateway, Load(gateway) as load:
        load.wait_for(200)
        harness.signal("rep_1", signal.SIGKILL)
        load.wait_for(503)
        gateway.serve(a_route(start(harness, "rep_2", light)))
        load.wait_for(200, 200)
        healed = len(load.statuses)
        load.wait_for(200, 200)
        assert set(load.statuses[healed:]) == {200}
    assert set(load.statuses) <= {200, 502, 503}
    assert load.statuses.count(502) <= 8  # at most what was under way, and its one repetition


def test_kill_9_of_one_of_two_replicas_costs_only_what_was_under_way(harness: ProcessHarness, light: Path) -> None:
    both = [start(harness, name, light) for name in ("rep_1", "rep_2")]
    with running_gateway(a_route(*both)) as gateway, Load(gateway) as load:
        load.wait_for(200)
        harness.signal("rep_1", signal.SIGKILL)
        load.wait_for(200, 300)
    assert set(load.statuses) <= {200, 502}
    assert load.statuses.count(502) <= 4


def test_a_drain_loses_no_request(harness: ProcessHarness, light: Path) -> None:
    """The table changes first, then the old replica drains: nobody sees anything but 200."""
    first, second = (start(harness, name, light) for name in ("rep_1", "rep_2"))
    with running_gateway(a_route(first)) as gateway, Load(gateway) as load:
        load.wait_for(200)
        gateway.serve(a_route(second))
        ended = asyncio.run(until_stopped(harness.runtime, "rep_1"))
        load.wait_for(200)
    assert ended.reason == "drained"
    assert set(load.statuses) == {200}


def test_a_drain_that_the_table_does_not_know_of_loses_no_request_either(harness: ProcessHarness, light: Path) -> None:
    """Both replicas stay in the table: what meets the closing one goes to the other."""
    both = [start(harness, name, light) for name in ("rep_1", "rep_2")]
    with running_gateway(a_route(*both)) as gateway, Load(gateway) as load:
        load.wait_for(200)
        ended = asyncio.run(until_stopped(harness.runtime, "rep_1"))
        load.wait_for(200, 200)
    assert ended.reason == "drained"
    assert set(load.statuses) == {200}


def test_a_draining_replica_gives_up_its_address_and_answers_what_is_under_way(
    harness: ProcessHarness, light: Path
) -> None:
    address = start(harness, "rep_1", light)
    with unix_client(address) as busy, unix_client(address) as idle:
        busy.ask("POST", INFER, body(tensor("x", [-0.02, 0], shape=[1, 2])))
        assert idle.ask("GET", "/v2/health/ready").status == 200
        busy.send("POST", INFER, body(tensor("x", [-2, 0], shape=[1, 2])))
        asyncio.run(harness.runtime.stop("rep_1", drain_s=30))
        wait_until(lambda: not Path(address).exists())
        assert asyncio.run(harness.runtime.observe("rep_1")).phase == "draining"
        assert idle.read_to_end() == b""
        answer = busy.read()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert asyncio.run(until_stopped(harness.runtime, "rep_1")).reason == "drained"


def test_who_connected_before_the_drain_is_still_heard(harness: ProcessHarness, light: Path) -> None:
    address = start(harness, "rep_1", light)
    harness.signal("rep_1", signal.SIGSTOP)
    with ExitStack() as stack:
        clients = [stack.enter_context(unix_client(address)) for _ in range(50)]
        for client in clients:
            client.send("POST", INFER, body(tensor("x", [1, 2], shape=[1, 2])))
        asyncio.run(harness.runtime.stop("rep_1", drain_s=30))
        harness.signal("rep_1", signal.SIGCONT)
        assert {client.read().status for client in clients} == {200}


def test_a_drain_ends_when_its_time_is_up(harness: ProcessHarness, light: Path) -> None:
    address = start(harness, "rep_1", light)
    with unix_client(address) as client:
        client.ask("POST", INFER, body(tensor("x", [-0.02, 0], shape=[1, 2])))
        client.send("POST", INFER, body(tensor("x", [-60, 0], shape=[1, 2])))
        ended = asyncio.run(until_stopped(harness.runtime, "rep_1", drain_s=0.2))
        assert client.read_to_end() == b""
    assert ended.reason == "stopped after 0.2 s with 1 connections still open"
