"""Every format gives back what it was given; broken, hostile and foreign files are refused in words, or read."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastudio.drivers.tables import all_formats
from infrastudio.drivers.tables.parquet_format import ParquetFormat
from infrastudio.drivers.tables.xlsx_format import XlsxFormat
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.tables import (
    Column,
    FormatNotInstalled,
    Limits,
    ReadOptions,
    Row,
    TableFormat,
    TableRow,
    UnreadableTable,
)
from unicode_edge_cases import unicode_edge_cases

FORMATS = all_formats().by_name
NAMES = ("csv", "json", "ndjson", "xlsx", "parquet")
COLUMNS = (Column("name"), Column("note"), Column("count", "integer"), Column("at", "time"), Column("labels", "json"))

texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60),
    st.sampled_from([text for text in unicode_edge_cases() if text]),
    st.sampled_from(
        [
            "=1+1",
            "'=1",
            "''=",
            "'",
            "+4",
            "-4",
            "@sum",
            "\t=",
            "\r",
            "\r\n",
            "\n",
            '"',
            ",",
            ";",
            " x ",
            "_x000D_",
            "_x0001_x0001_",
            "_x0001\x01",
            "<r>a</r>",
            "<r><t>",
        ]
    ),
    st.sampled_from(["007", "1e5", "true", "null", "NaN", "2026-01-01", "_x005F_x0041_", "\ufeff", "﻿a", "#N/A"]),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts, lambda x: st.lists(x, max_size=2)
)
rows = st.fixed_dictionaries(
    {
        "name": texts,
        "note": texts,
        "count": st.integers(-(2**63), 2**63 - 1),
        "at": st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  the zone is drawn
        "labels": st.dictionaries(texts, values, max_size=2),
    }
)


@pytest.fixture(params=NAMES)
def table(request: pytest.FixtureRequest) -> TableFormat:
    """Each format."""
    return FORMATS[request.param]


def written(table: TableFormat, rows: list[Row], columns: tuple[Column, ...] = COLUMNS) -> bytes:
    return b"".join(table.write(columns, rows))


def read(table: TableFormat, content: bytes, **options: Any) -> list[TableRow]:
    return list(table.read(io.BytesIO(content), ReadOptions(**options)))


def refusal(table: TableFormat, content: bytes, **options: Any) -> str:
    with pytest.raises(UnreadableTable) as refused:
        read(table, content, **options)
    return refused.value.message


def as_read(table: TableFormat, row: Row) -> dict[str, Any]:
    """Return a row as the format can tell it: text in place of what it has no type for."""
    told = dict(row)
    if table.name != "parquet":
        told["at"] = format_time(row["at"])
    if table.name in ("csv", "xlsx", "parquet"):
        told["labels"] = json.dumps(row["labels"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if table.name == "csv" or (table.name == "xlsx" and abs(row["count"]) > 2**53):
        told["count"] = str(row["count"])
    return told


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(given_rows=st.lists(rows, max_size=4))
def test_every_format_gives_back_what_it_was_given(name: str, given_rows: list[Row]) -> None:
    table = FORMATS[name]
    found = read(table, written(table, given_rows))
    assert [dict(row.values) for row in found] == [as_read(table, row) for row in given_rows]
    assert [(row.number, row.problem) for row in found] == [(at, None) for at in range(1, len(given_rows) + 1)]


def test_a_table_without_rows_is_a_valid_file(table: TableFormat) -> None:
    assert read(table, written(table, [])) == []


def test_null_stays_null(table: TableFormat) -> None:
    found = read(table, written(table, [{"name": "a"}]))
    assert found[0].values == {"name": "a", "note": None, "count": None, "at": None, "labels": None}


def test_many_rows_come_in_parts_and_in_order(table: TableFormat) -> None:
    made: Iterator[Row] = ({"name": f"n{at}", "count": at} for at in range(12_345))
    parts = list(table.write((Column("name"), Column("count", "integer")), made))
    assert len(parts) > 1
    found = read(table, b"".join(parts))
    assert [int(row.values["count"]) for row in found] == list(range(12_345))


def test_rows_are_read_as_they_are_written_and_not_before() -> None:
    """Else a hundred thousand would be held."""
    for name in NAMES:
        taken = 0

        def endless() -> Iterator[Row]:
            nonlocal taken
            while True:
                taken += 1
                yield {"name": "x"}

        next(FORMATS[name].write((Column("name"),), endless()))
        assert taken <= 11_000, name


def test_a_format_whose_package_is_missing_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, package in (("parquet", "pyarrow"), ("xlsx", "openpyxl")):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            with pytest.raises(FormatNotInstalled, match=r"pip install 'infrastudio\[tables\]'"):
                FORMATS[name].require_installed()
        FORMATS[name].require_installed()


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"PK\x03\x04 broken", b"PAR1PAR1", b"{", b"[1", b'["x"]'])
@pytest.mark.parametrize("name", ["json", "ndjson", "xlsx", "parquet"])
def test_what_is_of_another_format_is_refused_in_words(name: str, content: bytes) -> None:
    assert refusal(FORMATS[name], content).startswith("file: ")


@pytest.mark.parametrize("name", ["json", "xlsx", "parquet"])
def test_a_file_that_was_cut_is_refused(name: str) -> None:
    whole = written(FORMATS[name], [{"name": f"n{at}", "note": "x" * 50} for at in range(50)])
    for share in (0.1, 0.5, 0.9, 0.99):
        refusal(FORMATS[name], whole[: int(len(whole) * share)])


@settings(max_examples=25)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_a_damaged_file_is_read_or_refused_and_never_a_crash(data: st.DataObject, name: str) -> None:
    content = bytearray(written(FORMATS[name], [{"name": "a", "note": "b", "count": 1} for _ in range(3)]))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnreadableTable):
        read(FORMATS[name], bytes(content))


class TestCsv:
    table = FORMATS["csv"]

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "''-"])
    def test_no_cell_can_be_taken_for_a_formula(self, text: str) -> None:
        content = written(self.table, [{"name": text}], (Column("name"),)).decode()
        assert content.splitlines()[1].lstrip('"').startswith("'")
        assert read(self.table, content.encode())[0].values == {"name": text}

    def test_negative_numbers_stay_numbers(self) -> None:
        assert written(self.table, [{"n": -4}], (Column("n", "integer"),)) == b"n\r\n-4\r\n"

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_the_dialects_of_spreadsheets_are_read(self, delimiter: str, end: str) -> None:
        lines = [delimiter.join(cells) for cells in (["name", "note"], ["a", '"x, ""y"";\n|"'], ["b", ""])]
        found = read(self.table, end.join(lines).encode())
        assert [dict(row.values) for row in found] == [
            {"name": "a", "note": 'x, "y";\n|'},
            {"name": "b", "note": None},
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_marks_at_the_beginning_tell_the_encoding(self, encoding: str) -> None:
        assert read(self.table, "name\nZürich 漢\n".encode(encoding))[0].values == {"name": "Zürich 漢"}

    def test_another_encoding_is_read_by_its_name_and_refused_by_line_without_it(self) -> None:
        content = "name\nplain\nZürich\n".encode("latin-1")
        message = refusal(self.table, content)
        assert "line 3" in message
        assert "0xFC" in message
        assert "column 2" in message
        assert read(self.table, content, encoding="latin-1")[1].values == {"name": "Zürich"}

    @pytest.mark.parametrize("encoding", ["nothing", "utf-16", "rot13", "base64", "utf-7\0"])
    def test_encodings_that_are_none_are_refused(self, encoding: str) -> None:
        assert "encoding" in refusal(self.table, b"name\nx\n", encoding=encoding)

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            (b"", 1),
            (b"\n\nname\n", 1),
            (b"name,name\n", 1),
            (b"name\na\n" + b'"half', 3),
            (b'name\n"a"b\n', 2),
            (b"name\n" + b"x" * 2_000_000, 2),
            (b"name\n" + b"x" * 200_000, 2),
            (b"," * 1500 + b"a\n", 1),
        ],
    )
    def test_a_broken_file_is_refused_by_line(self, content: bytes, line: int) -> None:
        assert f"line {line}: " in refusal(self.table, content)

    def test_rows_of_another_width_say_so_and_the_others_are_read(self) -> None:
        found = read(self.table, b"a,b\n1,2\n1\n1,2,3\n1,2,\n")
        assert [row.problem is None for row in found] == [True, False, False, True]
        assert found[1].problem == "has 1 cells, but the header 2"


class TestXlsx:
    table = FORMATS["xlsx"]

    def test_a_formula_is_text(self) -> None:
        content = written(self.table, [{"name": "=1+1"}], (Column("name"),))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")

    def test_text_beyond_what_a_cell_holds_is_cut_visibly(self) -> None:
        content = written(self.table, [{"name": "x" * 40_000}], (Column("name"),))
        assert read(self.table, content)[0].values["name"] == "x" * 32_766 + "…"

    def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(self) -> None:
        small = XlsxFormat(Limits(unpacked_bytes=1_000_000))
        content = written(self.table, [{"name": "x" * 5000} for _ in range(500)], (Column("name"),))
        assert len(content) < 100_000
        assert "too much" in refusal(small, content)

    def test_xml_that_defines_entities_is_refused(self) -> None:
        content = written(self.table, [{"name": "x"}], (Column("name"),))
        changed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
            for part in old.infolist():
                text = old.read(part)
                bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]>'
                new.writestr(part.filename, bomb + text.partition(b"?>")[2] if "sheet1" in part.filename else text)
        assert "entities" in refusal(self.table, changed.getvalue())

    def test_numbers_and_dates_of_spreadsheets_keep_their_type(self) -> None:
        from openpyxl import Workbook

        book = Workbook()
        for cells in (["n", "f", "b", "at"], [3, 2.5, True, datetime(2026, 1, 2, 3, 4, 5)], [None] * 4, [4]):  # noqa: DTZ001  spreadsheets know no zones
            book.active.append(cells)
        file = io.BytesIO()
        book.save(file)
        found = read(self.table, file.getvalue())
        assert [dict(row.values) for row in found] == [
            {"n": 3, "f": 2.5, "b": True, "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
            {"n": 4, "f": None, "b": None, "at": None},
        ]


def test_a_parquet_file_that_unpacks_to_too_much_is_refused() -> None:
    content = written(FORMATS["parquet"], [{"name": "x" * 5000 + str(at)} for at in range(500)], (Column("name"),))
    assert "too much" in refusal(ParquetFormat(Limits(unpacked_bytes=1_000_000)), content)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'[{"a": 1},\n{"a": }]', 2),
        (b'[{"a": NaN}]', 1),
        (b'[{"a": 1},]', 1),
        (b"[\n\n3]", 3),
        (b"[]\n[]", 1),
        (b"\n[{}\n\n{}]", 4),
        (b'[{"a": "\xff"}]', 1),
        (b"[" + b'{"a":' * 100_000, 1),
        (b'[{"a": ' + b"9" * 5000 + b"}]", 1),
    ],
)
def test_broken_json_is_refused_by_line(content: bytes, line: int) -> None:
    assert f"line {line}: " in refusal(FORMATS["json"], content)


def test_broken_ndjson_is_refused_by_line() -> None:
    assert "line 3: " in refusal(FORMATS["ndjson"], b'{"a": 1}\n\n{"a": }\n')
    assert "line 2: " in refusal(FORMATS["ndjson"], b'{"a": 1}\n"text"\n')
