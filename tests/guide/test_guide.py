"""The examples of the guide give the answers that stand behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from guide.code_blocks import Example, differences, examples_of, run
from running_server import running

GUIDE = Path(__file__).parents[2] / "docs/guide"
PAGES = [page for page in sorted(GUIDE.glob("*.md")) if any(examples_of(page))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_answers_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """Each page on a new server, its examples in order."""
    with running(tmp_path / "data") as server:
        wrong = [
            f"{page.name}:{example.line}: {difference}"
            for example in examples_of(page)
            for difference in differences(example, run(example, server, tmp_path))
        ]
    assert wrong == []


def test_there_are_examples_with_answers() -> None:
    answered = [example for page in PAGES for example in examples_of(page) if example.answer is not None]
    assert len(answered) > 20


@pytest.mark.parametrize(
    ("told", "found", "wrong"),
    [
        ('{"a": 1}', '{"a": 1}', []),
        ('{"a": 1}', '{"a": 2}', ["$.a is 2, on the page 1"]),
        ('{"a": 1}', '{"a": true}', ["$.a is True, on the page 1"]),
        ('{"a": 1}', '{"a": 1, "b": 2}', ["$.b is not on the page"]),
        ('{"a": 1, "…": "…"}', '{"a": 1, "b": 2}', []),
        ('{"a": 1, "b": 2}', '{"a": 1}', ["$.b is not in the answer"]),
        ("[1]", "[1, 2]", ["$ has 2 items, on the page 1"]),
        ('[1, "…"]', "[1, 2]", []),
        ('"2026-01-31T12:00:00Z"', '"2031-10-01T01:02:03.000004Z"', []),
        ('"2026-01-31T12:00:00Z"', '"yesterday"', ["$ is 'yesterday', on the page '2026-01-31T12:00:00Z'"]),
    ],
)
def test_what_differs_is_found(told: str, found: str, wrong: list[str]) -> None:
    assert differences(Example(1, "curl", "json", told), found) == wrong


def test_status_and_headers_are_compared() -> None:
    told = Example(1, "curl -i", "http", 'HTTP/1.1 200 OK\nETag: "1"\n\n{"a": 1}\n')
    good = 'HTTP/1.1 200 OK\r\ndate: today\r\netag: "1"\r\n\r\n{"a": 1}'
    assert differences(told, good) == []
    assert differences(told, good.replace('"1"', '"2"')) == ["header 'ETag: \"1\"'"]
    assert len(differences(told, good.replace("200 OK", "404 Not Found"))) == 1
