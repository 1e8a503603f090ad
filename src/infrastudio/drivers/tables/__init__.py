"""Tables in files: CSV, JSON, NDJSON, XLSX and Parquet, written and read a few rows at a time."""

from infrastudio.drivers.tables.csv_format import CsvFormat
from infrastudio.drivers.tables.json_formats import JsonFormat, NdjsonFormat
from infrastudio.drivers.tables.parquet_format import ParquetFormat
from infrastudio.drivers.tables.xlsx_format import XlsxFormat
from infrastudio.kernel.tables import TableFormat, TableFormats


def all_formats() -> TableFormats:
    """Return every format there is; packages that some need are imported when they are used."""
    formats: tuple[TableFormat, ...] = (CsvFormat(), JsonFormat(), NdjsonFormat(), XlsxFormat(), ParquetFormat())
    return TableFormats({each.name: each for each in formats})


__all__ = ["CsvFormat", "JsonFormat", "NdjsonFormat", "ParquetFormat", "XlsxFormat", "all_formats"]
