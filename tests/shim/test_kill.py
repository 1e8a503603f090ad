"""A server that dies at any moment loses no line of a job, stores none twice, and starts none again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REHEARSAL = Path(__file__).with_name("kill_rehearsal.py")


def test_ten_kills_of_the_server_lose_double_and_restart_nothing(tmp_path: Path) -> None:
    """In a process of its own, for it forks its servers."""
    command = [sys.executable, str(REHEARSAL), str(tmp_path), "30", "10"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result.pop("killed") >= 8
    assert result == {"lost": 0, "doubled": 0, "disordered": 0, "wrong": {}, "orphans": []}
