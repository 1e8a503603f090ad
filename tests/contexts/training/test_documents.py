"""Texts in YAML and JSON: their values, the places of these, and texts that want to do harm."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastudio.contexts.training.rules.documents import MAX_DEPTH, MAX_VALUES, Document, Path, Place, Unreadable
from infrastudio.contexts.training.rules.json_reader import read_json
from infrastudio.contexts.training.rules.yaml_reader import read_yaml
from infrastudio.kernel.text import MAX_INTEGER

Reader = Callable[[str], Document]

texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def failure(read: Reader, text: str) -> Unreadable:
    with pytest.raises(Unreadable) as failed:
        read(text)
    return failed.value


def told(document: Document) -> list[tuple[str, str, int | None]]:
    return [(problem.path, problem.message, problem.line) for problem in document.problems]


@given(value=values, indent=st.sampled_from([None, 0, 2, "\t"]))
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | str | None) -> None:
    document = read_json(json.dumps(value, indent=indent))
    assert (document.value, document.problems) == (value, [])


@given(value=values, indent=st.sampled_from([None, 1, 2]))
def test_json_is_yaml_too(value: Any, indent: int | None) -> None:
    document = read_yaml(json.dumps(value, indent=indent, ensure_ascii=False))
    assert (document.value, document.problems) == (value, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("-1.5E+2", -150.0),
        (".5", 0.5),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("no", "no"),
        ("on", "on"),
        ("True", True),
        ("~", None),
        ("", None),
        ("1_000", "1_000"),
        ("2026-11-20", "2026-11-20"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_words_of_yaml_mean_what_version_1_2_says(text: str, value: object) -> None:
    found = read_yaml(f"a: {text}\n").value["a"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("path", "place"),
    [((), (1, 1)), (("b",), (2, 1)), (("b", 1), (4, 5)), (("c", "d"), (5, 5)), (("c", "unknown"), (5, 1))],
)
def test_every_value_has_its_place(path: Path, place: tuple[int, int]) -> None:
    assert read_yaml("a: 1\nb:\n  - x\n  - y\nc: {d: 2}\n").place_of(path) == Place(*place)


def test_json_tells_places_too() -> None:
    document = read_json('{"a": 1,\n "b": [2,\n   3]}')
    assert [document.place_of(path) for path in ((), ("a",), ("b",), ("b", 1))] == [(1, 1), (1, 2), (2, 2), (3, 4)]


def test_merge_keys_fill_in_what_a_mapping_does_not_say() -> None:
    document = read_yaml("base: &b {x: 1, y: 1}\nmore: &m {y: 2, z: 2}\nc: {<<: [*b, *m], x: 0}\n")
    assert document.value["c"] == {"x": 0, "y": 1, "z": 2}


@pytest.mark.parametrize("read", [read_yaml, read_json])
def test_what_cannot_be_kept_is_told_with_its_place(read: Reader) -> None:
    document = read('{"a": "\\u0000",\n "b": 99999999999999999999,\n "c": 1e999,\n "d": 1,\n "d": 2}')
    assert told(document) == [
        ("a", "must not contain NUL or lone surrogates", 1),
        ("b", "must fit into 64 bits", 2),
        ("c", "must be a finite number", 3),
        ("d", "stands here a second time", 5),
    ]


@pytest.mark.parametrize(
    ("read", "text", "message", "place"),
    [
        (read_yaml, "", "is empty", None),
        (read_yaml, "a: [1,\nb", "is not YAML", (3, 1)),
        (read_yaml, "a: 1\n---\nb: 2", "second document", (2, 1)),
        (read_yaml, "a: !!python/object/apply:os.system [id]", "the tag !!python/object/apply:os.system", (1, 4)),
        (read_yaml, "a: !!float 1", "the tag !!float", (1, 4)),
        (read_yaml, "a: *b", "no anchor &b", (1, 4)),
        (read_yaml, "a: &a [*a]", "&a holds itself", (1, 8)),
        (read_yaml, "? [1]\n: 2", "a key must be text", (1, 3)),
        (read_yaml, "a: {<<: 3}", "<< takes a mapping", (1, 9)),
        (read_yaml, "a: \x01", "is not YAML", None),
        (read_json, " ", "is empty", None),
        (read_json, '{"a" 1}', "':' is missing", (1, 6)),
        (read_json, '{"a": 1,}', "a key in double quotes", (1, 9)),
        (read_json, "[1 2]", "',' or ']'", (1, 4)),
        (read_json, "[01]", "',' or ']'", (1, 3)),
        (read_json, "[nul]", "no value", (1, 2)),
        (read_json, "[1", "',' or ']'", (1, 3)),
        (read_json, '"\n"', "Invalid control character", (1, 2)),
        (read_json, "{} {}", "something follows", (1, 4)),
    ],
)
def test_what_is_not_of_the_language_is_refused(
    read: Reader, text: str, message: str, place: tuple[int, int] | None
) -> None:
    (problem,) = failure(read, text).problems
    assert message in problem.message
    assert (problem.path, problem.line, problem.column) == ("content", *(place or (None, None)))


def bomb(body: str) -> str:
    """Return a text of 30 levels that each repeat the one before."""
    return "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {body.replace('@', f'*a{n - 1}')}\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_yaml, bomb("[@, @, @, @]"), f"more than {MAX_VALUES} values"),
        (read_yaml, bomb("{<<: [@, @]}"), f"more than {MAX_VALUES} values"),
        (read_yaml, "- 1\n" * 200_000, f"more than {MAX_VALUES} values"),
        (read_yaml, "[" * 1_000_000, f"deeper than {MAX_DEPTH}"),
        (read_yaml, "- " * 500_000, f"deeper than {MAX_DEPTH}"),
        (read_yaml, "{a: " * 250_000, f"deeper than {MAX_DEPTH}"),
        (read_json, "[" * 1_000_000, f"deeper than {MAX_DEPTH}"),
        (read_json, "[" + "1," * 500_000, f"more than {MAX_VALUES} values"),
    ],
    ids=["aliases", "merges", "values", "brackets", "dashes", "mappings", "json brackets", "json values"],
)
def test_a_text_that_wants_to_use_up_the_server_is_refused_at_once(read: Reader, text: str, message: str) -> None:
    started = time.process_time()
    assert message in failure(read, text).message
    assert time.process_time() - started < 3
