"""Draws a long series from its pyramid: whole cells, and points only where a range cuts one.

What decides is told by the points alone and not by how much of them is sealed, so that the answer never changes: the
attempt is of one series, its points rise along the axis, and more of them are in the range than the buckets' cells
hold. A bucket then is made of whole cells, begins with the first point of one, and says so by that point.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection

from infrastudio.stores.telemetry.downsampling import Range, Sliced
from infrastudio.stores.telemetry.pyramid import CELL, Cells, buckets_of, cells_of, decode_cells, join_cells
from infrastudio.stores.telemetry.reads import Resolution
from infrastudio.stores.telemetry.series_parts import Part, load_points, read_pyramids


def slice_by_cells(
    connection: Connection, parts: Sequence[Part], wanted: Range, *, last_step: int | None
) -> Sliced | None:
    """Return the rows of a range; None where the points themselves must be asked.

    Args:
        connection: Holds one snapshot.
        parts: All of one attempt, in the order they were appended.
        wanted: The range.
        last_step: Points behind it are left out.
    """
    if sum(part.count for part in parts) <= CELL * wanted.buckets or not _rises(parts, wanted, last_step):
        return None
    inside = [part for part in parts if _overlaps(part, wanted, last_step)]
    cells = _cells(connection, inside, wanted, last_step)
    if cells is None or int(cells.counts.sum()) <= CELL * wanted.buckets:
        return None
    along = wanted.along(cells.steps, cells.times)
    width, numbers = wanted.numbered(along, _last_along(inside, wanted, last_step))
    return Resolution("bucket", width), buckets_of(cells, numbers)


def _rises(parts: Sequence[Part], wanted: Range, last_step: int | None) -> bool:
    """Do the points rise along the axis, and also by step where steps cut them?"""
    if len({part.series_id for part in parts}) > 1:
        return False
    follows = list(pairwise(parts))
    steps_rise = all(part.steps_rise for part in parts) and all(a.step_max < b.step_min for a, b in follows)
    if wanted.x == "step":
        return steps_rise
    times_rise = all(part.times_rise for part in parts) and all(a.time_max < b.time_min for a, b in follows)
    is_cut = last_step is not None and any(part.step_max > last_step for part in parts)
    return times_rise and (steps_rise or not is_cut) and _fits(parts, wanted)


def _fits(parts: Sequence[Part], wanted: Range) -> bool:
    """Does the distance of every time from the origin fit into 64 bits?"""
    if wanted.x != "relative":
        return True
    low, high = parts[0].time_min - wanted.origin, parts[-1].time_max - wanted.origin
    return low >= -(2**63) and high < 2**63


def _bounds(part: Part, wanted: Range) -> tuple[int, int]:
    if wanted.x == "step":
        return part.step_min, part.step_max
    shift = wanted.origin if wanted.x == "relative" else 0
    return part.time_min - shift, part.time_max - shift


def _overlaps(part: Part, wanted: Range, last_step: int | None) -> bool:
    low, high = _bounds(part, wanted)
    return high >= wanted.low and low <= wanted.high and (last_step is None or part.step_min <= last_step)


def _is_whole(part: Part, wanted: Range, last_step: int | None) -> bool:
    low, high = _bounds(part, wanted)
    return low >= wanted.low and high <= wanted.high and (last_step is None or part.step_max <= last_step)


def _cells(connection: Connection, parts: Sequence[Part], wanted: Range, last_step: int | None) -> Cells | None:
    whole = [part for part in parts if part.points is None and _is_whole(part, wanted, last_step)]
    pyramids = read_pyramids(connection, whole)
    load_points(connection, [part for part in parts if part.chunk_id not in pyramids])
    found: list[Cells] = []
    rows: list[bytes] = []
    for part in parts:
        if part.chunk_id in pyramids:
            rows.append(pyramids[part.chunk_id])
            continue
        if rows:
            found.append(decode_cells(rows))
            rows = []
        if (cells := _cells_of_points(part, wanted, last_step)) is not None:
            found.append(cells)
    if rows:
        found.append(decode_cells(rows))
    return join_cells(found) if found else None


def _cells_of_points(part: Part, wanted: Range, last_step: int | None) -> Cells | None:
    points = part.points
    assert points is not None  # noqa: S101 - loaded by the caller
    along = wanted.along(points.steps, points.times)
    inside = (along >= wanted.low) & (along <= wanted.high)
    if last_step is not None:
        inside &= points.steps <= last_step
    places = np.flatnonzero(inside)
    if not len(places):
        return None
    return cells_of(part.ordinal + places, points.steps[places], points.times[places], points.values[places])


def _last_along(parts: Sequence[Part], wanted: Range, last_step: int | None) -> int:
    """Return the x of the last point of the range."""
    for part in reversed(parts):
        if part.points is None:
            return _bounds(part, wanted)[1]
        inside = part.points.steps <= (2**63 - 1 if last_step is None else last_step)
        along = wanted.along(part.points.steps[inside], part.points.times[inside])
        along = along[(along >= wanted.low) & (along <= wanted.high)]
        if len(along):
            return int(along[-1])
    raise AssertionError("unreachable: cells were made of at least one point")
