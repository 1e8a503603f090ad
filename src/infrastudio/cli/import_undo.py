"""The way back from an import: what it created is deleted, what it changed is undone, if nobody changed it since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from infrastudio.sdk import Client, ServerFailure

PAGE: Final = 1000
_ROW: Final = re.compile(r"delete\.(\d+)\.")

Record = Mapping[str, Any]


def records_of(client: Client, import_id: str) -> Iterator[Record]:
    """Yield the records of an import; they stand together in the history, for it was one unit of work."""
    offset, is_found = 0, False
    while True:
        page = client.get("/api/instances/history", limit=PAGE, offset=offset)
        for item in page["items"]:
            if item["labels"].get("import_id") == import_id:
                is_found = True
                yield item
            elif is_found:
                return
        offset += PAGE
        if offset >= page["total"]:
            return


def delete_created(client: Client, records: list[Record]) -> list[str]:
    """Delete what was created and is still as it was; return what was left, and why."""
    kept: list[str] = []
    for start in range(0, len(records), PAGE):
        part = records[start : start + PAGE]
        while part:
            body = {"delete": [{"id": each["original_id"], "version": each["version"]} for each in part]}
            try:
                client.post("/api/instances/bulk", body)
                break
            except ServerFailure as error:
                refused = _refused(error)
                if not refused:
                    raise
                kept += [f"{part[row]['name']}: {why}" for row, why in refused.items()]
                part = [each for row, each in enumerate(part) if row not in refused]
    return kept


def undo_updates(client: Client, records: Iterable[Record]) -> list[str]:
    """Undo changes where nothing of the same fields changed since; return what was left, and why."""
    kept: list[str] = []
    for record in records:
        try:
            client.post(f"/api/instances/{record['original_id']}/undo", {"history_id": record["history_id"]})
        except ServerFailure as error:
            if error.status not in (404, 409, 412):
                raise
            kept.append(f"{record['name']}: {error.message}")
    return kept


def _refused(error: ServerFailure) -> dict[int, str]:
    """Return the rows that a refusal names, and why."""
    found: dict[int, str] = {}
    for problem in error.details.get("problems", ()):
        if (match := _ROW.match(problem["path"])) is not None:
            found[int(match[1])] = problem["message"]
    return found
