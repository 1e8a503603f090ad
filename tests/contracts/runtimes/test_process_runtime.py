"""What only replicas that are processes have: locks, sockets, short paths, files."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from contracts.runtimes.harness import a_spec, process_harness, until, until_stopped
from infrastudio.drivers.runtimes import processes
from infrastudio.drivers.runtimes.process import MAX_SOCKET_PATH_BYTES, ProcessRuntime, socket_folder
from infrastudio.drivers.runtimes.processes import ProcessName
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.errors import Conflict, ValidationFailed

ONE = "rep_000000000001"


def mode(path: Path | str | None) -> int:
    return stat.S_IMODE(Path(str(path)).stat().st_mode)


async def test_a_replica_is_found_by_its_lock_and_its_files_are_private() -> None:
    with process_harness() as harness:
        await harness.runtime.start(harness.spec())
        ready = await until(harness.runtime, ONE, "ready")
        folder = harness.processes.log_path(ONE).parent
        assert processes.try_lock(folder / "lock") is None
        assert ready.pid == harness.name_of(ONE).pid
        assert mode(ready.address) == 0o600
        assert mode(folder) == 0o700
        assert {mode(path) for path in folder.iterdir()} == {0o600}
        await until_stopped(harness.runtime, ONE)
        with pytest.raises(FileNotFoundError):
            mode(ready.address)
        assert "serving iris version 3" in harness.processes.log_path(ONE).read_text()


async def test_a_dead_replica_whose_child_keeps_the_lock_counts_as_ended(tmp_path: Path) -> None:
    runtime = ProcessRuntime(tmp_path, SystemClock())
    folder = tmp_path / ONE
    folder.mkdir()
    processes.write_json(folder / "replica.json", {})
    processes.write_json(folder / "pid.json", {"pid": 2**22 - 1, "start": 1, "boot": "another boot"})
    lock = processes.try_lock(folder / "lock")
    assert lock is not None
    try:
        assert (await runtime.observe(ONE)).phase == "exited"
    finally:
        os.close(lock)


def test_a_pid_that_was_given_to_another_process_is_not_signalled() -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert processes.open_process(ProcessName(os.getpid(), 1, boot)) is None
    assert processes.open_process(ProcessName(os.getpid(), 1, "another boot")) is None


async def test_what_cannot_be_served_is_refused_with_the_field(tmp_path: Path) -> None:
    runtime = ProcessRuntime(tmp_path, SystemClock())
    with pytest.raises(ValidationFailed, match=r"model_path: .* holds no MLmodel file"):
        await runtime.start(a_spec(model_path=str(tmp_path)))
    assert await runtime.replica_ids() == frozenset()


def test_socket_paths_stay_short_however_deep_the_data_folder_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    deep = tmp_path.joinpath(*["a-long-name-of-a-folder"] * 6)
    deep.mkdir(parents=True)
    folder = socket_folder(deep / "run")
    try:
        path = folder / ("r" * 32 + ".sock.new")
        assert len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES
        assert socket_folder(deep / "run") == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            path.unlink()
    finally:
        folder.rmdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert socket_folder(deep / "run").parent in (tmp_path, folder.parent)


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    if len(os.fsencode(tmp_path / "run" / ("r" * 32 + ".sock.new"))) <= MAX_SOCKET_PATH_BYTES:
        with pytest.raises(Conflict):
            socket_folder(tmp_path / "run")
