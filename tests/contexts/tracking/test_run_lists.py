"""Lists of runs are what their definition says: search, groups and columns against brute force over the same runs."""

from __future__ import annotations

import asyncio
import math
import random
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.tracking.making import a_run, an_experiment, log_metrics, read, write
from contexts.tracking.test_lists_over_http import get, problems
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import column_search
from infrastudio.contexts.tracking.queries.run_groups import run_groups
from infrastudio.contexts.tracking.queries.run_search import RunScope, run_page
from infrastudio.contexts.tracking.schemas import RunUpdate
from infrastudio.contexts.tracking.schemas.run_lists import GroupMetric
from infrastudio.kernel.clock import from_millis
from infrastudio.kernel.filters import (
    And,
    Comparison,
    Expression,
    Identifier,
    Not,
    Operator,
    Or,
    Ordering,
    print_filter,
    print_identifier,
    print_order_by,
)
from infrastudio.kernel.pages import MAX_LIMIT, PageRequest
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point

RUNS = 40
NUMBERS = [-math.inf, -1.5, 0.0, 0.5, 2.0, math.inf]
WORDS = ["a", "B", "ä", "0.1"]
KEYS = ["lr", "x.y", "a b"]
STATUSES = ["queued", "running", "succeeded", "failed"]


class Sample:
    """A run as it was made."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.name = f"r{number:02d}"
        self.status = chance.choice(STATUSES)
        self.duration_s = chance.choice([None, 1.5, 60.0])
        self.params = {key: chance.choice(WORDS) for key in KEYS if chance.random() < 0.7}
        self.tags = {key: chance.choice(WORDS) for key in KEYS if chance.random() < 0.5}
        self.metrics = {key: chance.choice([*NUMBERS, math.nan]) for key in KEYS if chance.random() < 0.7}

    def value(self, name: Identifier) -> Any:
        """What a filter's or an order's name means for it; None: nothing."""
        if name.entity is None:
            return getattr(self, name.key)
        return getattr(self, name.entity).get(name.key)


class Population:
    """An experiment with random runs, beside another one with runs of its own."""

    def __init__(self, studio: Studio) -> None:
        chance = random.Random(7)
        self.studio = studio
        self.experiment = an_experiment(studio.db)
        self.samples = [Sample(chance, number) for number in range(RUNS)]
        other = a_run(studio.db, name="stranger", params={"lr": "a", "only elsewhere": "1"})
        asyncio.run(
            log_metrics(studio.telemetry, studio.db, other, [Point("lr", 1, 0, 0.5), Point("elsewhere", 1, 0, 1)])
        )
        for sample in self.samples:
            times = {} if sample.duration_s is None else {"ended_at": from_millis(int(sample.duration_s * 1000))}
            made = {"name": sample.name, "status": sample.status, "started_at": from_millis(0), **times}
            run = a_run(studio.db, self.experiment, **made, params=sample.params, tags=sample.tags)
            points = [Point(key, step, 0, value) for key, value in sample.metrics.items() for step in (0, 1)]
            if points:
                asyncio.run(log_metrics(studio.telemetry, studio.db, run, points))

    @property
    def scope(self) -> RunScope:
        """The runs of the experiment."""
        return RunScope(experiment_ids=(self.experiment.id,))

    def found(self, expression: Expression | None, *sort: str) -> list[str]:
        """The names of the runs that a list shows."""
        request = PageRequest(filter=print_filter(expression), sort=sort, limit=MAX_LIMIT, columns=("name",))
        page = read(self.studio.db, run_page, self.studio.telemetry, request, self.scope)
        assert page.total == len(page.items)
        return [run.name for run in page.items]

    def matching(self, expression: Expression | None) -> list[Sample]:
        """The runs that meet a filter."""
        return [sample for sample in self.samples if is_met(expression, sample)]


@pytest.fixture(scope="module")
def population(studio: Studio) -> Population:
    """Random runs, the same for all tests of the module."""
    return Population(studio)


def is_met(expression: Expression | None, sample: Sample) -> bool:
    """What a filter means, in the plainest words."""
    match expression:
        case None:
            return True
        case And(parts):
            return all(is_met(part, sample) for part in parts)
        case Or(parts):
            return any(is_met(part, sample) for part in parts)
        case Not(part):
            return not is_met(part, sample)
        case Comparison(name, operator, wanted):
            value = sample.value(name)
            if operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
                return (value is None) == (operator is Operator.IS_NULL)
            return value is not None and COMPARED[operator](value, wanted)
    raise AssertionError(expression)


COMPARED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda value, wanted: value == wanted,
    Operator.NOT_EQUAL: lambda value, wanted: value != wanted,
    Operator.LESS: lambda value, wanted: value < wanted,
    Operator.GREATER_OR_EQUAL: lambda value, wanted: value >= wanted,
}
EQUALITY = [Operator.EQUAL, Operator.NOT_EQUAL]
PRESENCE = [Operator.IS_NULL, Operator.IS_NOT_NULL]


def comparison(name: Identifier, operator: Operator, value: Any) -> Comparison:
    return Comparison(name, operator, None if operator in PRESENCE else value)


def named(*entities: str) -> st.SearchStrategy[Identifier]:
    return st.builds(Identifier, st.sampled_from(entities), st.sampled_from(KEYS))


numbers = st.one_of(named("metrics"), st.just(Identifier(None, "duration_s")))
comparisons = st.one_of(
    st.builds(comparison, numbers, st.sampled_from([*COMPARED, *PRESENCE]), st.sampled_from([-1.5, 0.5, 1.5, 60.0])),
    st.builds(comparison, named("params", "tags"), st.sampled_from([*EQUALITY, *PRESENCE]), st.sampled_from(WORDS)),
    st.builds(Comparison, st.just(Identifier(None, "status")), st.sampled_from(EQUALITY), st.sampled_from(STATUSES)),
)
filters = st.one_of(
    st.none(),
    st.recursive(
        comparisons,
        lambda parts: st.one_of(
            st.builds(Not, parts),
            st.builds(
                lambda kind, some: kind(tuple(some)),
                st.sampled_from([And, Or]),
                st.lists(parts, min_size=2, max_size=3),
            ),
        ),
        max_leaves=5,
    ),
)
orders = st.one_of(named("metrics", "params", "tags"), st.just(Identifier(None, "duration_s")))


def in_order(samples: Sequence[Sample], name: Identifier, *, descending: bool) -> list[str]:
    """Sorted: NaN behind the numbers, what has no value behind all, the rest by name."""

    def is_number(sample: Sample) -> bool:
        return not isinstance(sample.value(name), float) or not math.isnan(sample.value(name))

    there = [sample for sample in samples if sample.value(name) is not None]
    plain = sorted(filter(is_number, there), key=lambda sample: sample.name)
    plain.sort(key=lambda sample: sample.value(name), reverse=descending)
    nan = [sample for sample in there if not is_number(sample)]
    missing = [sample for sample in samples if sample.value(name) is None]
    return [sample.name for sample in [*plain, *nan, *missing]]


@settings(max_examples=60)
@given(expression=filters, by=orders, descending=st.booleans())
def test_a_search_finds_and_orders_what_brute_force_does(
    population: Population, expression: Expression | None, by: Identifier, descending: bool
) -> None:
    found = population.found(expression, print_order_by(Ordering(by, descending)), "name")
    assert found == in_order(population.matching(expression), by, descending=descending)


@settings(max_examples=25)
@given(
    expression=filters,
    by=st.lists(
        st.one_of(named("params", "tags"), st.just(Identifier(None, "status"))), min_size=1, max_size=2, unique=True
    ),
)
def test_groups_are_what_brute_force_makes_of_the_runs(
    population: Population, expression: Expression | None, by: list[Identifier]
) -> None:
    request = PageRequest(filter=print_filter(expression), columns=("metrics.lr",), limit=MAX_LIMIT)
    page = read(population.studio.db, run_groups, request, population.scope, ",".join(map(print_identifier, by)))
    expected: dict[tuple[Any, ...], list[Sample]] = {}
    for sample in population.matching(expression):
        expected.setdefault(tuple(sample.value(name) for name in by), []).append(sample)
    assert {tuple(group.values): group.runs for group in page.items} == {
        values: len(members) for values, members in expected.items()
    }
    assert [group.runs for group in page.items] == sorted((group.runs for group in page.items), reverse=True)
    for group in page.items:
        members = expected[tuple(group.values)]
        assert_spread(
            group.metrics["lr"], [s.metrics["lr"] for s in members if math.isfinite(s.metrics.get("lr", math.nan))]
        )
        found = read(
            population.studio.db,
            run_page,
            population.studio.telemetry,
            PageRequest(filter=group.filter, limit=MAX_LIMIT, columns=("name",)),
            population.scope,
        )
        assert {run.name for run in found.items} == {sample.name for sample in members}


def assert_spread(told: GroupMetric, values: list[float]) -> None:
    assert told.count == len(values)
    assert told.mean == (pytest.approx(statistics.fmean(values)) if values else None)
    assert told.sd == (pytest.approx(statistics.stdev(values)) if len(values) > 1 else None)
    assert (told.min, told.max) == ((min(values), max(values)) if values else (None, None))


async def test_groups_are_paged_and_sorted(client: httpx.AsyncClient, population: Population) -> None:
    path = f"/api/experiments/{population.experiment.id}/run-groups"
    asked = {"by": "params.lr,status", "sort": "metrics.lr", "order": "desc", "columns": "metrics.lr"}
    whole = (await get(client, path, **asked))["items"]
    means = [group["metrics"]["lr"]["mean"] for group in whole]
    told = [mean for mean in means if mean is not None]
    assert told == sorted(told, reverse=True)
    assert means == told + [None] * (len(means) - len(told))
    page = await get(client, path, **asked, limit=3)
    found = page["items"]
    while page["next_cursor"]:
        page = await get(client, path, **asked, limit=3, cursor=page["next_cursor"])
        found += page["items"]
    assert found == whole
    by_value = (await get(client, path, by="params.`a b`", sort="params.`a b`"))["items"]
    values = [group["values"][0] for group in by_value]
    assert values == [*sorted(filter(None, values)), None]


async def test_groups_of_a_moment_are_of_attributes_and_have_no_metrics(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    experiment = an_experiment(studio.db)
    run = a_run(studio.db, experiment, user="ada")
    a_run(studio.db, experiment, user="eve", attempts=3)
    path = f"/api/experiments/{experiment.id}/run-groups"
    for by in ("status", "user", "attempts,status"):
        live = await get(client, path, by=by)
        past = await get(client, path, by=by, as_of="now")
        assert {**past, "next_cursor": None} == live
    then = await get(client, path, by="status", as_of="now")
    write(studio.db, service.update_run, run.id, RunUpdate(status="failed"))
    assert then["items"][0]["values"] == ["running"]
    assert len((await get(client, path, by="status"))["items"]) == 2
    for query in ({"by": "params.lr"}, {"by": "status", "columns": "metrics.lr"}):
        (problem,) = await problems(client, path, as_of="now", **query)
        assert problem["path"] == "as_of"


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"by": " "}, "by"),
        ({"by": "metrics.lr"}, "by"),
        ({"by": "started_at"}, "by"),
        ({"by": "nmae"}, "by"),
        ({"by": "params.a,params.b,params.c,params.d"}, "by"),
        ({"by": "status", "columns": "params.lr"}, "columns"),
        ({"by": "status", "sort": "params.lr"}, "sort"),
        ({"by": "status", "sort": "rnus"}, "sort"),
        ({"by": "status", "filter": "status ="}, "filter"),
        ({"by": "status", "cursor": "x"}, "cursor"),
    ],
)  # fmt: skip
async def test_groups_that_cannot_be_made_are_refused_with_the_reason(
    client: httpx.AsyncClient, population: Population, query: dict[str, str], path: str
) -> None:
    found = await problems(client, f"/api/experiments/{population.experiment.id}/run-groups", **query)
    assert found[0]["path"] == path


async def test_a_value_that_no_filter_can_say_still_has_its_group(studio: Studio, client: httpx.AsyncClient) -> None:
    experiment = an_experiment(studio.db)
    a_run(studio.db, experiment, params={"quote": 'it\'s "so"'})
    (group,) = (await get(client, f"/api/experiments/{experiment.id}/run-groups", by="params.quote"))["items"]
    assert (group["values"], group["runs"], group["filter"]) == (['it\'s "so"'], 1, None)


async def test_columns_are_found_by_a_part_of_their_names_page_by_page(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    experiment = an_experiment(studio.db)
    run = a_run(studio.db, experiment, params={"lr": "1", "Batch": "2", "a b": "3"}, tags={"LR-team": "v"})
    a_run(studio.db, an_experiment(studio.db), params={"lr-of-others": "1"})
    points = [Point(f"lr/{number}", 0, 0, 1.0) for number in range(5)]
    await log_metrics(studio.telemetry, studio.db, run, points)
    path = f"/api/experiments/{experiment.id}/run-columns"
    page = await get(client, path, q="LR", limit=2)
    assert (page["total"], page["total_exact"]) == (2, False)
    found = [item["column"] for item in page["items"]]
    while page["next_cursor"]:
        page = await get(client, path, q="LR", limit=2, cursor=page["next_cursor"])
        found += [item["column"] for item in page["items"]]
    assert found == [*(f"metrics.`lr/{number}`" for number in range(5)), "params.lr", "tags.`LR-team`"]
    assert (page["total"], page["total_exact"]) == (7, True)
    params = (await get(client, path, kind="param"))["items"]
    assert [item["key"] for item in params] == ["Batch", "a b", "lr"]
    (shown,) = (await get(client, f"/api/experiments/{experiment.id}/runs", columns=",".join(found)))["items"]
    assert (len(shown["metrics"]), shown["params"], shown["tags"]) == (5, {"lr": "1"}, {"LR-team": "v"})
    everywhere = [item["key"] for item in (await get(client, "/api/runs/columns", q="lr-of", kind="param"))["items"]]
    assert everywhere == ["lr-of-others"]
    for query in ({"cursor": "x"}, {"cursor": "eyJrIjoieCJ9"}, {"kind": "dataset"}):
        await problems(client, path, **query)


async def test_a_page_of_columns_ends_after_many_that_only_others_have(
    studio: Studio, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_search, "MAX_MISSES", 2)
    a_run(studio.db, params={f"miss-{number}": "1" for number in range(5)})
    run = a_run(studio.db, params={"miss-9": "1"})
    path = f"/api/experiments/{run.experiment_id}/run-columns"
    page = await get(client, path, q="miss-")
    assert page["items"] == []
    while page["next_cursor"]:
        page = await get(client, path, q="miss-", cursor=page["next_cursor"])
    assert [item["key"] for item in page["items"]] == ["miss-9"]


def test_an_experiment_that_is_not_there_has_neither_groups_nor_columns(studio: Studio) -> None:
    scope = RunScope(experiment_ids=("987654",))
    with pytest.raises(Exception, match="987654"):
        read(studio.db, run_groups, PageRequest(), scope, "status")
    with pytest.raises(Exception, match="987654"):
        read(studio.db, column_search.run_columns, scope)
