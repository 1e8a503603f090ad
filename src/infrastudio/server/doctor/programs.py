"""What jobs and pages need on this machine."""

from __future__ import annotations

import asyncio
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from infrastudio.server.doctor.check import Check, failed, ok, warning
from infrastudio.server.version import VERSION

SHIM_DEADLINE_S: Final = 20.0


def check_python() -> Check:
    """Tell which Python runs."""
    return ok("python", f"Python {platform.python_version()} at {sys.executable} runs AI Infra Studio {VERSION}.")


def check_executor() -> Check:
    """Run a job of one line as the server would, in a folder that is removed again."""
    with tempfile.TemporaryDirectory(prefix="studio-doctor-", ignore_cleanup_errors=True) as folder:
        try:
            took_s, error = asyncio.run(_run_a_job(Path(folder)))
        except OSError as failure:
            took_s, error = 0.0, failure.strerror or str(failure)
    if error is not None:
        fix = "Run `ulimit -a` and `df -h` for limits and full disks, and install anew if files are missing: make setup"
        return failed("local executor", f"A job could not be run on this machine: {error}.", fix)
    return ok("local executor", f"A job started under its shim and ended in {took_s:.1f} s.")


async def _run_a_job(folder: Path) -> tuple[float, str | None]:
    """Return how long the job took, and what went wrong with it."""
    from infrastudio.contexts.training.ports import AttemptId, Program
    from infrastudio.drivers.executors.local import LocalExecutor

    executor, attempt, began = LocalExecutor(folder), AttemptId("doctor", 1), time.monotonic()
    await executor.start(Program(attempt, "0" * 32, (sys.executable, "-c", "print('hello')")))
    offset, text = 0, ""
    while True:
        seen = await executor.observe(attempt)
        chunk = await executor.read_log(attempt, offset)
        offset, text = chunk.next_offset, text + "".join(line.text for line in chunk.lines)
        took_s = time.monotonic() - began
        if seen.phase in ("exited", "lost") and chunk.ended:
            if seen.exit_code == 0 and "hello" in text:
                return took_s, None
            return took_s, seen.error or f"it ended with code {seen.exit_code} and printed {text!r}"
        if took_s > SHIM_DEADLINE_S:
            await executor.stop(attempt, grace_s=0)
            return took_s, f"it was {seen.phase} after {SHIM_DEADLINE_S:.0f} s"
        await executor.wait_for_change(attempt, offset, timeout_s=1.0)


def check_user_interface() -> Check:
    """Tell whether the pages are built; a server that has them needs no Node."""
    from infrastudio.server.ui import FOLDER

    if (FOLDER / "index.html").exists():
        return ok("user interface", "It is built in; Node is not needed.")
    message = "It is not built, so the server answers its API only."
    return warning(
        "user interface", message, "Build it in the repository: make setup (or install a wheel, which has it)"
    )
