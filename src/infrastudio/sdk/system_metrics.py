"""What the machine does while a run goes on: CPU, memory, disk, network and GPUs, logged like any other metric."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from infrastudio.sdk.records import Points

INTERVAL_S: Final = 10.0
MEGA: Final = 1e6
GPU_TIMEOUT_S: Final = 5.0
GPU_QUERY: Final = ("utilization.gpu", "memory.used", "memory.total", "power.draw")


class SystemMetrics:
    """Samples the machine in a thread of its own. Names are those of MLflow's client, so that charts find both."""

    def __init__(self, put: Callable[[Points], object], interval_s: float, *, pid: int) -> None:
        self._put = put
        self._interval_s = interval_s
        self._pid = pid
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="studio-system-metrics", daemon=True)

    def start(self) -> None:
        """Begin to sample."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a sample that is being taken is left to itself."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            import psutil
        except ImportError:  # a lean installation: the run goes on without
            return
        gpus = shutil.which("nvidia-smi")
        before = _counters(psutil)
        psutil.cpu_percent()  # the first call has nothing to compare with
        step = 0
        while not self._stopping.wait(self._interval_s):
            now = _counters(psutil)
            values = dict(_usage(psutil, self._pid)) | {
                name: (now[name] - before.get(name, now[name])) / MEGA for name in now
            }
            if gpus:
                values |= dict(_gpu_usage(gpus))
            self._put(Points(time.time_ns() // 1000, step, {f"system/{name}": value for name, value in values.items()}))
            before, step = now, step + 1


def _usage(psutil: Any, pid: int) -> Iterator[tuple[str, float]]:
    memory = psutil.virtual_memory()
    yield "cpu_utilization_percentage", psutil.cpu_percent()
    yield "system_memory_usage_megabytes", memory.used / MEGA
    yield "system_memory_usage_percentage", memory.percent
    yield "process_memory_usage_megabytes", _memory_of_tree(psutil, pid) / MEGA


def _memory_of_tree(psutil: Any, pid: int) -> float:
    """Return the bytes in memory of a process and its descendants; those that end meanwhile count nothing."""
    found = 0.0
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                found += process.memory_info().rss
    return found


def _counters(psutil: Any) -> dict[str, float]:
    """Return bytes since the machine started; a machine may lack disks or networks."""
    found: dict[str, float] = {}
    if (network := psutil.net_io_counters()) is not None:
        found |= {"network_receive_megabytes": network.bytes_recv, "network_transmit_megabytes": network.bytes_sent}
    if (disk := psutil.disk_io_counters()) is not None:
        found |= {"disk_read_megabytes": disk.read_bytes, "disk_write_megabytes": disk.write_bytes}
    return found


def _gpu_usage(program: str) -> Iterator[tuple[str, float]]:
    """Yield what nvidia-smi tells of each GPU; what a device does not measure is left out."""
    command = [program, f"--query-gpu={','.join(GPU_QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GPU_TIMEOUT_S, check=True)  # noqa: S603  found by `which`
    except (OSError, subprocess.SubprocessError):  # the driver is restarted, or the device is lost
        return
    yield from parse_gpu_usage(done.stdout)


def parse_gpu_usage(text: str) -> Iterator[tuple[str, float]]:
    """Yield the metrics in nvidia-smi's lines, one for each GPU; memory is told in MiB, power in watts."""
    for number, line in enumerate(text.splitlines()):
        cells = [_float(cell) for cell in line.split(",")]
        if len(cells) != len(GPU_QUERY):
            continue
        usage, used, total, power = cells
        named = {
            "utilization_percentage": usage,
            "memory_usage_megabytes": used and used * 1.048576,
            "memory_usage_percentage": 100 * used / total if used is not None and total else None,
            "power_usage_watts": power,
        }
        yield from ((f"gpu_{number}_{name}", value) for name, value in named.items() if value is not None)


def _float(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:  # [N/A]
        return None
