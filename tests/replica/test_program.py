"""A replica as a program: what it reads, what it leaves, who may serve a folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infrastudio.contexts.deployments.schemas import ReplicaSpec
from infrastudio.drivers.runtimes import processes
from infrastudio.drivers.runtimes.process import specification_of
from infrastudio.replica.specification import SPECIFICATION, read_specification


def test_the_runtime_writes_what_the_replica_reads(tmp_path: Path) -> None:
    spec = ReplicaSpec(
        replica_id="rep_1", project="default", deployment="iris", version=3, model_path="/m",
        body_limit_bytes=10, max_queue=5,
    )  # fmt: skip
    (tmp_path / SPECIFICATION).write_text(json.dumps(specification_of(spec, Path("/s"))))
    read = read_specification(tmp_path)
    assert (read.replica_id, read.model, read.version, read.model_path, read.socket_path) == (
        "rep_1", "iris", 3, Path("/m"), Path("/s"),
    )  # fmt: skip
    assert (read.body_limit_bytes, read.max_queue) == (10, 5)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model_path": "/", "socket_path": "/", "more": 1}'])
def test_a_specification_that_lacks_something_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / SPECIFICATION).write_text(text)
    with pytest.raises(ValueError, match="is no specification of a replica"):
        read_specification(tmp_path)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "infrastudio.replica", str(folder)]
    return subprocess.run(program, capture_output=True, text=True, timeout=30, check=False)


def test_a_folder_is_served_by_one_process_only(tmp_path: Path) -> None:
    lock = processes.try_lock(tmp_path / "lock")
    done = run(tmp_path)
    assert lock is not None
    assert done.returncode == 75
    assert "another process serves" in done.stderr
    assert not (tmp_path / "pid.json").exists()


def test_a_replica_that_cannot_begin_leaves_the_reason(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 1
    record = json.loads((tmp_path / "exit.json").read_text())
    assert record["code"] == 1
    assert "is no specification of a replica" in record["reason"]
