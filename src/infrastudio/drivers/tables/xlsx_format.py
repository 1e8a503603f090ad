"""XLSX: one sheet, its first row names the columns. Text is written as text, never as a formula."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any, BinaryIO, Final, Literal
from xml.sax.saxutils import escape

from typing_extensions import override

from infrastudio.drivers.tables.cells import BATCH_ROWS, Drain, plain, require_package
from infrastudio.kernel.batches import batches
from infrastudio.kernel.tables import (
    Column,
    Limits,
    ReadOptions,
    Row,
    TableFormat,
    TableRow,
    UnreadableTable,
)

HEAD_BYTES: Final = 65_536
MOST_CELL_CHARACTERS: Final = 32_767
MOST_ROWS: Final = 1_048_576
EXACT_INTEGERS: Final = 2**53
_TO_ESCAPE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}[_\x00-\x08\x0b-\x1f\ufffe\uffff])"
)
"""What XML cannot hold, and text that would be read as such an escape."""
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Table" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_SHEET_HEAD: Final = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_MARKUP: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class XlsxFormat(TableFormat):
    """Office Open XML workbooks, written as a stream: no temporary file, no table of strings that grows with the rows.

    A sheet has at most 1,048,576 rows and a cell 32,767 characters; a longer text is cut and ends in an ellipsis.
    Integers that a double cannot hold are written as text.
    """

    name: Literal["xlsx"] = "xlsx"
    media_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    is_typed: bool = False

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    @override
    def require_installed(self) -> None:
        require_package("openpyxl", self.name)

    @override
    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        sink = Drain()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for path, text in _PARTS.items():
                archive.writestr(path, _DECLARATION + text)
            with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
                sheet.write((_DECLARATION + _SHEET_HEAD).encode())
                sheet.write(_row_xml(1, [column.name for column in columns]).encode())
                number = 1
                for batch in batches(rows, BATCH_ROWS):
                    if number + len(batch) > MOST_ROWS:
                        raise UnreadableTable(f"a sheet has at most {MOST_ROWS} rows; take CSV, JSON or Parquet")
                    cells = ([plain(row.get(column.name), column) for column in columns] for row in batch)
                    text = "".join(_row_xml(at, values) for at, values in enumerate(cells, start=number + 1))
                    sheet.write(text.encode())
                    number += len(batch)
                    yield sink.taken()
                sheet.write(b"</sheetData></worksheet>")
        yield sink.taken()

    @override
    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        _require_harmless(file, self._limits)
        from openpyxl import load_workbook

        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield from self._rows(book)
            finally:
                book.close()
        except UnreadableTable:
            raise
        except Exception as error:  # the reader fails in a dozen ways of its own over what it did not expect in a file
            raise UnreadableTable(f"is a broken workbook: {type(error).__name__}: {str(error)[:200]}") from error

    def _rows(self, book: Any) -> Iterator[TableRow]:
        if not book.worksheets:
            raise UnreadableTable("has no sheet")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        names = _names(next(rows, ()), self._limits)
        number = 0
        for cells in rows:
            if all(cell is None for cell in cells):
                continue
            number += 1
            known = zip_longest(names, cells[: len(names)])  # a row ends with its last cell that is not empty
            values = {name: _value(cell) for name, cell in known if name}
            extra = any(cell is not None for cell in cells[len(names) :])
            yield TableRow(number, values, f"has more cells than the header, {len(names)}" if extra else None)


def _row_xml(number: int, values: list[str | int | float | None]) -> str:
    cells = "".join(_cell_xml(value) for value in values)
    return f'<row r="{number}">{cells}</row>'


def _cell_xml(value: str | int | float | None) -> str:
    if value is None:
        return "<c/>"
    if not isinstance(value, str):
        if abs(value) <= EXACT_INTEGERS:
            return f"<c><v>{value}</v></c>"
        value = str(value)
    short = value if len(value) <= MOST_CELL_CHARACTERS else f"{value[: MOST_CELL_CHARACTERS - 1]}…"
    escaped = _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", short)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(escaped)}</t></is></c>'


def _require_harmless(file: BinaryIO, limits: Limits) -> None:
    """Refuse what is no archive, one that grows beyond the limit, and XML that defines entities."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > limits.columns or unpacked > limits.unpacked_bytes:
                raise UnreadableTable(f"unpacks to {unpacked} bytes in {len(parts)} parts, which is too much")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as content:
                        if _MARKUP.search(content.read(HEAD_BYTES)):
                            raise UnreadableTable("has XML that defines entities; no spreadsheet writes that")
    except UnreadableTable:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
        raise UnreadableTable(f"is no workbook in the format XLSX: {error}") from error
    file.seek(0)


def _names(header: tuple[Any, ...], limits: Limits) -> list[str]:
    names = ["" if cell is None else _unescaped(str(cell)).strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise UnreadableTable(f"names more than {limits.columns} columns", line=1)
    if not any(names):
        raise UnreadableTable("names no column in its first row", line=1)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise UnreadableTable(f"names the column {twice[:100]!r} twice", line=1)
    return names


def _value(cell: Any) -> Any:
    if cell is None:
        return None
    if isinstance(cell, str):
        return _unescaped(cell) or None
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=UTC)
    if isinstance(cell, bool | int | float):
        return cell
    return str(cell)


def _unescaped(text: str) -> str:
    """Return text without the escapes that XML needs for control characters."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
