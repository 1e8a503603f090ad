"""The grammar of filters and orders: what is read, what is refused and where; printing is reading backwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastudio.kernel.filters import (
    CONJUNCTIVE,
    And,
    Comparison,
    Expression,
    Identifier,
    InvalidFilter,
    Not,
    Operator,
    Or,
    Ordering,
    like_matches,
    parse_filter,
    parse_order_by,
    print_filter,
    print_order_by,
)
from infrastudio.kernel.text import is_storable


def condition(entity: str | None, key: str, operator: Operator, value: object) -> Comparison:
    return Comparison(Identifier(entity, key), operator, value)  # type: ignore[arg-type]  # values of the tests fit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc > 0.9", condition("metrics", "acc", Operator.GREATER, 0.9)),
        ("metrics.acc>-.5", condition("metrics", "acc", Operator.GREATER, -0.5)),
        ("metrics.acc >= 1e5", condition("metrics", "acc", Operator.GREATER_OR_EQUAL, 100000.0)),
        ("name = 'a'", condition(None, "name", Operator.EQUAL, "a")),
        ('name != "it\'s"', condition(None, "name", Operator.NOT_EQUAL, "it's")),
        ("name = ''", condition(None, "name", Operator.EQUAL, "")),
        ("tags.mlflow.runName = 'x'", condition("tags", "mlflow.runName", Operator.EQUAL, "x")),
        ("tags.`a b` = 'x'", condition("tags", "a b", Operator.EQUAL, "x")),
        ("params.\"x.y\" LIKE '%1'", condition("params", "x.y", Operator.LIKE, "%1")),
        ("`metrics`.`val loss` < 3", condition("metrics", "val loss", Operator.LESS, 3)),
        ("`run name` ilike 'A%'", condition(None, "run name", Operator.ILIKE, "A%")),
        ("\"Run name\" = 'x'", condition(None, "Run name", Operator.EQUAL, "x")),
        ("params.1a = 'x'", condition("params", "1a", Operator.EQUAL, "x")),
        ("params.größe = 'x'", condition("params", "größe", Operator.EQUAL, "x")),
        ("metrics.val-loss/top:5 < 1", condition("metrics", "val-loss/top:5", Operator.LESS, 1)),
        ("run_id in ('a', 'b',)", condition(None, "run_id", Operator.IN, ("a", "b"))),
        ("run_id NOT in ('a')", condition(None, "run_id", Operator.NOT_IN, ("a",))),
        ("tags.x is null", condition("tags", "x", Operator.IS_NULL, None)),
        ("tags.x IS NOT NULL", condition("tags", "x", Operator.IS_NOT_NULL, None)),
        ("start > 9007199254740993", condition(None, "start", Operator.GREATER, 9007199254740993)),
    ],
)
def test_a_condition_is_read(text: str, expected: Comparison) -> None:
    assert parse_filter(text) == expected


def test_and_binds_tighter_than_or_and_not_tighter_than_and() -> None:
    a, b, c = (condition(None, name, Operator.EQUAL, 1) for name in "abc")
    assert parse_filter("a = 1 or b = 1 and not c = 1") == Or((a, And((b, Not(c)))))
    assert parse_filter("(a = 1 or b = 1) and c = 1") == And((Or((a, b)), c))
    assert parse_filter("NOT (a = 1 AND b = 1)") == Not(And((a, b)))


def test_no_text_is_no_filter_and_blanks_are_refused_where_clients_expect_it() -> None:
    assert parse_filter("") is None
    assert parse_filter("  \n") is None
    assert parse_filter("", CONJUNCTIVE) is None
    with pytest.raises(InvalidFilter, match=r"Invalid filter '  '. Could not be parsed."):
        parse_filter("  ", CONJUNCTIVE)


def test_a_dangling_and_is_tolerated_in_the_conjunctive_dialect_only() -> None:
    only = condition("metrics", "a", Operator.GREATER, 1)
    assert parse_filter("metrics.a > 1 and", CONJUNCTIVE) == only
    assert parse_filter("AND metrics.a > 1", CONJUNCTIVE) == only
    assert parse_filter("metrics.a > 1 AND and metrics.a > 1", CONJUNCTIVE) == And((only, only))
    with pytest.raises(InvalidFilter, match="ends where a condition should stand"):
        parse_filter("metrics.a > 1 and")


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("metrics.a > 1 or metrics.b > 2", "'or'"),
        ("metrics.a > 1 OR metrics.b > 2", "'OR'"),
        ("not metrics.a > 1", "'not'"),
        ("(metrics.a > 1) and a = 1", "'(metrics.a > 1)'"),
        ("(metrics.a > 1", "'(metrics.a > 1'"),
        ("metrics.a", "'metrics.a'"),
        ("metrics.a > 1;", "';'"),
    ],
)
def test_what_the_conjunctive_dialect_lacks_is_refused_in_the_words_that_clients_know(text: str, clause: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse_filter(text, CONJUNCTIVE)
    assert refused.value.problems[0].message == f"Invalid clause(s) in filter string: {clause}"


@pytest.mark.parametrize(
    ("text", "line", "column", "suggestion"),
    [
        ("metrics.acc == 1", 1, 13, "="),
        ("metrics.acc <> 1", 1, 13, "!="),
        ("a = 1\nAND b rlike 'x'", 2, 7, "LIKE"),
        ("a = 1 b = 2", 1, 7, "AND between two conditions"),
        ("a = 1)", 1, 6, "leave out )"),
        ("(a = 1", 1, 1, "write )"),
        ("a = 'x", 1, 5, "write another '"),
        ("a = x", 1, 5, "'x'"),
        ("a = 1and b = 2", 1, 5, "a number, or text in quotes: '1and'"),
        ("a", 1, 1, "a comparison, such as a = 'value'"),
        ("a not like 'x'", 1, 3, "NOT before the whole condition, as in NOT name LIKE 'a%'"),
        ("a is 3", 1, 6, "IS NULL"),
        ("a in 3", 1, 6, "IN ('a', 'b')"),
        ("\n\n  a >", 3, 6, None),
        ("a = 1e400", 1, 5, None),
        ("a = 9223372036854775808", 1, 5, None),
        ("a in ()", 1, 7, None),
        ("a in ('x' 'y')", 1, 11, None),
        ("metrics. > 1", 1, 1, None),
        ("'a' = 'b'", 1, 1, None),
        ("a = \0", 1, 1, None),
        ("§ = 1", 1, 1, None),
    ],
)
def test_an_error_names_its_place_and_the_cure(text: str, line: int, column: int, suggestion: str | None) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse_filter(text)
    (problem,) = refused.value.problems
    assert (problem.path, problem.line, problem.column, problem.suggestion) == ("filter", line, column, suggestion)


def test_filters_beyond_reason_are_refused_instead_of_exhausting_the_stack() -> None:
    for text in ("(" * 100_000, "not " * 20_000 + "a = 1", "a = 1" + " and a = 1" * 200, "a" * 100_001):
        with pytest.raises(InvalidFilter):
            parse_filter(text)
    assert parse_filter("(" * 50 + "a = 1" + ")" * 50) == condition(None, "a", Operator.EQUAL, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc", Ordering(Identifier("metrics", "acc"))),
        ("metrics.acc DESC", Ordering(Identifier("metrics", "acc"), descending=True)),
        ("params.`a b` asc", Ordering(Identifier("params", "a b"))),
        ("start_time desc", Ordering(Identifier(None, "start_time"), descending=True)),
    ],
)
def test_an_order_is_read(text: str, expected: Ordering) -> None:
    assert parse_order_by(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid order_by clause ''. Could not be parsed."),
        ("a,b", "Invalid order_by clause 'a,b'. Could not be parsed."),
        ("a DESC x", "Invalid order_by clause 'a DESC x'. Could not be parsed."),
        ("'a' DESC", "Invalid order_by clause ''a' DESC'. Could not be parsed."),
        ("a DESCX", "Invalid ordering key in order_by clause 'a DESCX'."),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse_order_by(text)
    assert refused.value.problems[0].message == message


texts = st.text(max_size=12).filter(lambda text: is_storable(text) and not ("'" in text and '"' in text))
names = st.one_of(
    st.sampled_from(["acc", "AND", "null", "val loss", "a.b", "1a", "mlflow.runName", "a`b", 'a"b', "größe"]),
    st.text(min_size=1, max_size=8).filter(lambda name: is_storable(name) and not ("`" in name and '"' in name)),
)
numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
literals = st.one_of(texts, numbers)
identifiers = st.builds(Identifier, st.one_of(st.none(), names), names)
LISTS, NULLS = (Operator.IN, Operator.NOT_IN), (Operator.IS_NULL, Operator.IS_NOT_NULL)
comparisons = st.one_of(
    st.builds(Comparison, identifiers, st.sampled_from([o for o in Operator if o not in LISTS + NULLS]), literals),
    st.builds(Comparison, identifiers, st.sampled_from(LISTS), st.lists(literals, min_size=1, max_size=3).map(tuple)),
    st.builds(Comparison, identifiers, st.sampled_from(NULLS), st.none()),
)


def groups(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))


expressions: st.SearchStrategy[Expression] = st.recursive(comparisons, groups, max_leaves=8)


@given(expression=expressions)
def test_what_is_printed_reads_as_the_same_filter(expression: Expression) -> None:
    assert parse_filter(print_filter(expression)) == expression


@given(conditions=st.lists(comparisons, min_size=2, max_size=4))
def test_both_dialects_read_conjunctions_alike(conditions: list[Comparison]) -> None:
    text = print_filter(And(tuple(conditions)))
    assert parse_filter(text, CONJUNCTIVE) == parse_filter(text) == And(tuple(conditions))


@given(ordering=st.builds(Ordering, identifiers, st.booleans()))
def test_what_is_printed_reads_as_the_same_order(ordering: Ordering) -> None:
    assert parse_order_by(print_order_by(ordering)) == ordering


@given(text=st.text(alphabet=st.sampled_from("aAb. '\"`()=<>!,%_-1eé\nandornotinislikeull"), max_size=40))
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    try:
        expression = parse_filter(text)
    except InvalidFilter:
        return
    assert parse_filter(print_filter(expression)) == expression


def matches_slowly(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(matches_slowly(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and matches_slowly(text[1:], pattern[1:])


@given(text=st.text(alphabet="aAb%_", max_size=7), pattern=st.text(alphabet="aAb%_", max_size=6))
def test_like_means_what_its_definition_says(text: str, pattern: str) -> None:
    assert like_matches(text, pattern) == matches_slowly(text, pattern)


def test_ilike_folds_as_unicode_says() -> None:
    assert like_matches("STRASSE", "straße", ignore_case=True)
    assert not like_matches("STRASSE", "straße")
