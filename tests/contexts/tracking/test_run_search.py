"""Searching runs: the corners of the grammar that tracking clients rely on, over real telemetry."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import pytest

from contexts.tracking.making import a_run, an_experiment, log_metrics, read, write
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import client_search
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.queries.client_search import RunSearch
from infrastudio.contexts.tracking.queries.fields import CLIENT_RUN_FIELDS, RUN_FIELDS
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.schemas import DatasetInput, Experiment, Run, RunUpdate
from infrastudio.kernel.clock import from_millis
from infrastudio.kernel.filters import CONJUNCTIVE, FilterFields, InvalidFilter, parse_filter, parse_order_by
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point, SeriesKey

ENTITIES = ["metric", "parameter", "tag", "attribute", "dataset"]


def names(
    studio: Studio,
    experiment: Experiment,
    text: str = "",
    order: Sequence[str] = (),
    *,
    fields: FilterFields = CLIENT_RUN_FIELDS,
    lifecycle: str | None = "active",
) -> list[str]:
    """The names of the runs that a client's search finds, in order."""
    wanted = RunSearch(
        RunScope(experiment_ids=(experiment.id,), lifecycle=lifecycle),
        parse_filter(text, CONJUNCTIVE),
        [parse_order_by(term) for term in order],
        fields,
    )
    return [run.name for run in found(studio, wanted)]


def found(studio: Studio, wanted: RunSearch) -> list[Run]:
    """The runs that a search finds, with all that they carry."""
    ids = read(studio.db, client_search.search, studio.telemetry, wanted)
    return [read(studio.db, queries.run, id) for id in ids]


@pytest.fixture(scope="module")
def measured(studio: Studio) -> Experiment:
    """An experiment with runs that have a metric `acc` of every kind, or none."""
    experiment = an_experiment(studio.db)
    values = {"nan": math.nan, "low": -math.inf, "one": 1.0, "high": math.inf, "none": None}
    for start, (name, value) in enumerate(values.items()):
        run = a_run(studio.db, experiment, name=name, started_at=from_millis(start))
        if value is not None:
            points = [Point("acc", 0, 0, 0.5), Point("acc", 1, 0, value)]
            asyncio.run(log_metrics(studio.telemetry, studio.db, run, points))
    return experiment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc = 1", ["one"]),
        ("metrics.acc != 1", ["high", "low", "nan"]),
        ("metrics.acc > 0", ["high", "one"]),
        ("metrics.acc >= 1 AND metrics.acc < 1e308", ["one"]),
        ("metrics.acc < 0", ["low"]),
        ("metrics.acc = 0.5", []),
        ("metrics.`acc` <= 1", ["one", "low"]),
        ("metrics.other != 1", []),
    ],
)
def test_metrics_compare_by_their_latest_value(
    studio: Studio, measured: Experiment, text: str, expected: list[str]
) -> None:
    assert names(studio, measured, text) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([], ["none", "high", "one", "low", "nan"]),
        (["metrics.acc"], ["low", "one", "high", "nan", "none"]),
        (["metrics.acc DESC"], ["high", "one", "low", "nan", "none"]),
        (["metrics.other"], ["none", "high", "one", "low", "nan"]),
        (["run_name"], ["high", "low", "nan", "none", "one"]),
        (["start_time ASC"], ["nan", "low", "one", "high", "none"]),
        (["created DESC"], ["none", "high", "one", "low", "nan"]),
    ],
)
def test_rows_without_a_value_come_last_and_nan_before_them(
    studio: Studio, measured: Experiment, order: list[str], expected: list[str]
) -> None:
    assert names(studio, measured, order=order) == expected


async def test_a_metric_of_a_model_counts_for_its_plain_name(studio: Studio) -> None:
    experiment = an_experiment(studio.db)
    run = a_run(studio.db, experiment, name="r")
    await log_metrics(studio.telemetry, studio.db, run, [Point(SeriesKey("acc", model_id="m-1"), 0, 0, 0.25)])
    assert names(studio, experiment, "metrics.acc = 0.25") == ["r"]


@pytest.fixture(scope="module")
def told(studio: Studio) -> Experiment:
    """An experiment with runs that differ in params, tags and fields."""
    db = studio.db
    experiment = an_experiment(db, artifact_location="s3://Bucket/x")
    a_run(db, experiment, name="a", user="Ada", params={"lr": "0.1", "x.y": "1"}, tags={"team": "Vision"})
    ended = a_run(db, experiment, name="b", params={"lr": "0.10"}, tags={"team": "vision", "a b": "1"})
    write(db, service.update_run, ended.id, RunUpdate(status="succeeded", ended_at=from_millis(1234)))
    failed = a_run(db, experiment, name="c", params={"lr": "B"}, tags={"team": "Äpfel"})
    write(db, service.update_run, failed.id, RunUpdate(status="failed"))
    write(
        db,
        service.log_inputs,
        failed.id,
        [DatasetInput(name="Iris", digest="d1", tags={"mlflow.data.context": "train"})],
    )
    return experiment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params.lr = '0.1'", "a"),
        ("params.lr != '0.1'", "bc"),
        ("params.lr LIKE '0.1%'", "ab"),
        ("params.lr like '0.1_'", "b"),
        ("params.\"x.y\" = '1'", "a"),
        ("params.x.y IS NOT NULL", "a"),
        ("params.x.y is null", "bc"),
        ("tags.team = 'vision'", "b"),
        ("tags.team LIKE '%ision'", "ab"),
        ("tags.team LIKE 'v%'", "b"),
        ("tags.team ILIKE 'V%'", "ab"),
        ("tags.team ILIKE 'äPFEL'", "c"),
        ("tags.team LIKE 'äPFEL'", ""),
        ("tags.`a b` = '1'", "b"),
        ("tags.mlflow.runName = 'c'", "c"),
        ("status = 'RUNNING'", "a"),
        ("status != 'RUNNING' and params.lr LIKE 'B'", "c"),
        ("attributes.status ILIKE 'f%'", "bc"),
        ("status = 'NO SUCH'", ""),
        ("user_id = 'Ada'", "a"),
        ("run.user_id ILIKE 'aDA'", "a"),
        ("`run name` = 'b'", "b"),
        ("run_name LIKE '_'", "abc"),
        ("artifact_uri LIKE 's3://Bucket/x/%/artifacts'", "abc"),
        ("artifact_uri LIKE 's3://bucket%'", ""),
        ("artifact_uri ILIKE 's3://bucket%'", "abc"),
        ("end_time = 1234", "b"),
        ("end_time > 1233.5", "b"),
        ("end_time != 1", "b"),
        ("dataset.name = 'Iris'", "c"),
        ("datasets.name ILIKE 'iris'", "c"),
        ("datasets.digest IN ('d0', 'd1')", "c"),
        ("datasets.context = 'train'", "c"),
        ("datasets.context != 'eval'", "c"),
        ("run_id IN ('x')", ""),
        ("run_id NOT IN ('x')", "abc"),
    ],
)
def test_a_clients_filter_finds_what_the_protocol_says(
    studio: Studio, told: Experiment, text: str, expected: str
) -> None:
    assert sorted(names(studio, told, text)) == list(expected)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["params.lr"], "abc"),
        (["params.lr DESC"], "cba"),
        (["params.`x.y`", "run_name DESC"], "acb"),
        (["tags.team", "run_name"], "abc"),
        (["status", "run_name"], "cba"),
        (["status DESC"], "abc"),
        (["user_id DESC", "run_name"], "abc"),
        (["end_time", "run_name"], "bac"),
        (["end_time DESC", "run_name"], "bac"),
        (["attribute.artifact_uri", "run_id"], None),
    ],
)
def test_a_clients_order(studio: Studio, told: Experiment, order: list[str], expected: str | None) -> None:
    found = names(studio, told, order=order)
    assert found == list(expected) if expected else sorted(found) == list("abc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bogus.x = 'a'", f"Invalid entity type 'bogus'. Valid values are {ENTITIES}"),
        ("Metrics.a > 1", f"Invalid entity type 'Metrics'. Valid values are {ENTITIES}"),
        ("metrics.a = '1'", "Expected numeric value type for metric. Found '1'"),
        ("params.a = 1", "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"),
        ("dataset.bogus = 'x'", "Invalid dataset key 'bogus' specified. Valid keys are 'name, digest, context'"),
        ("run_id > 'a'", "Invalid comparator '>' not one of '=, !=, LIKE, ILIKE, IN, NOT IN'"),
        ("metrics.a is null", "Invalid comparator 'IS NULL' not one of '=, !=, <, <=, >, >='"),
    ],
)  # fmt: skip
def test_what_a_client_may_not_ask_is_refused_in_its_words(
    studio: Studio, told: Experiment, text: str, message: str
) -> None:
    with pytest.raises(InvalidFilter) as refused:
        names(studio, told, text)
    assert refused.value.problems[0].message == message


@pytest.mark.parametrize("key", ["experiment_id", "lifecycle_stage", "x"])
def test_attributes_that_clients_may_not_search_are_unknown(studio: Studio, told: Experiment, key: str) -> None:
    with pytest.raises(InvalidFilter, match=f"Invalid attribute key '{key}' specified. Valid keys are"):
        names(studio, told, f"{key} = 'a'")
    with pytest.raises(InvalidFilter, match=f"Invalid attribute key '{key}' specified. Valid keys are"):
        names(studio, told, order=[key])


def test_lifecycles_and_unknown_experiments(studio: Studio, told: Experiment) -> None:
    db = studio.db
    gone = a_run(db, told, name="gone")
    write(db, service.delete_run, gone.id)
    assert names(studio, told, lifecycle="deleted") == ["gone"]
    assert sorted(names(studio, told, lifecycle=None)) == ["a", "b", "c", "gone"]
    assert found(studio, RunSearch(RunScope(experiment_ids=("99999", "abc")))) == []


def test_found_runs_carry_all_that_they_were_told(studio: Studio, told: Experiment) -> None:
    wanted = RunSearch(RunScope(experiment_ids=(told.id,)), parse_filter("name = 'c'"), fields=RUN_FIELDS)
    (run,) = found(studio, wanted)
    assert (run.params, run.tags["team"]) == ({"lr": "B"}, "Äpfel")
    assert [dataset.name for dataset in run.datasets.values()] == ["Iris"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status in ('failed', 'succeeded') or params.lr = '0.1'", "abc"),
        ("not (params.lr = '0.1' or status = 'failed')", "b"),
        ("ended_at = '1970-01-01T00:00:01.234Z'", "b"),
        ("ended_at is null and not name = 'a'", "c"),
        ("metrics.acc is null", "abc"),
        ("id LIKE '%' and attempts >= 1", "abc"),
    ],
)
def test_our_own_words_know_all_of_the_grammar(studio: Studio, told: Experiment, text: str, expected: str) -> None:
    scope = RunScope(experiment_ids=(told.id,))
    matching = found(studio, RunSearch(scope, parse_filter(text), fields=RUN_FIELDS))
    assert sorted(run.name for run in matching) == list(expected)


@pytest.fixture(scope="module")
def many(studio: Studio) -> Experiment:
    """An experiment with sixty runs, some with equal starts, equal values of `score` and `loss`, with NaN or none."""
    experiment = an_experiment(studio.db)
    for number in range(60):
        started = None if number % 11 == 10 else from_millis(number // 2)
        params = {"third": str(number % 3)}
        run = a_run(studio.db, experiment, name=f"r{number:02}", started_at=started, params=params)
        points = [Point("loss", 0, 0, float(number % 5))] if number % 4 else []
        if number % 10 != 9:
            points.append(Point("score", 0, 0, math.nan if number % 10 == 8 else float(number % 7)))
        if points:
            asyncio.run(log_metrics(studio.telemetry, studio.db, run, points))
    return experiment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metrics.score > 2",
        "metrics.score <= 3 and metrics.score >= 1",
        "metrics.loss < 3",
        "metrics.loss = 2 and metrics.score != 4 and params.third = '0'",
        "metrics.loss IS NULL and metrics.score < 5",
        "metrics.score IN (1, 2) or metrics.loss > 3",
        "params.third = '1'",
        "params.third = 'none'",
        "not metrics.score > 2",
    ],
)
@pytest.mark.parametrize("order", ["", "metrics.score DESC", "metrics.score ASC", "params.third DESC"])
@pytest.mark.parametrize(("offset", "limit"), [(0, 1), (0, 3), (2, 2), (50, 20)])
def test_what_memory_keeps_of_an_order_and_where_a_search_begins_change_no_answer(
    studio: Studio, many: Experiment, text: str, order: str, offset: int, limit: int
) -> None:
    scope = RunScope(experiment_ids=(many.id,))
    orderings = [parse_order_by(order)] if order else []
    wanted = RunSearch(scope, parse_filter(text), orderings, RUN_FIELDS, limit, offset)
    all_of_them = wanted._replace(limit=1000, offset=0)
    whole = read(studio.db, client_search.search_all, all_of_them)
    for _ in range(2):  # the second time it is kept
        assert read(studio.db, client_search.search, studio.telemetry, wanted) == whole[offset : offset + limit]
    assert read(studio.db, client_search.search, studio.telemetry, all_of_them) == whole
