"""`studio exec`: an unmodified program runs as it would without, and its output is the log of a run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from infrastudio.cli.exec_program import LineCutter
from infrastudio.sdk import Client
from infrastudio.sdk.models_gen import RunDetail
from running_server import Server
from sdk.programs import NOBODY, environment, points, run_program, sync, texts

STUDIO = Path(sys.executable).parent / "studio"


def execute(
    url: str, spool: Path, *command: str, options: Sequence[str] = (), **variables: str
) -> tuple[int, str, str, str]:
    """Run a command by `studio exec`; return its exit code, output and errors, and the id of the run."""
    done = subprocess.run(
        [STUDIO, "exec", *options, "--", *command],
        env=environment(url, spool, **variables), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    errors = done.stderr.decode()
    return done.returncode, done.stdout.decode(), errors, id_in(errors)


def id_in(errors: str) -> str:
    found = re.search(r"/runs/([0-9a-f]{32})", errors)
    assert found, errors
    return found[1]


def run_of(client: Client, id: str) -> RunDetail:
    return client.runs.get_run(id)


def test_output_goes_on_and_becomes_the_log(server: Server, client: Client, spool: Path) -> None:
    script = r"""
printf 'plain\n\033[31mred\033[0m\n{"level": "error", "message": "json"}\n'
printf 'step 1\rstep 2\rstep 3\nWARNING: late\nno end' >&2
"""
    code, out, errors, id = execute(server.url, spool, "sh", "-c", script, options=["--name", "lines"])
    assert code == 0
    assert out == 'plain\n\033[31mred\033[0m\n{"level": "error", "message": "json"}\n'
    assert "step 1\rstep 2\rstep 3\nWARNING: late\nno end" in errors
    lines = client.runs.get_logs(id).items
    assert [(line.text, line.level) for line in lines if line.stream == "stdout"] == [
        ("plain", None),
        ("\033[31mred\033[0m", None),
        ('{"level": "error", "message": "json"}', "error"),
    ]
    assert [(line.text, line.level) for line in lines if line.stream == "stderr"] == [
        ("step 3", None),
        ("WARNING: late", "warning"),
        ("no end", None),
    ]
    run = run_of(client, id)
    assert (run.name, run.status) == ("lines", "succeeded")
    assert run.tags["mlflow.source.name"].startswith("sh -c")
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "code", "status", "reason"),
    [
        ("exit 3", 3, "failed", "exit code 3"),
        ("kill -9 $$", 137, "failed", "ended by SIGKILL"),
        ("exec does-not-exist", 127, "failed", "exit code 127"),
    ],
)
def test_the_exit_code_is_the_programs_and_the_run_says_so(
    server: Server, client: Client, spool: Path, script: str, code: int, status: str, reason: str
) -> None:
    ended, _, _, id = execute(server.url, spool, "sh", "-c", script)
    run = run_of(client, id)
    assert (ended, run.status, run.status_reason) == (code, status, reason)


def test_a_command_that_is_not_there_fails_the_run(server: Server, client: Client, spool: Path) -> None:
    ended, _, errors, id = execute(server.url, spool, "does-not-exist")
    assert ended == 127
    assert "could not be started" in errors
    assert run_of(client, id).status == "failed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_program_and_cancel_the_run(
    server: Server, client: Client, spool: Path, number: signal.Signals
) -> None:
    code = "import signal, sys\nprint('ready', flush=True)\nsignal.pause()"
    with subprocess.Popen(
        [STUDIO, "exec", "--", sys.executable, "-c", code],
        env=environment(server.url, spool),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 128 + number
    run = run_of(client, id_in(errors))
    assert (run.status, run.status_reason) == ("canceled", f"ended by {number.name}")


def test_what_the_program_tracks_by_itself_goes_into_the_same_run(server: Server, client: Client, spool: Path) -> None:
    code = """
import mlflow, infrastudio as studio
with mlflow.start_run():
    mlflow.log_metric("by_mlflow", 1)
run = studio.init()
run.log({"by_sdk": 2})
run.log_text("from the sdk")
assert studio.finish().is_complete
print("printed")
"""
    ended, _, errors, id = execute(server.url, spool, sys.executable, "-c", code)
    assert ended == 0, errors
    run = run_of(client, id)
    assert {name: float(value) for name, value in run.metrics.items()} == {"by_mlflow": 1.0, "by_sdk": 2.0}
    assert {"from the sdk", "printed"} <= set(texts(client, id))
    assert (run.status, run.attempts) == ("succeeded", 1)
    execute(server.url, spool, "echo", "again", options=["--run", id])
    assert [line.attempt for line in client.runs.get_logs(id).items if line.text == "again"] == [2]


def test_a_server_that_is_away_holds_nothing_up_and_gets_it_later(server: Server, client: Client, spool: Path) -> None:
    ended, out, errors, id = execute(NOBODY, spool, "sh", "-c", "echo one; echo two; exit 4")
    assert (ended, out) == (4, "one\ntwo\n")
    assert "studio sync" in errors
    sync(spool, server.url)
    assert texts(client, id) == ["one", "two"]
    assert run_of(client, id).status == "failed"


def test_a_token_that_the_program_prints_is_not_kept(server: Server, client: Client, spool: Path) -> None:
    _, out, errors, id = execute(server.url, spool, "sh", "-c", "echo $STUDIO_TOKEN", STUDIO_TOKEN="very-secret")
    assert out == "very-secret\n"
    assert "The token is not valid" in errors
    sync(spool, server.url)
    assert texts(client, id) == ["***"]


def test_a_reader_that_goes_away_does_not_end_the_program(server: Server, client: Client, spool: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [STUDIO, "exec", "--", "sh", "-c", "echo one; echo two"],
        env=environment(server.url, spool), stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 0
    assert texts(client, id_in(done.stderr)) == ["one", "two"]


def test_the_machine_is_measured_while_a_run_goes_on(server: Server, client: Client, spool: Path) -> None:
    id = run_program(
        """
import infrastudio as studio
run = studio.init(system_metrics_interval_s=0.05)
with studio.Client() as client:
    while not run.flush() or client.runs.get_run(run.id).metric_names < 4:
        pass
print(run.id)
""",
        server.url,
        spool,
    ).strip()
    found = client.runs.list_metric_names(id, q="system/").items
    assert {"system/cpu_utilization_percentage", "system/process_memory_usage_megabytes"} <= {
        each.name for each in found
    }
    memory = points(client, id, "system/process_memory_usage_megabytes")
    assert all(10 < value < 10_000 for _, _, value in memory)


def test_lines_are_cut_wherever_the_pipe_cuts_them() -> None:
    data = "one\ntwo\r\nbar 1\rbar 2\rbar 3\nünï\n\nlast".encode()
    for size in range(1, len(data) + 1):
        cutter = LineCutter()
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        lines = [line for part in parts for line in cutter.feed(part)]
        assert [*lines, *cutter.finish()] == ["one", "two", "bar 3", "ünï", "", "last"]


def test_a_line_without_end_is_cut_and_nothing_of_it_is_lost() -> None:
    cutter = LineCutter()
    lines = [line for _ in range(30) for line in cutter.feed(b"x" * 100_000)]
    lines += cutter.finish()
    assert "".join(lines) == "x" * 3_000_000
    assert len(lines) == 3
