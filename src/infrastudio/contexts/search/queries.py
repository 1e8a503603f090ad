"""Looking for entities by name and id."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.search.rules import MIN_ID, SEARCH_READ, SEPARATORS, url_of
from infrastudio.contexts.search.schemas import SearchAnswer, SearchHit
from infrastudio.contexts.search.tables import SearchCheckpointRow, SearchEntryRow
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import Snapshot, contains

FORMAT: Final = 1
"""The way in which this release derives rows; rows of another one are made anew from the first event."""


def checkpoint(snapshot: Snapshot) -> int:
    """Return the last event that the entries know; 0 where they are to be made anew."""
    row = snapshot.execute(select(SearchCheckpointRow.seq, SearchCheckpointRow.format)).one_or_none()
    return row.seq if row is not None and row.format == FORMAT else 0


def find(snapshot: Snapshot, text: str, *, project: str | None, limit: int) -> SearchAnswer:
    """Return the entities whose names hold every word of `text`, or whose id begins with it.

    Case does not matter. Exact names come first, then beginnings, beginnings of words, parts; among equals the entity
    that changed last. The actor finds what they may read and nothing else.

    Args:
        snapshot: Carries the actor.
        text: What was typed.
        project: The slug of one project; None: the actor's own; `*`: all that the actor may read.
        limit: How many hits at most.
    """
    folded = casefold(text.strip())
    words = folded.split()
    if not words:
        return SearchAnswer(items=[], more=False)
    entry, rank = SearchEntryRow, _rank(folded)
    rows = snapshot.execute(
        select(entry.entity, entry.entity_id, entry.project_id, entry.name, entry.title, rank.label("rank"))
        .where(projects.visible_entities(snapshot, entry, project, SEARCH_READ))
        .where(or_(and_(*(contains(entry.text_folded, word) for word in words)), _id_begins_with(folded)))
        .order_by(rank, entry.seq.desc(), entry.entity_id)
        .limit(limit + 1)
    ).all()
    items = [
        SearchHit(
            entity=row.entity,
            id=row.entity_id,
            name=row.name or row.entity_id,
            title=row.title,
            project=projects.slug_or_none(snapshot, row.project_id),
            url=url_of(row.entity, row.entity_id),
            rank=row.rank,
        )
        for row in rows[:limit]
    ]
    return SearchAnswer(items=items, more=len(rows) > limit)


def _rank(folded: str) -> ColumnElement[int]:
    entry = SearchEntryRow
    begins_a_word = or_(*(contains(entry.text_folded, separator + folded) for separator in (*SEPARATORS, "\n")))
    return case(
        (or_(entry.name_folded == folded, entry.entity_id == folded), 0),
        (or_(_begins_with(entry.name_folded, folded), _id_begins_with(folded)), 1),
        (begins_a_word, 2),
        else_=3,
    )


def _begins_with(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(text)) == text


def _id_begins_with(folded: str) -> ColumnElement[bool]:
    return _begins_with(SearchEntryRow.entity_id, folded) if len(folded) >= MIN_ID else false()
