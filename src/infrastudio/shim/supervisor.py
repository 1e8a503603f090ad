"""The life of one attempt: start, drain the pipes, obey the stop order, leave nothing behind, record the exit."""

from __future__ import annotations

import os
import select
import time

from infrastudio.drivers.executors.frames import STDERR, STDOUT
from infrastudio.shim.files import put_file, read_grace_s, read_program, remove_program, to_json
from infrastudio.shim.output import Log, Stream
from infrastudio.shim.processes import IGNORED, become_subreaper, boot_id, descendants, spawn, start_ticks
from infrastudio.shim.signals import signal

DRAIN_NS = 1_000_000_000
"""How long processes that the first one left behind may go on."""
RETRY_MS = 1000
KILL_POLL_MS = 5
KILL_NS = 10_000_000_000
"""How long to wait for killed processes; one that hangs in the kernel must not hold back the exit record."""


class Supervisor:
    """Holds one attempt in `folder`, where the executor has put the file `program`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._wake_up = _wake_up_on_signals()
        self._log = Log(folder)
        self._streams: dict[int, Stream] = {}
        self._error_fd = -1
        self._error = b""
        self._pid = 0
        self._started_ns = 0
        self._ended_ns = 0
        self._status = 0
        self._usage = (0, 0, 0)
        self._drain_until_ns: int | None = None  # this and the next by the monotonic clock
        self._stop_at_ns: int | None = None

    def run(self) -> None:
        """Start the program, hold it to its end, write the exit record."""
        go = self._spawn()
        self._put_until_stopped("pid.json", self._identity())
        remove_program(self._folder)
        self._look_for_stop()
        if self._stop_at_ns is None:
            os.write(go, b"x")
        os.close(go)
        while not self._is_over():
            self._step()
        self._kill_descendants()
        self._drain()
        self._log.close(time.time_ns())
        self._put("exit.json", self._exit_record())

    def _spawn(self) -> int:
        cwd, arguments, environment = read_program(self._folder)
        become_subreaper()
        stdout_read, stdout_write = os.pipe2(os.O_CLOEXEC)
        stderr_read, stderr_write = os.pipe2(os.O_CLOEXEC)
        self._pid, go, self._error_fd = spawn(arguments, cwd, environment, stdout_write, stderr_write)
        self._started_ns = time.time_ns()
        os.close(stdout_write)
        os.close(stderr_write)
        os.set_blocking(self._error_fd, False)
        self._streams = {fd: Stream(kind, fd) for kind, fd in ((STDOUT, stdout_read), (STDERR, stderr_read))}
        return go

    def _identity(self) -> bytes:
        shim = os.getpid()
        return to_json({
            "shim": shim, "shim_start": start_ticks(shim), "job": self._pid, "job_start": start_ticks(self._pid),
            "boot": boot_id(), "started_ns": self._started_ns,
        })  # fmt: skip

    def _put_until_stopped(self, name: str, data: bytes) -> None:
        """Write a record, once a second until the disk takes it or a stop is ordered."""
        while self._stop_at_ns is None and not self._is_put(name, data):
            self._wait(RETRY_MS)
            self._look_for_stop()

    def _put(self, name: str, data: bytes) -> None:
        """Write a record, once a second until the disk takes it: without it the attempt would count as lost."""
        while not self._is_put(name, data):
            self._wait(RETRY_MS)

    def _is_put(self, name: str, data: bytes) -> bool:
        try:
            put_file(self._folder, name, data)
        except OSError:  # no room: the job is not running now, so waiting for it harms nobody
            return False
        return True

    def _wait(self, timeout_ms: int) -> None:
        poll = select.poll()
        poll.register(self._wake_up, select.POLLIN)
        if poll.poll(timeout_ms):
            os.read(self._wake_up, 4096)

    def _is_over(self) -> bool:
        now = time.monotonic_ns()
        if self._stop_at_ns is not None and now >= self._stop_at_ns:
            return True
        return self._drain_until_ns is not None and (not self._streams or now >= self._drain_until_ns)

    def _step(self) -> None:
        """Wait for output, a signal or the next due time, and deal with it."""
        poll = select.poll()
        for fd in (self._wake_up, *self._streams, *((self._error_fd,) if self._error_fd >= 0 else ())):
            poll.register(fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(self._timeout_ms())}
        if self._error_fd in ready:
            self._read_error()
        self._read_streams(ready)
        if self._wake_up in ready:
            os.read(self._wake_up, 4096)
            self._look_for_stop()
        self._reap()

    def _timeout_ms(self) -> int | None:
        wall, now = time.time_ns(), time.monotonic_ns()
        waits = [stream.live_due_ns - wall for stream in self._streams.values() if stream.live_due_ns is not None]
        waits += [due - now for due in (self._stop_at_ns, self._drain_until_ns) if due is not None]
        return max(0, min(waits) // 1_000_000 + 1) if waits else None

    def _read_streams(self, ready: set[int]) -> None:
        """Append what the ready pipes bring, all in one write."""
        now = time.time_ns()
        frames: list[bytes] = []
        for fd, stream in list(self._streams.items()):
            if fd in ready:
                frames += stream.read(now) or ()
                if stream.ended:
                    del self._streams[fd]
            if stream.live_due_ns is not None and now >= stream.live_due_ns:
                frames.append(stream.live(now))
        if frames:
            self._log.put(frames, now)

    def _read_error(self) -> None:
        """Read why the program could not be started; the descriptor closes at its start."""
        try:
            data = os.read(self._error_fd, 4096)
        except BlockingIOError:  # a process that cannot be killed has not come to its program yet
            data = b""
        self._error += data
        if not data:
            os.close(self._error_fd)
            self._error_fd = -1
            if self._error:
                self._log.event("exec.failed", self._error.decode("utf-8", "replace"), time.time_ns())

    def _look_for_stop(self) -> None:
        """Read the stop order; a new one can only bring the end nearer."""
        grace_s = read_grace_s(self._folder)
        if grace_s is None:
            return
        stop_at_ns = time.monotonic_ns() + int(grace_s * 1e9)
        if self._stop_at_ns is None:
            self._log.event("stop", f"stop ordered, {grace_s:g} s until it is killed", time.time_ns())
            if not self._ended_ns:
                try:
                    os.killpg(self._pid, signal.SIGTERM)
                except ProcessLookupError:
                    os.kill(self._pid, signal.SIGTERM)  # it has not made its session yet
        if self._stop_at_ns is None or stop_at_ns < self._stop_at_ns:
            self._stop_at_ns = stop_at_ns

    def _reap(self) -> None:
        """Collect all children that have ended: the job's first process, and orphans that fell to us."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._pid:
                self._status, self._ended_ns = status, time.time_ns()
                self._drain_until_ns = time.monotonic_ns() + DRAIN_NS
                self._usage = (int(usage.ru_utime * 1e6), int(usage.ru_stime * 1e6), usage.ru_maxrss)

    def _kill_descendants(self) -> None:
        """Kill until nothing is left, for what is killed may just have forked."""
        deadline = time.monotonic_ns() + KILL_NS
        while time.monotonic_ns() < deadline:
            self._reap()
            left = descendants(os.getpid())
            if not left and self._ended_ns:
                return
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:  # it has ended since it was listed
                    continue
            self._wait(KILL_POLL_MS)
        self._log.event("kill.failed", "some processes did not die in 10 s", time.time_ns())

    def _drain(self) -> None:
        """Read what still stands in the pipes; nobody writes any more."""
        while self._error_fd >= 0:
            self._read_error()
        while self._streams:
            now = time.time_ns()
            frames: list[bytes] = []
            for fd, stream in list(self._streams.items()):
                brought = stream.read(now)
                if brought is None:  # somebody who is no descendant holds the pipe open
                    brought = stream.finish(now)
                frames += brought
                if stream.ended:
                    del self._streams[fd]
            self._log.put(frames, now)

    def _exit_record(self) -> bytes:
        exited = os.WIFEXITED(self._status) and bool(self._ended_ns)
        user_us, system_us, max_rss_kb = self._usage
        return to_json({
            "code": os.WEXITSTATUS(self._status) if exited else None,
            "signal": os.WTERMSIG(self._status) if self._ended_ns and not exited else None,
            "stopped": self._stop_at_ns is not None,
            "error": self._error.decode("utf-8", "replace") or None,
            "started_ns": self._started_ns, "ended_ns": self._ended_ns or time.time_ns(),
            "end": self._log.end, "lost": self._log.lost_bytes,
            "user_us": user_us, "system_us": system_us, "max_rss_kb": max_rss_kb,
        })  # fmt: skip


def _wake_up_on_signals() -> int:
    """Return a descriptor that becomes readable at SIGCHLD and at SIGUSR1, the sign of a new order."""
    read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, lambda *_: None)  # without a handler in Python nothing is written to the descriptor
    return read


def main(folder: str, lock_fd: int) -> None:
    """Hold the attempt of `folder`; the lock on descriptor `lock_fd` tells that this process lives."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    os.set_inheritable(lock_fd, False)
    os.closerange(max(lock_fd, 2) + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir("/")
    Supervisor(folder).run()
