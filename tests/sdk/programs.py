"""Small programs that use the SDK in processes of their own, and what a server knows of their runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastudio.sdk import Client
from running_server import clean_environment

NOBODY = "http://127.0.0.1:9"
"""An address at which nobody answers."""


def environment(url: str, spool: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a program that logs to a server."""
    return clean_environment(STUDIO_URL=url, STUDIO_SPOOL=str(spool), **variables)


def run_program(code: str, url: str, spool: Path, **variables: str) -> str:
    """Run a program to its end and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(url, spool, **variables),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def program(code: str, url: str, spool: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program, and end it behind the block; it can be talked to by its pipes."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        env=environment(url, spool, **variables),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a program prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        assert process.stderr is not None
        raise AssertionError(process.stderr.read())
    return line.strip()


def tell(process: subprocess.Popen[str], line: str = "go") -> None:
    """Let a program that waits for a line go on."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def points(client: Client, run_id: str, name: str = "x", *, attempts: str = "all") -> list[tuple[int, int, float]]:
    """Return all points of a metric, as attempt, step and value."""
    found = client.runs.get_metrics(run_id, name=[name], x="step", buckets=10_000, attempts=attempts)  # type: ignore[arg-type]  # text of the command line
    return [
        (series.attempt, point.step, point.value)
        for series in found.series
        for point in series.points
        if point.value is not None
    ]


def texts(client: Client, run_id: str) -> list[str]:
    """Return all lines of a run's log."""
    return [line.text for line in client.runs.iterate_logs(run_id)]


def sync(spool: Path, url: str) -> str:
    """Run `studio sync` against a server and return what it printed."""
    code = (
        f"import sys; from infrastudio.cli.main import main; sys.argv = ['studio', 'sync', '--server', {url!r}]; main()"
    )
    return run_program(code, url, spool, COLUMNS="200")
