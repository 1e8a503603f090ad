"""A server that is killed again and again while it starts and tails jobs; prints what came of it as JSON.

    python kill_rehearsal.py FOLDER JOBS KILLS

It forks each server from itself, so that a kill costs no import. Lines and offset are stored in one transaction, as the
product does it; what is to be proved is that nothing else has to be remembered.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from infrastudio.contexts.training.ports import AttemptId, Program
from infrastudio.drivers.executors.local import LocalExecutor
from infrastudio.shim import PROGRAM

AT_ONCE = 4
LINES = 120
JOB = f"""
echo started >> "$STARTS"
i=0
while [ $i -lt {LINES} ]; do
    echo "line $i"; i=$((i+1)); [ $((i % 40)) -eq 0 ] && sleep 0.05
done
exit "$CODE"
"""


def connect(folder: Path) -> sqlite3.Connection:
    """Open the database of the server."""
    db = sqlite3.connect(folder / "server.db", timeout=20, isolation_level=None)
    db.executescript(
        """
        PRAGMA journal_mode=WAL;
        CREATE TABLE IF NOT EXISTS job (number INTEGER PRIMARY KEY, offset INTEGER, ended INTEGER, code INTEGER);
        CREATE TABLE IF NOT EXISTS line (number INTEGER, at INTEGER, text TEXT);
        """
    )
    return db


async def tail(db: sqlite3.Connection, executor: LocalExecutor, folder: Path, number: int) -> None:
    """Start one job, or find it again, and store its lines to the end."""
    attempt = AttemptId(f"job_{number}", 1)
    variables = {"STARTS": str(folder / f"starts-{number}"), "CODE": str(number % 7)}
    await executor.start(Program(attempt, "0" * 32, ("sh", "-c", JOB), "/", variables))
    (offset,) = db.execute("SELECT offset FROM job WHERE number = ?", (number,)).fetchone()
    ended = False
    while not ended:
        await executor.wait_for_change(attempt, offset, timeout_s=1)
        chunk = await executor.read_log(attempt, offset, 512)
        seen = await executor.observe(attempt)
        ended = chunk.ended
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO line VALUES (?, ?, ?)", [(number, line.time_ns, line.text) for line in chunk.lines])
        code = seen.exit_code if ended else None
        change = (chunk.next_offset, ended, code, number)
        db.execute("UPDATE job SET offset = ?, ended = ?, code = ? WHERE number = ?", change)
        db.execute("COMMIT")
        offset = chunk.next_offset


async def serve(folder: Path, jobs: int) -> None:
    """Bring all jobs to their ends, a few at once."""
    db = connect(folder)
    executor = LocalExecutor(folder / "attempts", shim=PROGRAM, poll_s=0.01)
    db.executemany("INSERT OR IGNORE INTO job VALUES (?, 0, 0, NULL)", [(number,) for number in range(jobs)])
    room = asyncio.Semaphore(AT_ONCE)

    async def hold(number: int) -> None:
        async with room:
            await tail(db, executor, folder, number)

    numbers = [number for (number,) in db.execute("SELECT number FROM job WHERE NOT ended ORDER BY number")]
    await asyncio.gather(*map(hold, numbers))


def rehearse(folder: Path, jobs: int, kills: int) -> int:
    """Kill `kills` servers after a random time, let the last one finish; return how many were killed at work."""
    dice = random.Random(7)
    killed = 0
    for kill in range(kills + 1):
        pid = os.fork()
        if pid == 0:
            try:
                asyncio.run(serve(folder, jobs))
            except BaseException as error:
                sys.stderr.write(repr(error))
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        if kill < kills:
            time.sleep(dice.uniform(0.04, 0.15))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
    return killed


def orphans(folder: Path) -> list[str]:
    """Return the living processes that belong to jobs of `folder`."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                command = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
                state = (path / "stat").read_bytes().rpartition(b")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if int(path.name) != os.getpid() and os.fsencode(folder / "") in command and state not in b"ZX":
                found.append(command.replace(b"\0", b" ").decode("utf-8", "replace")[:200])
    return found


def main(folder: Path, jobs: int, kills: int) -> None:
    """Run the rehearsal and compare what was stored with what was printed."""
    killed = rehearse(folder, jobs, kills)
    db = connect(folder)
    wanted = [f"line {i}" for i in range(LINES)]
    wrong: dict[str, object] = {}
    lost = doubled = disordered = 0
    for number in range(jobs):
        query = "SELECT text FROM line WHERE number = ? ORDER BY rowid"
        texts = [text for (text,) in db.execute(query, (number,))]
        lost += len(set(wanted) - set(texts))
        doubled += len(texts) - len(set(texts))
        disordered += texts != wanted
        ended, code = db.execute("SELECT ended, code FROM job WHERE number = ?", (number,)).fetchone()
        starts = (folder / f"starts-{number}").read_text().count("started")
        if not ended or code != number % 7 or starts != 1:
            wrong[str(number)] = [ended, code, starts]
    deadline = time.monotonic() + 10
    while (left := orphans(folder)) and time.monotonic() < deadline:  # a shim ends a moment after its exit record
        time.sleep(0.02)
    counts = {"killed": killed, "lost": lost, "doubled": doubled, "disordered": disordered}
    sys.stdout.write(json.dumps(counts | {"wrong": wrong, "orphans": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
