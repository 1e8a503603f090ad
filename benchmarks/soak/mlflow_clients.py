"""Run the suites of an older MLflow client and of the frameworks that the newest one logs, each in its own environment.

Run by `make soak`. The environments are kept under `.cache/benchmarks`; PyTorch comes from its CPU wheels: from the
folder that PIP_FIND_LINKS names, or else from PyTorch's own index.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.harness.big_ledger import KEPT
from benchmarks.harness.peers import PROGRAMS, QUIET
from benchmarks.harness.processes import clean_environment, running_studio

SUITES: Final = Path(__file__).parent / "clients"
TORCH_INDEX: Final = "https://download.pytorch.org/whl/cpu"
TOOLS: Final = ("pytest", "pytest-timeout", "matplotlib", "scikit-learn")


class Client(NamedTuple):
    """An environment, and the suite that runs in it."""

    name: str
    packages: tuple[str, ...]
    suite: str


# OpenTelemetry of the time: newer ones end no span of this client.
CLIENTS: Final = (
    Client("mlflow-2.22", ("mlflow==2.22.5", "opentelemetry-sdk==1.33.1"), "test_older_client.py"),
    Client(
        "frameworks",
        (f"mlflow=={version('mlflow')}", "xgboost-cpu", "lightgbm", "lightning", "torch==2.13.0+cpu", "psutil"),
        "test_frameworks.py",
    ),
)


def main() -> None:
    """Run each suite against one server; exit code 1 when one failed."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, running_studio(Path(folder)) as server:
        for client in CLIENTS:
            print(f"{client.name}: {', '.join(client.packages)}", flush=True)
            if run_suite(client, server.url):
                failed.append(client.name)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def run_suite(client: Client, url: str) -> int:
    """Run a suite in its environment, without our packages, and return its exit code."""
    python = environment(client)
    variables = clean_environment(**QUIET | {"STUDIO_URL": url, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"})
    variables.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        command = [str(python), "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "--timeout=300"]
        return subprocess.run([*command, str(SUITES / client.suite)], cwd=folder, env=variables, check=False).returncode


def environment(client: Client) -> Path:
    """Return the interpreter of a client's environment, which is made once."""
    folder = KEPT / "clients" / client.name
    made, python = folder / "made", folder / "bin" / "python"
    wanted = "\n".join((*client.packages, *TOOLS))
    if not made.exists() or made.read_text() != wanted:
        uv = PROGRAMS / "uv"
        wheels = os.environ.get("PIP_FIND_LINKS")
        source = ("--find-links", wheels) if wheels else ("--extra-index-url", TORCH_INDEX)
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        install = [str(uv), "pip", "install", "--quiet", "--python", str(python), *source, *client.packages, *TOOLS]
        subprocess.run(install, check=True)
        made.write_text(wanted)
    return python


if __name__ == "__main__":
    main()
