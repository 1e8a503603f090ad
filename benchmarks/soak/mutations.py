"""Break the ledger in three ways, one at a time, and see that the test which guards each one turns red.

Run by `make soak`. The source is copied to a temporary folder and changed there; `tests/contracts/mutations.md` tells
what each mutation means.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SUITE = "tests/contracts/ledger/test_eight_writers.py"
DATABASES = ("sqlite", "postgresql", "mariadb")
TIMEOUT_S = 300


class Mutation(NamedTuple):
    """A change of source texts, and the test that must fail with it."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    test: str


MUTATIONS = (
    Mutation(
        "the lock is not taken",
        (
            ("stores/db/engines.py", '"BEGIN IMMEDIATE"', '"BEGIN"'),
            ("stores/db/turn.py", "fcntl.flock(self._file, fcntl.LOCK_EX)", "pass"),
            ("stores/ledger/lock.py", 'select pg_advisory_xact_lock(:key)"', 'select :key + 0"'),
            ("stores/ledger/lock.py", "_READ_CLOCK_LOCKED if", "_READ_CLOCK if"),
        ),
        "test_a_follower_never_misses_an_event",
    ),
    Mutation(
        "the record time may go back",
        (
            (
                "stores/db/database.py",
                "max(to_micros(self.clock.now()), start.at_us + 1)",
                "to_micros(self.clock.now())",
            ),
        ),
        "test_a_follower_never_misses_an_event",
    ),
    Mutation(
        "moments are not closed",
        (
            (
                "stores/ledger/as_of.py",
                "        if clock.at >= at_us:\n",
                "        if clock.at >= 0:\n",
            ),
        ),
        "test_an_answer_about_the_last_moments_never_changes",
    ),
)


def play(mutation: Mutation) -> bool:
    """Return whether the named test fails on every database once the source is broken."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__", "ui"))
        apply(mutation, source)
        red = [_fails(source, f"{SUITE}::{mutation.test}[{database}]") for database in DATABASES]
    print(f"{mutation.name}: {mutation.test} is {'red' if all(red) else f'GREEN {red}'}")
    return all(red)


def apply(mutation: Mutation, source: Path) -> None:
    """Break a copy of the source.

    Raises:
        SystemExit: The source no longer holds what the mutation changes.
    """
    for file, old, new in mutation.edits:
        path = source / "infrastudio" / file
        text = path.read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{file} does not hold {old!r} once: the mutation must be written anew")
        path.write_text(text.replace(old, new))


def _fails(source: Path, test: str) -> bool:
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode not in (0, 1):
        raise SystemExit(f"pytest did not run:\n{done.stdout}\n{done.stderr}")
    return done.returncode == 1


def main() -> None:
    """Play all mutations; exit code 1 when one stays unnoticed."""
    results = [play(mutation) for mutation in MUTATIONS]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
