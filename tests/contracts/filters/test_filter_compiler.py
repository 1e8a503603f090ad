"""Filters and orders mean the same on every database: what SQL answers is what their definition says."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Table,
    delete,
    insert,
    select,
)

from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.filters import (
    And,
    Collection,
    Comparison,
    Expression,
    Field,
    FilterFields,
    Identifier,
    InvalidFilter,
    Kind,
    Not,
    Operator,
    Or,
    Ordering,
    like_matches,
    parse_filter,
    parse_order_by,
)
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import Database, LongText, UtcDateTime, text_column
from infrastudio.stores.db.filter_compiler import (
    FieldColumn,
    FilterColumns,
    compile_filter,
    moment_column,
    order_statement,
)
from infrastudio.stores.telemetry.tables import LatestValue

metadata = MetaData()
entry = Table(
    "filter_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", LongText, nullable=False),
    Column("name_folded", LongText, nullable=False),
    Column("note", LongText, nullable=True),
    Column("status", LongText, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
)
score = Table(
    "filter_score",
    metadata,
    Column("entry_id", Integer, primary_key=True),
    Column("key", text_column(250), primary_key=True),
    Column("value", LatestValue, nullable=True),
)
tag = Table(
    "filter_tag",
    metadata,
    Column("entry_id", Integer, primary_key=True),
    Column("key", text_column(250), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("folded", LongText, nullable=False),
)

FIELDS = FilterFields(
    {
        "name": Field("name"),
        "note": Field("note", operators=frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.IS_NULL})),
        "status": Field("status", Kind.CHOICE, choices={"RUNNING": "running", "FINISHED": "succeeded"}),
        "ended_at": Field("ended_at", Kind.TIME),
        "end_time": Field("ended_at", Kind.MILLISECONDS),
    },
    (
        Collection("metric", Field("metric", Kind.NUMBER), aliases=("metrics",)),
        Collection("tag", Field("tag"), aliases=("tags",)),
    ),
)


class KeyedColumns:
    """A collection that stands in a table of its own."""

    def __init__(self, table: Table, column: FieldColumn) -> None:
        self._table = table
        self._column = column

    def where(self, key: str, condition: Callable[[FieldColumn], ColumnElement[bool]]) -> ColumnElement[bool]:
        matching = select(self._table.c.entry_id).where(self._table.c.key == key, condition(self._column))
        return entry.c.id.in_(matching)

    def joined(self, key: str, number: int) -> tuple[FromClause, ColumnElement[bool], FieldColumn]:
        values = self._table.alias(f"order_{number}")
        column = FieldColumn(values.c.value, null_is_nan=self._column.null_is_nan)
        return values, (values.c.entry_id == entry.c.id) & (values.c.key == key), column


COLUMNS = FilterColumns(
    {
        "name": FieldColumn(entry.c.name, entry.c.name_folded),
        "note": FieldColumn(entry.c.note, nullable=True),
        "status": FieldColumn(entry.c.status),
        "ended_at": moment_column(entry.c.ended_at, nullable=True),
    },
    {
        "metric": KeyedColumns(score, FieldColumn(score.c.value, null_is_nan=True)),
        "tag": KeyedColumns(tag, FieldColumn(tag.c.value, tag.c.folded)),
    },
)


@dataclass(frozen=True)
class Sample:
    """One entry, and what filters should find in it."""

    name: str
    note: str | None = None
    status: str = "running"
    ended_at: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def tables(db: Database) -> Iterator[Database]:
    metadata.create_all(db.write_engine)
    yield db
    metadata.drop_all(db.write_engine)


def store(db: Database, samples: Iterable[Sample]) -> None:
    rows: dict[Table, list[dict[str, Any]]] = {entry: [], score: [], tag: []}
    for id, sample in enumerate(samples):
        moment = None if sample.ended_at is None else from_micros(sample.ended_at)
        row = {"id": id, "name": sample.name, "name_folded": casefold(sample.name), "note": sample.note}
        rows[entry].append(row | {"status": sample.status, "ended_at": moment})
        for key, number in sample.metrics.items():
            rows[score].append({"entry_id": id, "key": key, "value": None if math.isnan(number) else number})
        for key, text in sample.tags.items():
            rows[tag].append({"entry_id": id, "key": key, "value": text, "folded": casefold(text)})
    with db.write_engine.begin() as connection:
        for table, values in rows.items():
            connection.execute(delete(table))
            if values:
                connection.execute(insert(table), values)


def found(db: Database, expression: Expression | None, order: Sequence[str] = ()) -> list[int]:
    statement = select(entry.c.id).where(compile_filter(expression, FIELDS, COLUMNS))
    statement = order_statement(statement, [parse_order_by(text) for text in order], FIELDS, COLUMNS)
    with db.read_engine.connect() as connection:
        return list(connection.execute(statement.order_by(entry.c.id)).scalars())


def is_met(expression: Expression | None, sample: Sample) -> bool:
    """The definition: is the filter true for a sample?"""
    if expression is None:
        return True
    if isinstance(expression, Not):
        return not is_met(expression.part, sample)
    if isinstance(expression, And):
        return all(is_met(part, sample) for part in expression.parts)
    if isinstance(expression, Or):
        return any(is_met(part, sample) for part in expression.parts)
    return compares(expression, sample)


def compares(comparison: Comparison, sample: Sample) -> bool:
    condition = FIELDS.condition(comparison)
    target, operator, expected = condition.target, condition.operator, condition.value
    if target.collection is None:
        value: Any = getattr(sample, target.field.column)
    else:
        value = (sample.metrics if target.collection.name == "metric" else sample.tags).get(target.key)
    if operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (value is None) == (operator is Operator.IS_NULL)
    if value is None:
        return False
    if target.field.kind is Kind.MILLISECONDS:
        value //= 1000
    tests: dict[Operator, Callable[[Any, Any], bool]] = {
        Operator.EQUAL: lambda a, b: a == b,
        Operator.NOT_EQUAL: lambda a, b: a != b,
        Operator.LESS: lambda a, b: a < b,
        Operator.LESS_OR_EQUAL: lambda a, b: a <= b,
        Operator.GREATER: lambda a, b: a > b,
        Operator.GREATER_OR_EQUAL: lambda a, b: a >= b,
        Operator.LIKE: like_matches,
        Operator.ILIKE: lambda a, b: like_matches(a, b, ignore_case=True),
        Operator.IN: lambda a, b: a in b,
        Operator.NOT_IN: lambda a, b: a not in b,
    }
    return tests[operator](value, expected)


ODD = "aAbBßéÉİ%_*?[]\\^'. 0\n\u0130\ufffd\ufffe\uffff😀"
texts = st.one_of(
    st.sampled_from(["", "a", "A", "a ", "ab", "aB", "straße", "STRASSE", "%", "100%", "a\nb", "[a]", "a*", "\\"]),
    st.text(alphabet=ODD, max_size=5),
)
floats = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 0.5, math.inf, -math.inf, math.nan]), st.floats(width=32))
moments = st.one_of(st.none(), st.sampled_from([0, 1, 999, 1000, 1001, 1_700_000_000_123_456]))
samples = st.builds(
    Sample,
    name=texts,
    note=st.one_of(st.none(), texts),
    status=st.sampled_from(["running", "succeeded"]),
    ended_at=moments,
    metrics=st.dictionaries(st.sampled_from(["acc", "loss"]), floats, max_size=2),
    tags=st.dictionaries(st.sampled_from(["k", "K"]), texts, max_size=2),
)
quoted = texts.filter(lambda text: not ("'" in text and '"' in text))
finite = st.one_of(
    st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from([0.5])
)
MEASURES = [o for o in Operator if o.value in ("=", "!=", "<", "<=", ">", ">=")]
WORDS = [Operator.EQUAL, Operator.NOT_EQUAL, Operator.LIKE, Operator.ILIKE]


def named(entity: str | None, *keys: str) -> st.SearchStrategy[Identifier]:
    return st.builds(Identifier, st.just(entity), st.sampled_from(keys))


on_text = named(None, "name") | named("tags", "k", "K")
comparisons = st.one_of(
    st.builds(Comparison, on_text, st.sampled_from(WORDS), quoted),
    st.builds(Comparison, on_text, st.sampled_from([Operator.IN, Operator.NOT_IN]), st.tuples(quoted, quoted)),
    st.builds(Comparison, named("metrics", "acc", "loss"), st.sampled_from(MEASURES), finite),
    st.builds(Comparison, named(None, "end_time"), st.sampled_from(MEASURES), st.sampled_from([0, 0.5, 1, 2])),
    st.builds(Comparison, named(None, "ended_at"), st.sampled_from(MEASURES), st.just("1970-01-01T00:00:00.001Z")),
    st.builds(
        Comparison,
        named("tags", "k") | named("metrics", "acc") | named(None, "ended_at"),
        st.sampled_from([Operator.IS_NULL, Operator.IS_NOT_NULL]),
        st.none(),
    ),
    st.builds(Comparison, named(None, "note"), st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL]), quoted),
    st.builds(
        Comparison,
        named(None, "status"),
        st.sampled_from([Operator.LIKE, Operator.ILIKE]),
        st.text("runfF%_", max_size=4),
    ),
    st.builds(
        Comparison, named(None, "status"), st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL]), st.just("RUNNING")
    ),
)


def groups(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.tuples(parts, parts)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))


expressions: st.SearchStrategy[Expression] = st.recursive(comparisons, groups, max_leaves=4)


@settings(max_examples=50)
@given(stored=st.lists(samples, max_size=6), asked=st.lists(expressions, min_size=1, max_size=8))
def test_sql_finds_what_the_definition_says(tables: Database, stored: list[Sample], asked: list[Expression]) -> None:
    store(tables, stored)
    for expression in asked:
        expected = [id for id, sample in enumerate(stored) if is_met(expression, sample)]
        assert found(tables, expression) == expected, expression


@settings(max_examples=50)
@given(stored=st.lists(texts, min_size=1, max_size=8), patterns=st.lists(quoted, min_size=1, max_size=8))
def test_patterns_match_as_defined(tables: Database, stored: list[str], patterns: list[str]) -> None:
    store(tables, [Sample(name=name) for name in stored])
    for pattern in patterns:
        for operator, ignore_case in ((Operator.LIKE, False), (Operator.ILIKE, True)):
            expected = [n for n, name in enumerate(stored) if like_matches(name, pattern, ignore_case=ignore_case)]
            assert found(tables, Comparison(Identifier(None, "name"), operator, pattern)) == expected, pattern


@pytest.mark.parametrize("odd", ["\ufffd", "\ufffe", "\uffff"])
def test_characters_that_one_database_takes_for_each_other_stay_apart(tables: Database, odd: str) -> None:
    store(tables, [Sample(name="\ufffd"), Sample(name="\ufffe"), Sample(name="\uffff")])
    expected = ["\ufffd\ufffe\uffff".index(odd)]
    assert found(tables, Comparison(Identifier(None, "name"), Operator.LIKE, odd)) == expected
    assert found(tables, Comparison(Identifier(None, "name"), Operator.LIKE, f"%{odd}%")) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["metrics.acc"], [1, 3, 0, 4, 2, 5]),
        (["metrics.acc DESC"], [0, 4, 3, 1, 2, 5]),
        (["tags.k"], [4, 1, 0, 2, 3, 5]),
        (["tags.k DESC"], [0, 1, 4, 2, 3, 5]),
        (["ended_at"], [2, 0, 1, 3, 4, 5]),
        (["ended_at DESC"], [0, 2, 1, 3, 4, 5]),
        (["status", "name DESC"], [2, 1, 0, 5, 4, 3]),
        (["metrics.acc DESC", "tags.k"], [4, 0, 3, 1, 2, 5]),
    ],
)
def test_missing_values_come_last_and_nan_before_them_in_both_directions(
    tables: Database, order: list[str], expected: list[int]
) -> None:
    store(
        tables,
        [
            Sample("a", ended_at=5, metrics={"acc": math.inf}, tags={"k": "é"}),
            Sample("b", metrics={"acc": -math.inf}, tags={"k": "b"}),
            Sample("c", ended_at=1, metrics={"acc": math.nan}),
            Sample("d", status="succeeded", metrics={"acc": 0.0}),
            Sample("e", status="succeeded", metrics={"acc": math.inf}, tags={"k": "B"}),
            Sample("f", status="succeeded", metrics={"loss": 1.0}),
        ],
    )
    assert found(tables, None, order) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc != 1", [0, 2]),
        ("metrics.acc not in (1, 2)", [0, 2]),
        ("metrics.acc > 1e300", [2]),
        ("metrics.acc < 1e300", [1]),
        ("not metrics.acc < 1e300", [0, 2, 3]),
        ("metrics.acc is null", [3]),
        ("tags.k != 'x'", [1]),
        ("not tags.k = 'x'", [1, 2, 3]),
        ("ended_at != '1970-01-01T00:00:00Z'", [2]),
        ("end_time = 1", [2]),
        ("not ended_at > '1970-01-01T00:00:00Z'", [0, 1, 3]),
    ],
)
def test_nan_meets_only_unequal_and_unequal_needs_a_value(tables: Database, text: str, expected: list[int]) -> None:
    store(
        tables,
        [
            Sample("nan", metrics={"acc": math.nan}, tags={"k": "x"}),
            Sample("one", metrics={"acc": 1.0}, tags={"k": "y"}),
            Sample("infinite", ended_at=1999, metrics={"acc": math.inf}),
            Sample("none"),
        ],
    )
    assert found(tables, parse_filter(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bogus.x = 'a'", "Invalid entity type 'bogus'. Valid values are ['metric', 'tag', 'attribute']"),
        ("x = 'a'", "Invalid attribute key 'x' specified. Valid keys are 'name, note, status, ended_at, end_time'"),
        ("metrics.a = '1'", "Expected numeric value type for metric. Found '1'"),
        ("end_time = '1'", "Expected numeric value type for numeric attribute: end_time. Found '1'"),
        ("tags.a = 1", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1"),
        ("name = 1", "Expected a quoted string value for attributes. Got value 1"),
        ("tags.a > 'x'", "Invalid comparator '>' not one of '=, !=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL'"),
        ("ended_at > 'soon'", "'soon' is no moment."),
        ("status = 'RUNING'", "'RUNING' is not one of RUNNING, FINISHED."),
    ],
)
def test_what_cannot_be_compared_is_refused_in_the_words_that_clients_know(text: str, message: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        compile_filter(parse_filter(text), FIELDS, COLUMNS)
    assert refused.value.problems[0].message == message


def test_an_unknown_word_is_answered_with_the_one_that_was_meant() -> None:
    for text, meant in (("nmae = 'a'", "name"), ("metrcs.a > 1", "metrics"), ("status = 'RUNING'", "RUNNING")):
        with pytest.raises(InvalidFilter) as refused:
            compile_filter(parse_filter(text), FIELDS, COLUMNS)
        assert refused.value.problems[0].suggestion == meant
    with pytest.raises(InvalidFilter, match="Invalid attribute key"):
        order_statement(select(entry.c.id), [Ordering(Identifier(None, "nmae"))], FIELDS, COLUMNS)
