"""What becomes of the older, wider table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastudio.contexts.instances.rules.candidates import candidate
from infrastudio.contexts.instances.rules.older_schema import (
    PRIORITY_WORDS,
    STATUS_WORDS,
    TranslationRules,
    parse_columns,
    parse_words,
    translate,
)
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.errors import ValidationFailed
from older_schema import instances, older_rows

ROW: dict[str, Any] = {"id": 1, "name": "a", "model_name": "m", "cluster_name": "c", "image_tag": "i"}


def values(rules: TranslationRules | None = None, **columns: Any) -> dict[str, Any]:
    return dict(translate([ROW | columns], rules).rows[0].values)


def test_the_generated_table_is_as_wide_and_as_odd_as_the_real_one() -> None:
    rows = older_rows()
    assert len(instances.columns) >= 40
    assert len({row["name"] for row in rows}) < len(rows)
    assert max(len(row["description"] or "") for row in rows) > 2000
    assert {row["status"] for row in rows} > {None, "zombie", "FAILED"}


@pytest.mark.parametrize(
    ("word", "ours"), [("Running", "active"), ("OFF-LINE", None), (" stopped ", "inactive"), ("Deploying", "pending")]
)
def test_words_for_a_status_are_known_in_any_case(word: str, ours: str | None) -> None:
    assert values(status=word)["status"] == (ours or word)


def test_words_mean_what_the_caller_says_before_what_we_think() -> None:
    rules = TranslationRules(parse_words(["status.zombie=error", "status.running=inactive", "priority.P9=low"]))
    found = [values(rules, status="Zombie")["status"], values(rules, status="running")["status"]]
    assert [*found, values(rules, priority="p9")["priority"]] == ["error", "inactive", "low"]


@pytest.mark.parametrize("text", ["status.a=b", "status=active", "colour.red=low", "status.x", "status.=active"])
def test_a_mapping_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed, match="--map"):
        parse_words([text])


def test_columns_are_found_by_other_names_and_by_those_that_are_told() -> None:
    rows = [{"NAME": "a", "model": "m", "datacenter": "c", "docker_image": "i", "owner": "x"}]
    told = translate(rows, TranslationRules(columns=parse_columns(["cluster_name=DataCenter"])))
    assert told.rows[0].values == {"name": "a", "model_name": "m", "cluster_name": "c", "image_tag": "i"}
    assert told.unknown_columns == ["owner"]
    with pytest.raises(ValidationFailed, match="no column 'site'"):
        translate(rows, TranslationRules(columns={"cluster_name": "site"}))


def test_long_descriptions_are_cut_and_named() -> None:
    told = translate([ROW | {"description": "x" * 2001}, ROW | {"description": "y" * 2000}])
    assert [len(row.values["description"]) for row in told.rows] == [2000, 2000]
    assert told.cut == [("a", 2001)]


def test_nulls_become_defaults_and_are_counted() -> None:
    told = translate([ROW | {"model_version": None, "status": " ", "created_at": None}])
    assert dict(told.defaulted) == {"model_version": 1, "status": 1}
    found = candidate(told.rows[0], is_typed=False, now=SystemClock().now())
    assert found.body is not None
    assert (found.body.model_version, found.body.status) == ("latest", "active")


@settings(max_examples=50)
@given(names=st.lists(st.sampled_from(["a", "a-2", "a-3", "b", "x" * 255, "x" * 253 + "-2"]), max_size=12))
def test_names_are_made_unique_and_the_same_each_time(names: list[str]) -> None:
    rows = [ROW | {"id": at, "name": name} for at, name in enumerate(names, start=1)]
    first, second = (translate(rows, rename_duplicates=True) for _ in range(2))
    found = [row.values["name"] for row in first.rows]
    assert found == [row.values["name"] for row in second.rows]
    assert len(set(found)) == len(names)
    assert all(len(name) <= 255 for name in found)
    assert {name for name in names if names.count(name) == 1} <= set(found)


def test_rows_come_in_the_order_of_their_ids() -> None:
    rows = [ROW | {"id": id, "name": str(id)} for id in (10, 9, "8", None)]
    assert [row.values["name"] for row in translate(rows).rows] == ["None", "8", "9", "10"]


def test_every_word_stands_in_the_guide() -> None:
    from architecture.repository import ROOT

    page = (ROOT / "docs/guide/migration.md").read_text()
    told = set(page.replace("|", " ").split())
    assert {word for word in [*STATUS_WORDS, *PRIORITY_WORDS] if word not in told and f"`{word}`" not in told} == set()
