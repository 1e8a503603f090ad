"""Write requirements.txt: the run-time part of requirements.lock, for people who install with pip alone.

.venv/bin/python tools/export_requirements.py            write it
.venv/bin/python tools/export_requirements.py --check    exit 1 when the committed file is stale

It needs no network: what a package needs is read from the installed metadata, its version and marker from the lock.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "requirements.txt"
HEADER = """\
# Made from requirements.lock by tools/export_requirements.py: what the Studio needs at run time, extras included.
# `make setup` does not use it; `pip install -r requirements.txt` in the repository root is the way without make.
"""
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
EXTRA = re.compile(r"""extra\s*==\s*['"]([A-Za-z0-9._-]+)['"]""")


def locked_lines(lock: str) -> dict[str, list[str]]:
    """Return for each package the lines `name==version ; marker` of the lock; several where Pythons differ."""
    lines: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if match := LOCKED.match(line):
            marker = f" ; {match['marker']}" if match["marker"] else ""
            lines.setdefault(canonicalize_name(match["name"]), []).append(
                f"{match['name']}=={match['version']}{marker}"
            )
    return lines


def is_wanted(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether these extras ask for it; markers of platform and Python do not count, the lock covers them all."""
    named = EXTRA.findall(str(requirement.marker or ""))
    return not named or bool(set(named) & set(extras))


def needed(direct: Iterable[Requirement], locked: dict[str, list[str]]) -> set[str]:
    """Return the names of all packages that the given requirements lead to."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = list(direct)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in found or name not in locked:
            continue
        found.add(key)
        try:
            declared = requires(name) or []
        except PackageNotFoundError:  # of another platform or Python: the lock says when it is installed
            continue
        waiting += [needs for needs in map(Requirement, declared) if is_wanted(needs, requirement.extras)]
    return {name for name, _ in found}


def render() -> str:
    """Return the text of requirements.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    locked = locked_lines((ROOT / "requirements.lock").read_text())
    names = needed([Requirement(text) for text in texts], locked)
    return HEADER + "\n".join(line for name in sorted(names) for line in locked[name]) + "\n-e .\n"


def main() -> int:
    """Write or check the file; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    text = render()
    if not parser.parse_args().check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        print("requirements.txt is stale; run: make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
