"""A table that the ledger tells of changes only together with an event, and only in its context's service.

Read from the syntax trees of a whole service. A function *writes* when it hands a ledgered row class to `insert`,
`update`, `delete` or one of their aliases, makes such a row, or sets an attribute of a variable that holds one. Helpers
count for those who call them, in other modules too: what a function that people call from outside writes must meet an
append somewhere on the way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from architecture.repository import import_registries, sources, tree_of
from infrastudio.stores.db import Base

STATEMENTS = {"insert", "update", "delete"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Key = tuple[str, str]
"""Module and function."""


def ledgered_rows() -> set[str]:
    """Return the names of the row classes that the ledger tells of."""
    import_registries()
    return {mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.class_.ledgered}


class Service:
    """The functions of one service, who calls whom, who writes and who appends. Modules by their last name."""

    def __init__(self, trees: Mapping[str, ast.Module], rows: set[str]) -> None:
        self.functions = {
            (module, node.name): node
            for module, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, Function)
        }
        names = {module: _names_of(tree, set(trees)) for module, tree in trees.items()}
        statements = {module: statement_names(tree) for module, tree in trees.items()}
        self.calls = {key: self._calls(key, names[key[0]]) for key in self.functions}
        self.writers = {key for key, node in self.functions.items() if list(writes_of(node, statements[key[0]], rows))}
        self.appenders = {key for key, node in self.functions.items() if appends(node)}
        self.exported = {names["__init__"][name] for name in names.get("__init__", {})} & set(self.functions)

    def silent(self) -> list[str]:
        """Return the functions for callers outside that write ledgered rows and append nothing on the way."""
        called = {callee for key, callees in self.calls.items() for callee in callees if callee != key}
        doors = {key for key in self.functions if key not in called or key in self.exported or self._is_public(key)}
        return sorted(
            ".".join(key)
            for key in doors
            if (reached := self._reach(key)) & self.writers and not reached & self.appenders
        )

    def _is_public(self, key: Key) -> bool:
        """In a service of one module, what has no underscore is for everybody; in a folder, what is exported is."""
        return {module for module, _ in self.functions} == {"service"} and not key[1].startswith("_")

    def _calls(self, key: Key, names: Mapping[str, Key]) -> set[Key]:
        module = key[0]
        found = set()
        for node in ast.walk(self.functions[key]):
            if isinstance(node, ast.Name):
                found.add(names.get(node.id, (module, node.id)))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((names.get(node.value.id, ("", ""))[0], node.attr))
        return found & set(self.functions)

    def _reach(self, start: Key) -> set[Key]:
        found: set[Key] = set()
        waiting = [start]
        while waiting:
            if (current := waiting.pop()) not in found:
                found.add(current)
                waiting += self.calls[current]
        return found


def _names_of(tree: ast.Module, modules: set[str]) -> dict[str, Key]:
    """Return what a module imports from its own service: functions, and modules as (module, "")."""
    found: dict[str, Key] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        origin = (node.module or "").rpartition(".")[2]
        for alias in node.names:
            if origin == "service" and alias.name in modules:
                found[alias.asname or alias.name] = (alias.name, "")
            elif origin in modules and ".service." in (node.module or ""):
                found[alias.asname or alias.name] = (origin, alias.name)
    return found


def statement_names(tree: ast.Module) -> set[str]:
    """Return how a module calls SQLAlchemy's statements that write."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in STATEMENTS
    }


def writes_of(node: ast.AST, statements: set[str], rows: set[str]) -> Iterator[str]:
    """Return the ledgered row classes that a piece of code writes itself."""
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        callee = ast.unparse(call.func).rpartition(".")[2]
        given = ast.unparse(call.args[0]).partition(".")[0] if call.args else ""
        if callee in statements and given in rows:
            yield given
        elif callee in rows:
            yield callee
    for target in assigned_attributes(node):
        if target.id == "row" or target.id.endswith("_row"):
            yield target.id


def assigned_attributes(node: ast.AST) -> Iterator[ast.Name]:
    """Return the variables of which a piece of code sets an attribute."""
    for each in ast.walk(node):
        targets = (
            each.targets if isinstance(each, ast.Assign) else [each.target] if isinstance(each, ast.AugAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield target.value


def appends(node: ast.AST) -> bool:
    """Does a piece of code append an event itself?"""
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) == "ledger.append" for each in ast.walk(node))


def is_service(path: Path) -> bool:
    """Is it the service of a context, or a part of it?"""
    return path.parts[2] == "contexts" and bool({"service.py", "service"} & set(path.parts[4:5]))


def services() -> dict[str, dict[str, ast.Module]]:
    """Return the syntax trees of each context's service."""
    found: dict[str, dict[str, ast.Module]] = {}
    for path in filter(is_service, sources()):
        found.setdefault(path.parts[3], {})[path.stem] = tree_of(path)
    return found


def test_only_services_write_ledgered_rows() -> None:
    rows = ledgered_rows()
    elsewhere = {
        str(path): sorted(found)
        for path in sources()
        if path.parts[2] != "migrations" and not is_service(path)
        if (found := set(writes_of(tree_of(path), statement_names(tree_of(path)), rows)) & rows)
    }
    assert elsewhere == {}


@pytest.mark.parametrize("context", sorted(services()))
def test_whoever_writes_ledgered_rows_appends_an_event(context: str) -> None:
    assert Service(services()[context], ledgered_rows()).silent() == []


@pytest.mark.parametrize(
    "body",
    [
        "uow.change(update(InstanceRow).where(InstanceRow.id == id).values(replicas=2))",
        "uow.session.add(InstanceRow(name='chat'))",
        "row = queries.row(uow, id)\n    row.replicas += 1",
        "_store(uow)\n\ndef _store(uow):\n    uow.change(delete(InstanceRow))",
    ],
)
def test_a_silent_write_is_found(body: str) -> None:
    tree = ast.parse(f"from sqlalchemy import delete, update\n\ndef scale(uow, id):\n    {body}\n")
    assert Service({"service": tree}, {"InstanceRow"}).silent() == ["service.scale"]


WRITES = "from sqlalchemy import update\ndef store(uow):\n    uow.change(update(InstanceRow))\n"


@pytest.mark.parametrize("imports", ["from x.service import rows", "from x.service.rows import store"])
@pytest.mark.parametrize(("told", "silent"), [("ledger.append(uow, Scaled())", []), ("pass", ["verbs.scale"])])
def test_a_helper_of_another_module_counts_for_its_caller(imports: str, told: str, silent: list[str]) -> None:
    call = "rows.store" if imports.endswith("rows") else "store"
    verbs = f"{imports}\ndef scale(uow):\n    {call}(uow)\n    {told}\n"
    trees = {"rows": ast.parse(WRITES), "verbs": ast.parse(verbs)}
    assert Service(trees, {"InstanceRow"}).silent() == silent


def test_a_helper_that_the_service_exports_must_append_itself() -> None:
    verbs = "from x.service.rows import store\ndef scale(uow):\n    store(uow)\n    ledger.append(uow, Scaled())\n"
    trees = {
        "rows": ast.parse(WRITES),
        "verbs": ast.parse(verbs),
        "__init__": ast.parse("from x.service.rows import store"),
    }
    assert Service(trees, {"InstanceRow"}).silent() == ["rows.store"]
