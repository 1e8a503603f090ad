"""What may stand in the files of the repository, and how long they may be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.repository import ROOT, files, text_files, text_of

LONGEST = 500
SOURCE_SUFFIXES = {".css", ".js", ".mjs", ".py", ".sh", ".ts", ".tsx"}

MACHINE_PATH = re.compile(
    r"""(?<![\w.$}>-])/(?:work|root|opt/(?:pypi|wheels))/[\w.]
      | (?<![\w.$}>-])/tmp/[\w.]
      | (?<![\w.$}>-])/(?:home|Users)/[a-z][\w-]*/
      | [A-Z]:\\Users\\""",
    re.VERBOSE,
)
REGISTRY_ADDRESS = re.compile(
    r"https?://[^/\s\"'`)]*(?:pypi|pythonhosted|npmjs|npmmirror|artifactory|nexus|jfrog|verdaccio|devpi)"
    r"|\"resolved\": *\"http"
    r"|^--(?:extra-)?index-url|^-i https?:",
    re.IGNORECASE | re.MULTILINE,
)
SECRET = re.compile(
    r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bsk-[A-Za-z0-9]{32,}\b"
)
THIS_FILE = Path(__file__).resolve().relative_to(ROOT)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return `path:line: text` of each match in what is committed, but for the pattern's own definition here."""
    return [
        f"{path}:{number}: {line.strip()[:160]}"
        for path in text_files()
        if path != THIS_FILE
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def is_generated(path: Path) -> bool:
    """Is the file made by a tool, and nobody reads it?"""
    return (
        ".gen." in path.name
        or path.name.endswith("_gen.py")
        or path.name.endswith((".lock", "-lock.json"))
        or path.is_relative_to("src/infrastudio/migrations/versions")
    )


def test_no_source_file_is_longer_than_500_lines() -> None:
    long = {
        str(path): count
        for path in files()
        if path.suffix in SOURCE_SUFFIXES and not is_generated(path)
        if (count := text_of(path).count("\n")) > LONGEST
    }
    assert long == {}


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    """Locks are for every mirror."""
    assert lines_with(REGISTRY_ADDRESS) == []


def test_no_file_holds_what_looks_like_a_secret() -> None:
    assert lines_with(SECRET) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, 'open("/work/x.py")'),
        (MACHINE_PATH, "cd /home/anna/project"),
        (MACHINE_PATH, "DIR=/tmp/x"),
        (REGISTRY_ADDRESS, '"resolved": "https://mirror.example/react.tgz"'),
        (REGISTRY_ADDRESS, "https://pypi.example/simple"),
        (REGISTRY_ADDRESS, "--index-url https://example.org"),
        (SECRET, "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_the_lock_names_no_host_and_pins_every_package_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert re.findall(r"https?://\S+", lock) == []
    blocks = re.split(r"\n(?=\S)", lock.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("folder", ["web", "web/codegen"])
def test_the_lock_of_the_web_is_that_of_its_package(folder: str) -> None:
    """Else every set-up would write it anew and leave a changed checkout behind."""
    package = json.loads((ROOT / folder / "package.json").read_text())
    locked = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"][""]
    for group in ("dependencies", "devDependencies"):
        assert locked.get(group, {}) == package.get(group, {})


@pytest.mark.parametrize("folder", ["web", "web/codegen"])
def test_the_web_pins_every_package_exactly(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text())
    wanted = package.get("dependencies", {}) | package.get("devDependencies", {})
    assert {name: version for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}


def test_every_folder_of_the_package_is_a_package() -> None:
    """A folder without `__init__.py` is not seen by import-linter, so its rules would not hold there."""
    folders = {path.parent for path in files() if path.suffix == ".py" and path.is_relative_to("src/infrastudio")}
    namespaces = {Path("src/infrastudio/migrations/versions")}
    assert {str(folder) for folder in folders - namespaces if not (ROOT / folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("tool", ["export_requirements.py", "env_example.py"])
def test_generated_files_are_fresh(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.stderr == ""
    assert done.returncode == 0
