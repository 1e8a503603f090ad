"""What memory knows of a search for runs: their order by a metric, and which of them meet conditions on metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from infrastudio.kernel.filters import (
    Comparison,
    Condition,
    Expression,
    FilterFields,
    Operator,
    Ordering,
    Target,
    conjunction,
    conjuncts,
)
from infrastudio.stores.telemetry import First, Range, Ranking, TelemetryReader

_RANGES: Final[Mapping[Operator, Range]] = {
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.EQUAL: "=",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.GREATER: ">",
}


class RankedRuns(NamedTuple):
    """Runs in the order of a search, by a metric that memory keeps.

    Attributes:
        ranking: The runs by the metric.
        descending: Do the greatest values come first?
        among: The runs that meet conditions on other metrics; None where there are none.
        rest: What of the filter they may still fail.
        is_whole: Does no run match that is not among these?
    """

    ranking: Ranking
    descending: bool
    among: frozenset[str] | None
    rest: Expression | None
    is_whole: bool

    def first(self, count: int) -> First:
        """Return the ids of the first runs, at most `count`, and all of those that are equal in the order."""
        return self.ranking.first(count, descending=self.descending, among=self.among)


def ranked_runs(
    telemetry: TelemetryReader, expression: Expression | None, ordering: Ordering, fields: FilterFields
) -> RankedRuns | None:
    """Return the runs by the metric that is ordered by first; None where it is none, or memory does not keep it.

    Raises:
        InvalidFilter: The filter or the order names something that `fields` does not have.
    """
    target = fields.ordering(ordering, "order_by")
    ranking = _ranking(telemetry, target)
    if ranking is None:
        return None
    among: frozenset[str] | None = None
    rest: list[Expression] = []
    is_whole = False
    for part in conjuncts(expression):
        condition = fields.condition(part) if isinstance(part, Comparison) else None
        if condition is None:
            rest.append(part)
        elif condition.target == target and (met := _meeting(ranking, condition)) is not None:
            ranking, is_whole = met, True
        elif (met := _meeting(_ranking(telemetry, condition.target), condition)) is not None:
            among = frozenset(met.ids) if among is None else among.intersection(met.ids)
        else:
            rest.append(part)
    return RankedRuns(ranking, ordering.descending, among, conjunction(rest), is_whole)


def _ranking(telemetry: TelemetryReader, target: Target) -> Ranking | None:
    is_metric = target.collection is not None and target.collection.name == "metric"
    return telemetry.ranking("run", target.key) if is_metric else None


def _meeting(ranking: Ranking | None, condition: Condition) -> Ranking | None:
    """Return the runs that meet a condition on a metric; None where their order does not tell."""
    range_, bound = _RANGES.get(condition.operator), condition.value
    if ranking is None or range_ is None or not isinstance(bound, int | float):
        return None
    return ranking.within(range_, bound)
