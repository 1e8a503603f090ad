"""Rules of imports and calls that import-linter cannot say; its own contracts stand in .importlinter."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.repository import module_of, sources, text_of, tree_of

HEAVY = {
    "boto3",
    "confluent_kafka",
    "docker",
    "matplotlib",
    "mlflow",
    "openpyxl",
    "optuna",
    "pandas",
    "polars",
    "pyarrow",
    "ray",
    "scipy",
    "skl2onnx",
    "sklearn",
    "skops",
    "tensorflow",
    "torch",
}
"""Packages that cost a start too much: imported inside the function that needs them, or by processes of their own."""

OWN_PROCESSES = ("infrastudio.recipes.", "infrastudio.replica.loaders", "infrastudio.replica.zygote")
"""Programs that exist to have those packages loaded."""


def imported(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Return every imported name of a file in full, relative ones resolved."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (above, node.module) if part)
            yield from ((node, f"{origin}.{alias.name}") for alias in node.names)


def context_of(name: str) -> str | None:
    """Return the context that a dotted name lies in."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["infrastudio", "contexts"] and len(parts) > 2 else None


def is_tables(name: str) -> bool:
    """Does the dotted name lie in the tables of a context?"""
    return context_of(name) is not None and name.split(".")[3:4] == ["tables"]


def test_nobody_imports_the_tables_of_another_context() -> None:
    """A row never leaves its context: neighbours use schemas, and a key as `ForeignKey("project.id")`."""
    foreign = [
        f"{path}:{node.lineno} imports {name}"
        for path in sources()
        for node, name in imported(path)
        if is_tables(name) and context_of(name) != context_of(module_of(path))
    ]
    assert foreign == []


def test_a_process_that_starts_imports_no_heavy_package() -> None:
    heavy = [
        f"{path}:{node.lineno} imports {name}"
        for path in sources()
        if not module_of(path).startswith(OWN_PROCESSES)
        for node, name in imported(path)
        if name.partition(".")[0] in HEAVY and node in tree_of(path).body
    ]
    assert heavy == []


SHIM_MAY = ("infrastudio.shim.", "infrastudio.drivers.executors.frames.")
SLOW_TO_IMPORT = {"asyncio", "json", "logging", "subprocess", "typing"}


def test_the_shim_needs_the_quick_part_of_the_standard_library_only() -> None:
    """It runs under `python -I -S`, once for each attempt of a job: nothing installed can be imported there."""
    foreign = [
        f"{path}:{node.lineno} imports {name}"
        for path in sources()
        if path.is_relative_to("src/infrastudio/shim") or path.name == "frames.py"
        for node, name in imported(path)
        if node in tree_of(path).body and not name.startswith(SHIM_MAY)
        if (top := name.partition(".")[0]) in SLOW_TO_IMPORT or top not in sys.stdlib_module_names
    ]
    assert foreign == []


def calls_of_sleep(path: Path) -> Iterator[ast.Call]:
    """Return every call of `time.sleep`, however it was imported."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name == "sleep"
    }
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        is_attribute = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "time.sleep"
        if is_attribute or (isinstance(node.func, ast.Name) and node.func.id in names):
            yield node


def test_a_thread_that_sleeps_says_on_the_same_line_why_no_condition_can_wake_it() -> None:
    silent = [
        f"{path}:{call.lineno}"
        for path in sources()
        for call in calls_of_sleep(path)
        if "#" not in text_of(path).splitlines()[call.lineno - 1]
    ]
    assert silent == []


NONDETERMINISTIC = {
    "datetime.now",
    "datetime.datetime.now",
    "datetime.utcnow",
    "datetime.datetime.utcnow",
    "random.random",
    "random.Random",
    "random.choice",
    "random.randint",
    "random.shuffle",
    "secrets.token_hex",
    "secrets.token_urlsafe",
    "secrets.token_bytes",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid7",
}
"""What a seed could not make again; `kernel` has the injected sources for all of it."""


@pytest.mark.parametrize("layer", ["contexts", "http", "stores"])
def test_ids_times_and_random_numbers_come_from_the_kernel_only(layer: str) -> None:
    calls = [
        f"{path}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in sources()
        if path.is_relative_to(f"src/infrastudio/{layer}")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in NONDETERMINISTIC
    ]
    assert calls == []


def test_only_wiring_reads_the_environment_of_the_server() -> None:
    """Settings are read once and handed down as values."""
    readers = [
        f"{path}:{node.lineno}"
        for path in sources()
        if path.parts[2] in {"kernel", "stores", "http", "contexts"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert readers == []
