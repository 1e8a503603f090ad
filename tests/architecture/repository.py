"""What the architecture tests read: the files of the checkout and the modules of the package."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
from functools import cache
from pathlib import Path

import infrastudio

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "infrastudio"
TEXT_SUFFIXES = frozenset(
    {
        "",
        ".bat",
        ".cfg",
        ".css",
        ".html",
        ".ini",
        ".js",
        ".json",
        ".lock",
        ".md",
        ".mjs",
        ".py",
        ".sh",
        ".svg",
        ".toml",
        ".ts",
        ".tsx",
        ".txt",
        ".yaml",
        ".yml",
    }
)


@cache
def files() -> tuple[Path, ...]:
    """Return the files that are, or would be, committed, relative to the root.

    Raises:
        CalledProcessError: This is no git checkout.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted(Path(name) for name in set(listed) if name and (ROOT / name).is_file()))


def text_files() -> tuple[Path, ...]:
    """Return those of `files()` that hold text."""
    return tuple(path for path in files() if path.suffix in TEXT_SUFFIXES)


def text_of(path: Path) -> str:
    """Return the text of one of `files()`."""
    return (ROOT / path).read_text(encoding="utf-8")


def sources() -> tuple[Path, ...]:
    """Return the Python files of the package, relative to the root."""
    return tuple(path for path in files() if path.suffix == ".py" and path.is_relative_to("src/infrastudio"))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of one of `files()`."""
    return ast.parse(text_of(path), filename=str(path))


def module_of(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.with_suffix("").relative_to("src").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def import_registries() -> None:
    """Import every module that may declare tables or events, so that their registries are complete."""
    for module in pkgutil.walk_packages(infrastudio.__path__, "infrastudio."):
        if {"tables", "events"} & set(module.name.split(".")) or module.name.startswith("infrastudio.stores."):
            importlib.import_module(module.name)
