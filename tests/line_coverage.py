"""Which lines of ours a test run executes: each statement notes its line, and coverage.py reports.

Before Python 3.12 coverage.py can only collect by a trace function, which slows every instruction of every library: the
suite takes twice the time. Here only our own modules are changed, when they are imported: before each statement
stands one that writes into an array. On the same tests both find the same lines, but for this: a line with `except` or
`case` counts here when its body begins, there already when it is looked at.

It is switched on by the variable, which names the folder for the data.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Final

from typing_extensions import override

VARIABLE: Final = "STUDIO_TEST_LINES"
PACKAGE: Final = "infrastudio"

_executed: dict[str, bytearray] = {}


def collect() -> None:
    """Note the lines of all our modules that are imported from now on, if the variable asks for it."""
    if VARIABLE not in os.environ:
        return
    ordinary = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if fullname.partition(".")[0] != PACKAGE:
            return ordinary(loader, fullname)
        path = loader.get_filename(fullname)
        return compile_noting(path, loader.get_data(path))

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]  # for all modules to come


def executed_lines(path: str) -> bytearray:
    """Return the array of a file in which its statements note that they were executed."""
    return _executed[path]


def save() -> None:
    """Write what was executed, and which files never were, as a data file of coverage.py."""
    if VARIABLE not in os.environ:
        return
    from coverage import CoverageData

    data = CoverageData(str(Path(os.environ[VARIABLE]) / ".coverage"), suffix=True)
    data.add_lines({path: [number for number, seen in enumerate(lines) if seen] for path, lines in _executed.items()})
    data.touch_files(_files())
    data.write()


def _files() -> list[str]:
    """Return all files of the package."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(PACKAGE)
    packages = [path.parent for path in Path(spec.origin).parent.rglob("__init__.py")]
    return [str(path) for package in packages for path in package.glob("*.py")]


def compile_noting(path: str, source: bytes) -> CodeType:
    """Compile a file so that its statements note their lines in its array."""
    tree = ast.parse(source, path)
    _executed[path] = bytearray(source.count(b"\n") + 2)
    _Noting().visit(tree)
    start = ast.parse(f"__lines__ = __import__({__name__!r}).executed_lines({path!r})").body
    place = next((n for n, statement in enumerate(tree.body) if _is_noting(statement)), len(tree.body))
    tree.body[place:place] = start
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class _Noting(ast.NodeVisitor):
    """Puts a note before each statement of each block."""

    @override
    def generic_visit(self, node: ast.AST) -> None:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                setattr(node, name, _noted(block, _own_lines(node)))


def _own_lines(node: ast.AST) -> list[int]:
    """Return the line of a clause that is no statement itself."""
    if isinstance(node, ast.ExceptHandler):
        return [node.lineno]
    return [node.pattern.lineno] if isinstance(node, ast.match_case) else []


def _noted(block: Sequence[ast.stmt], lines: list[int]) -> list[ast.stmt]:
    noted: list[ast.stmt] = []
    for place, statement in enumerate(block):
        lines.extend(decorator.lineno for decorator in getattr(statement, "decorator_list", ()))
        lines.append(statement.lineno)
        if not _stands_first(statement, place):
            noted.extend(_note(line, statement) for line in lines)
            lines.clear()
        noted.append(statement)
    return noted


def _stands_first(statement: ast.stmt, place: int) -> bool:
    """Is it a docstring or an import from the future, before which nothing may stand?"""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return place == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _note(line: int, statement: ast.stmt) -> ast.stmt:
    target = ast.Subscript(ast.Name("__lines__", ast.Load()), ast.Constant(line), ast.Store())
    return ast.copy_location(ast.Assign([target], ast.Constant(1)), statement)


def _is_noting(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(target := statement.targets[0], ast.Subscript)
        and isinstance(target.value, ast.Name)
        and target.value.id == "__lines__"
    )


collect()
