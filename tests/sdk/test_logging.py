"""What programs log arrives, once and whole: whatever becomes of the server, the disk and the program."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from infrastudio.sdk import Client
from running_server import Server, start_server
from sdk.programs import NOBODY, points, program, read_line, run_program, sync, tell, texts

LOOP = """
import sys, infrastudio as studio
run = studio.init(experiment="loops", system_metrics=False)
print(run.id)
for i in range(200):
    studio.log({"x": i}, step=i)
    studio.log_text(f"line {i}")
    if i == 100:
        studio.flush()
        print("half", flush=True)
        sys.stdin.readline()
print("end", flush=True)
print(studio.finish(timeout_s=float(sys.stdin.readline())))
"""
EXPECTED = [(1, step, float(step)) for step in range(200)]
LINES = [f"line {number}" for number in range(200)]


def test_what_is_logged_is_what_is_read(server: Server, client: Client, spool: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    id = run_program(
        f"""
import math, infrastudio as studio
with studio.init(experiment="all of it", name="first", config={{"lr": 0.1, "model": {{"depth": 3}}}}) as run:
    run.set_tags({{"team": "vision", "gone": 1}})
    run.set_tags({{"gone": None}})
    run.log({{"x": math.nan, "loss": {{"train": math.inf, "test": -math.inf}}}}, step=7, time_s=1_700_000_000.25)
    run.log_text("one\\nERROR two\\n")
    run.log_artifact({str(tmp_path / "notes.txt")!r}, to="docs")
    print(run.id)
""",
        server.url,
        spool,
    ).strip()
    run = client.runs.get_run(id)
    assert (run.name, run.status, run.attempts) == ("first", "succeeded", 1)
    assert run.params == {"lr": "0.1", "model.depth": "3"}
    assert run.tags == {"mlflow.runName": "first", "team": "vision"}
    assert math.isnan(run.metrics["x"])
    assert (run.metrics["loss/train"], run.metrics["loss/test"]) == (math.inf, -math.inf)
    [series] = client.runs.get_metrics(id, name=["loss/train"]).series
    assert [(point.step, point.time.timestamp()) for point in series.points] == [(7, 1_700_000_000.25)]
    assert [(line.text, line.level) for line in client.runs.get_logs(id).items] == [
        ("one", None),
        ("ERROR two", "error"),
    ]
    assert [entry.path for entry in client.runs.list_artifacts(id, path="docs").items] == ["docs/notes.txt"]
    assert list(spool.iterdir()) == []


def test_a_server_that_is_killed_in_the_middle_gets_everything_once_when_it_is_back(
    tmp_path: Path, spool: Path
) -> None:
    first = start_server(tmp_path / "data")
    port = first.url.rpartition(":")[2]
    with program(LOOP, first.url, spool) as loop:
        id = read_line(loop)
        assert read_line(loop) == "half"
        first.kill()
        tell(loop)
        assert read_line(loop) == "end"
        second = start_server(tmp_path / "data", "--port", port)
        try:
            tell(loop, "60")
            assert read_line(loop) == "402 sent"
            with Client(second.url) as client:
                assert points(client, id) == EXPECTED
                assert texts(client, id) == LINES
                assert client.runs.get_run(id).status == "succeeded"
        finally:
            second.kill()


def test_a_program_whose_server_is_away_from_start_to_end_leaves_all_of_it_on_the_disk(
    server: Server, client: Client, spool: Path, tmp_path: Path
) -> None:
    with program(LOOP, NOBODY, spool) as loop:
        id = read_line(loop)
        for word, line in (("half", "go"), ("end", "5")):
            assert read_line(loop) == word
            tell(loop, line)
        assert "402 waiting in" in read_line(loop)
        assert loop.wait(20) == 0
    told = sync(spool, server.url)
    assert "402 sent, 0 refused, 0 waiting" in told
    assert points(client, id) == EXPECTED
    assert texts(client, id) == LINES
    assert list(spool.iterdir()) == []


def test_what_a_killed_program_left_is_sent_by_the_next_one_and_nothing_is_doubled(
    server: Server, client: Client, spool: Path
) -> None:
    with program(LOOP, server.url, spool) as loop:
        id = read_line(loop)
        assert read_line(loop) == "half"  # so far everything is sent
        (folder,) = spool.iterdir()
        (folder / "position").unlink()  # as if it was killed before it could remember that
        tell(loop)
        assert read_line(loop) == "end"
        wait_until(lambda: f'"line {len(LINES) - 1}"' in "".join(file.read_text() for file in folder.glob("*.records")))
        loop.kill()
        loop.wait()
    next_one = "import infrastudio as s; s.init(system_metrics=False); s.log({'y': 1}); s.flush(); import time\n"
    next_one += f"import pathlib\nwhile pathlib.Path({str(folder)!r}).exists(): time.sleep(0.01)\n"
    run_program(next_one, server.url, spool)
    assert points(client, id) == EXPECTED
    assert texts(client, id) == LINES
    assert client.runs.get_run(id).status == "running"  # nobody said that it ended


def test_a_resumed_run_goes_on_in_an_attempt_of_its_own(server: Server, client: Client, spool: Path) -> None:
    """What the first attempt left on the disk stays of the first, also when it is sent after the second began."""
    code = """
import sys, infrastudio as studio
run = studio.init(run="{id}", resume="allow", mode="{mode}", system_metrics=False)
studio.log({{"x": {value}}}, step=0)
studio.log_text("attempt {value}")
studio.flush()
print(studio.finish("{status}"))
"""
    id = os.urandom(16).hex()
    run_program(code.format(id=id, mode="online", value=1, status="failed"), server.url, spool)
    late = spool.parent / "late"
    run_program(code.format(id=id, mode="offline", value=2, status="failed"), server.url, late)
    assert "4 sent" in sync(late, server.url)
    run_program(code.format(id=id, mode="online", value=3, status="succeeded"), server.url, spool)
    assert points(client, id) == [(1, 0, 1.0), (2, 0, 2.0), (3, 0, 3.0)]
    assert [(line.attempt, line.text) for line in client.runs.get_logs(id).items] == [
        (1, "attempt 1"),
        (2, "attempt 2"),
        (3, "attempt 3"),
    ]
    run = client.runs.get_run(id)
    assert (run.status, run.attempts) == ("succeeded", 3)


def test_forked_children_log_to_the_run_and_leave_its_end_to_the_parent(
    server: Server, client: Client, spool: Path
) -> None:
    id = run_program(
        """
import multiprocessing, os, infrastudio as studio
run = studio.init(system_metrics=False)
studio.log({"x": 0}, step=0)
def work(number):
    studio.log({"x": number}, step=number)
    studio.log_text(f"child {number}")
context = multiprocessing.get_context("fork")
children = [context.Process(target=work, args=(number,)) for number in (1, 2)]
for child in children: child.start()
for child in children: child.join()
pid = os.fork()
if pid == 0:
    work(3)
    studio.finish()
    os._exit(0)
os.waitpid(pid, 0)
assert studio.finish().is_complete
print(run.id)
""",
        server.url,
        spool,
    ).strip()
    assert points(client, id) == [(1, step, float(step)) for step in range(4)]
    assert sorted(texts(client, id)) == ["child 1", "child 2", "child 3"]
    assert client.runs.get_run(id).status == "succeeded"


def test_a_program_does_not_fork_while_a_client_is_made(server: Server, spool: Path) -> None:
    """OpenSSL holds locks then, which nobody in the child would ever give back."""
    told = run_program(
        """
import os, ssl, threading, time
began, ended = threading.Event(), threading.Event()
make = ssl.create_default_context
def make_slowly(*args, **kwargs):
    began.set()
    time.sleep(0.5)  # how long it takes
    ended.set()
    return make(*args, **kwargs)
ssl.create_default_context = make_slowly
import infrastudio as studio
run = studio.init(system_metrics=False)
assert began.wait(30)
pid = os.fork()
if pid == 0:
    os._exit(0 if ended.is_set() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
assert studio.finish().is_complete
""",
        server.url,
        spool,
    )
    assert told == "0\n"


def test_a_program_that_is_terminated_says_so_and_dies_of_the_signal(
    server: Server, client: Client, spool: Path
) -> None:
    with program(LOOP, server.url, spool) as loop:
        id = read_line(loop)
        assert read_line(loop) == "half"
        loop.terminate()
        assert loop.wait(20) == -signal.SIGTERM
    run = client.runs.get_run(id)
    assert (run.status, run.status_reason) == ("canceled", "ended by SIGTERM")
    assert len(points(client, id)) == 101


def test_a_program_that_fails_says_why(server: Server, client: Client, spool: Path) -> None:
    code = "import infrastudio as studio\nprint(studio.init(system_metrics=False).id)\nraise ValueError('no data')"
    with program(code, server.url, spool) as failing:
        id = read_line(failing)
        assert failing.wait(20) == 1
    run = client.runs.get_run(id)
    assert (run.status, run.status_reason) == ("failed", "ValueError: no data")


def test_what_cannot_be_logged_is_counted_and_never_raises(server: Server, client: Client, spool: Path) -> None:
    told = run_program(
        """
import logging, infrastudio as studio
logging.disable()
studio.log({"before": 1})
run = studio.init(system_metrics=False)
studio.log({"good": 1, "text": "high", "none": None, "list": [1]}, step=1)
studio.log(None)
studio.log({"good": 2}, step="three")
studio.log({"good": 3, "bad\\nname": 1}, step=2)
studio.log_params({"p": 1})
studio.log_params({"p": 2, "q": 1})
studio.log_artifact("missing.txt")
class Stubborn:
    def __str__(self): raise RuntimeError("no")
studio.log_params({"s": Stubborn()})
report = studio.finish()
studio.log({"after": 1})
print(run.id, report.dropped, report.refused > 5, report.waiting)
""",
        server.url,
        spool,
    )
    id, *counts = told.split()
    assert counts == ["0", "True", "0"]
    assert [step for _, step, _ in points(client, id, "good")] == [1, 2]
    assert client.runs.get_run(id).params["p"] == "1"


def test_a_training_loop_does_no_io_of_its_own(spool: Path) -> None:
    """Whatever the server and the disk do, they cannot hold back a caller who asks nothing of them."""
    told = run_program(
        """
import sys, threading
import infrastudio as studio
studio.init(system_metrics=False)
main, seen, is_looping = threading.get_ident(), [], False
def audit(event, arguments):
    if is_looping and threading.get_ident() == main and event.startswith(("open", "os.", "socket.", "time.")):
        seen.append(event)
sys.addaudithook(audit)
is_looping = True
for i in range(5000):
    studio.log({"x": i}, step=i)
    studio.log_text("line")
    studio.set_tags({"at": i})
is_looping = False
print(seen)
""",
        NOBODY,
        spool,
    )
    assert told == "[]\n"


def wait_until(is_true: Callable[[], bool], *, deadline_s: float = 20) -> None:
    """Look at a condition until it holds."""
    end = time.monotonic() + deadline_s
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.01)
