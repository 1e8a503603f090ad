"""Write the generated files that are committed, or with --check say which of them are stale.

.venv/bin/python tools/generate.py            requirements.txt, .env.example, MLflow's operations in docs/,
                                              the SDK's models and operations, the web's API types and its route tree
.venv/bin/python tools/generate.py --check    exit 1 when one of them is not what its source gives
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
ROUTE_TREE = "web/src/app/routeTree.gen.ts"
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def run(*command: str | Path, cwd: Path = ROOT) -> bool:
    """Run a program in the project's environment and say whether it ended with status 0."""
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def python_tool(name: str, *arguments: str | Path) -> bool:
    """Run a program of this folder."""
    return run(sys.executable, ROOT / "tools" / name, *arguments)


def api_types(*flags: str) -> bool:
    """Make the web's types from the OpenAPI document of the application as it is in this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        return run(BIN / "studio", "openapi", "--output", document) and run(
            BIN / "node", "generate.mjs", document, *flags, cwd=WEB / "codegen"
        )


def git(*arguments: str) -> str:
    """Return what git prints, "" where there is no repository."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def route_tree(*, check: bool) -> bool:
    """Make the route tree anew; a difference from before, or from the commit of the same routes, is staleness.

    Every build makes it too. So the file in the working tree says nothing about the committed one, and where the
    routes have no change that waits for a commit, neither may the tree.
    """
    target = ROOT / ROUTE_TREE
    before = target.read_bytes() if target.exists() else b""
    if not run(BIN / "node", ROOT / "tools" / "route_tree.mjs", cwd=WEB):
        return False
    routes_wait = bool(git("status", "--porcelain", "--", "web/src/routes"))
    tree_waits = bool(git("status", "--porcelain", "--", ROUTE_TREE))
    if check and (target.read_bytes() != before or (tree_waits and not routes_wait)):
        print(f"{ROUTE_TREE} was stale; it is fresh now: commit it", file=sys.stderr)
        return False
    return True


def main() -> int:
    """Write or check every file; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args().check
    flags = ["--check"] if check else []
    fresh = [
        python_tool("export_requirements.py", *flags),
        python_tool("env_example.py", *flags),
        python_tool("mlflow_operations.py", *flags),
        python_tool("sdk_client.py", *flags),
        api_types(*flags),
        route_tree(check=check),
    ]
    return 0 if all(fresh) else 1


if __name__ == "__main__":
    sys.exit(main())
