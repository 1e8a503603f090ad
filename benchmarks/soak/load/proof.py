"""The ledger's own proof, as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.harness.processes import clean_environment


def replay_findings(data: Path) -> list[str]:
    """Run `studio replay --verify` beside the server and return what it found; empty when all is well."""
    command = [sys.executable, "-m", "infrastudio.cli.main", "replay", "--verify", "--json", "--data", str(data)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        return [f"studio replay ended with {done.returncode}: {done.stderr[-2000:]}"]
    told = json.loads(done.stdout)
    return [f"studio replay: {finding}" for finding in told["findings"]]
