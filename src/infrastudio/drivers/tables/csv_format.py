"""CSV: RFC 4180 on writing, the dialects that people have on reading.

Spreadsheets take a cell that begins with `=`, `+`, `-`, `@`, tab or return for a formula and may run it. Such text gets
a single quote in front, which spreadsheets show as plain text, and so does text that has quotes before such a
character; reading takes one quote away again. So every text comes back as it was.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, Literal

from typing_extensions import override

from infrastudio.drivers.tables.cells import BATCH_ROWS, plain
from infrastudio.kernel.batches import batches
from infrastudio.kernel.tables import (
    MOST_COLUMNS,
    MOST_LINE_BYTES,
    Column,
    ReadOptions,
    Row,
    TableFormat,
    TableRow,
    UnreadableTable,
)

DELIMITERS: Final = ",;\t|"
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED: Final = re.compile(r"'+[=+\-@\t\r]")
_WIDE_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class CsvFormat(TableFormat):
    """Comma-separated values in UTF-8. There is no null: a cell with nothing in it is read as null."""

    name: Literal["csv"] = "csv"
    media_type: str = "text/csv; charset=utf-8"
    is_typed: bool = False

    @override
    def require_installed(self) -> None:
        return

    @override
    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        for batch in batches(rows, BATCH_ROWS):
            writer.writerows([_cell(row.get(column.name), column) for column in columns] for row in batch)
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
        if buffer.tell():
            yield buffer.getvalue().encode()

    @override
    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        lines = _Lines(file, options.encoding)
        first = next(lines, None)
        if first is None or not first.strip():
            raise UnreadableTable("is empty; the first line must name the columns", line=1)
        reader = csv.reader(_again(first, lines), delimiter=_delimiter(first), strict=True)
        header = _next(reader, lines)
        names = _names(header or [])
        number = 0
        while (cells := _next(reader, lines)) is not None:
            if not cells:
                continue
            number += 1
            values = {name: _undone(cell) or None for name, cell in zip(names, cells, strict=False) if name}
            yield TableRow(number, values, _width_problem(cells, names))


class _Lines(Iterator[str]):
    """The lines of a file as text; knows which one it is at."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        start = file.read(4)
        wide = next((name for mark, name in _WIDE_MARKS.items() if start.startswith(mark)), None)
        self.number = 0
        self._encoding = wide or encoding
        if not is_text_encoding(self._encoding):
            raise UnreadableTable(f"the encoding {encoding[:40]!r} is not known; utf-8, latin-1 and cp1252 are")
        if wide is None and not _is_byte_wise(self._encoding):
            raise UnreadableTable(f"the encoding {encoding[:40]!r} needs a byte order mark at its start")
        file.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 2 if wide else 0)
        if start.startswith(codecs.BOM_UTF8):
            self._encoding = "utf-8"
        self._wide = io.TextIOWrapper(file, wide, newline="") if wide else None
        self._file = file

    @override
    def __next__(self) -> str:
        if self._wide is not None:
            return self._next_wide(self._wide)
        line = self._file.readline(MOST_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MOST_LINE_BYTES:
            raise UnreadableTable(f"is longer than {MOST_LINE_BYTES} bytes", line=self.number)
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError as error:
            byte, column = line[error.start], len(line[: error.start].decode(self._encoding, "replace")) + 1
            raise UnreadableTable(
                f"is not {self._encoding.upper()}: byte 0x{byte:02X} at column {column}; save the file as UTF-8, "
                "or name its encoding",
                line=self.number,
                suggestion="Content-Type: text/csv; charset=latin-1",
            ) from error

    def _next_wide(self, text: io.TextIOWrapper) -> str:
        try:
            line = text.readline(MOST_LINE_BYTES + 1)
        except UnicodeDecodeError as error:
            raise UnreadableTable(
                "is not UTF-16, though the file begins as if it were", line=self.number + 1
            ) from error
        if not line:
            text.detach()
            self._wide = None
            raise StopIteration
        self.number += 1
        if len(line) > MOST_LINE_BYTES:
            raise UnreadableTable(f"is longer than {MOST_LINE_BYTES} characters", line=self.number)
        return line


def is_text_encoding(name: str) -> bool:
    """Is this the name of an encoding of text?"""
    try:
        return "".encode(name) is not None and codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError, UnicodeError):
        return False


def _is_byte_wise(encoding: str) -> bool:
    """Does the byte of a line feed stand for nothing else, so that lines can be cut before they are decoded?"""
    return "\n\r,".encode(encoding) == b"\n\r,"


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _delimiter(header: str) -> str:
    """Return the separator that stands most often in the header, outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    return max(DELIMITERS, key=lambda each: (bare.count(each), -DELIMITERS.index(each)))


def _next(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        message = str(error).replace("new-line character seen in unquoted field", "has a return inside a cell")
        raise UnreadableTable(f"is not CSV: {message}", line=lines.number) from error


def _names(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1}) if len(names) <= MOST_COLUMNS else []
    if len(names) > MOST_COLUMNS:
        raise UnreadableTable(f"names more than {MOST_COLUMNS} columns", line=1)
    if twice:
        raise UnreadableTable(f"names the column {twice[0][:100]!r} twice", line=1)
    if not any(names):
        raise UnreadableTable("names no column", line=1)
    return names


def _width_problem(cells: list[str], names: list[str]) -> str | None:
    if len(cells) < len(names):
        return f"has {len(cells)} cells, but the header {len(names)}"
    if any(cells[len(names) :]):
        return f"has {len(cells)} cells, but the header {len(names)}"
    return None


def _cell(value: object, column: Column) -> object:
    text = plain(value, column)
    return f"'{text}" if isinstance(text, str) and column.kind != "integer" and _FORMULA.match(text) else text


def _undone(cell: str) -> str:
    return cell[1:] if _DEFUSED.match(cell) else cell
