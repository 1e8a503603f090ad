"""What a model shows beside its own fields: its versions by stage, the performance of one, how many serve it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, or_, select

from infrastudio.contexts.registry.queries import users
from infrastudio.contexts.registry.schemas import Model, ModelState, Stage
from infrastudio.contexts.registry.tables import ModelVersionRow
from infrastudio.kernel.batches import batches
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT

MAX_RANGES: Final = 100
"""Ranges of ids in one statement."""

_BEHIND_SLASH: Final = "0"
"""The character behind `/`: the end of all ids of a model's versions."""

_table: Final = ModelVersionRow.__table__.c


class _Newest(NamedTuple):
    """The newest version of a stage, and how many there are in it."""

    stage: Stage
    number: int
    versions: int


def shown(snapshot: Snapshot, states: Sequence[ModelState], *, seq: int | None = None) -> list[Model]:
    """Return models as clients see them, now or after event `seq`."""
    ids = [state.id for state in states]
    newest = _newest(snapshot, ids) if seq is None else _newest_at(snapshot, ids, seq)
    told = {id: number for id in ids if (number := _performing(newest[id])) is not None}
    evaluations = _evaluations(snapshot, told, seq)
    used_by = users.counts_by_model(snapshot, ids, seq=seq)
    return [
        Model(
            **dict(state),
            version_count=sum(each.versions for each in newest[state.id]),
            stages={each.stage: each.number for each in newest[state.id]},
            performance=evaluations.get(state.id),
            performance_version=told[state.id] if state.id in evaluations else None,
            used_by=used_by[state.id],
        )
        for state in states
    ]


def _performing(newest: Iterable[_Newest]) -> int | None:
    """Return the version whose evaluation stands for the model: the newest in production, else the newest."""
    by_stage = {each.stage: each.number for each in newest}
    return by_stage.get("production", max(by_stage.values(), default=None))


def _newest(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[_Newest]]:
    found: dict[str, list[_Newest]] = defaultdict(list)
    for some in batches(ids):
        rows = snapshot.execute(
            select(
                _table.model_id,
                _table.stage,
                func.max(_table.number).label("number"),
                func.count().label("versions"),
            )
            .where(_table.model_id.in_(some))
            .group_by(_table.model_id, _table.stage)
            .order_by(_table.model_id, _table.stage)
        )
        for row in rows:
            found[row.model_id].append(_Newest(row.stage, row.number, row.versions))
    return found


def _newest_at(snapshot: Snapshot, ids: Sequence[str], seq: int) -> dict[str, list[_Newest]]:
    stage = ledger.json_value(EVENT_AT.after, "stage")
    number = ledger.json_value(EVENT_AT.after, "number", int)
    numbers: dict[str, dict[Stage, list[int]]] = defaultdict(lambda: defaultdict(list))
    for some in batches(ids, MAX_RANGES):
        # by the id alone, which the index has: the versions of other models are never read
        own = or_(*(and_(BIRTH.entity_id >= f"{id}/", BIRTH.entity_id < f"{id}{_BEHIND_SLASH}") for id in some))
        columns = (EVENT_AT.entity_id, stage.label("stage"), number.label("number"))
        for row in snapshot.execute(ledger.select_states("model_version", seq, *columns).where(own)):
            numbers[row.entity_id.rpartition("/")[0]][row.stage].append(row.number)
    return defaultdict(
        list,
        {
            id: [_Newest(stage, max(of_stage), len(of_stage)) for stage, of_stage in sorted(stages.items())]
            for id, stages in numbers.items()
        },
    )


def _evaluations(snapshot: Snapshot, numbers: dict[str, int], seq: int | None) -> dict[str, dict[str, Any]]:
    """Return the evaluation of one version of each model, where it has one."""
    if seq is not None:
        states = {id: ledger.state_at(snapshot, "model_version", f"{id}/{n}", seq) for id, n in numbers.items()}
        return {id: state["evaluation"] for id, state in states.items() if state and state["evaluation"]}
    found: dict[str, dict[str, Any]] = {}
    for some in batches(list(numbers)):
        wanted = or_(*((_table.model_id == id) & (_table.number == numbers[id]) for id in some))
        for row in snapshot.execute(select(_table.model_id, _table.evaluation).where(wanted)):
            if row.evaluation:
                found[row.model_id] = row.evaluation
    return found
