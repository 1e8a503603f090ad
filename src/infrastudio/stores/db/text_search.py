"""Partial search that answers alike on every database: LIKE folds case and reads wildcards differently on each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from infrastudio.kernel.text import casefold


class _Position(FunctionElement[int]):
    """The place of one text in another, counted from 1; 0 when it is not there."""

    name = "text_position"
    type = Integer()
    inherit_cache = True


def contains_folded(folded_column: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that a column of folded text holds `text`, whatever its case."""
    return _Position(folded_column, casefold(text)) > 0


def contains(column: Any, text: Any) -> ColumnElement[bool]:
    """Return the condition that a column holds `text`, letter by letter."""
    return _Position(column, text) > 0


@compiles(_Position)
def _instr(element: _Position, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(_Position, "postgresql")
def _strpos(element: _Position, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"
