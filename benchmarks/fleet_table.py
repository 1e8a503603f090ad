"""Measures the table of 100,000 instances in Chromium: typing in its filter, scrolling, sorting, and what it holds.

The peers stand in the same browser and on the same server: the same question to the API alone, and the same key,
scroll and paint on an empty page, the same scroll over plain rows. The budgets are those of the user interface.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.harness import fleet
from benchmarks.harness.big_ledger import KEPT
from benchmarks.harness.peers import PROGRAMS
from benchmarks.harness.processes import REPOSITORY, clean_environment, running_studio
from benchmarks.harness.report import Effort, console, effort, median, print_conditions
from rich.table import Table

from infrastudio.contexts.instances.schemas import InstanceIn
from infrastudio.contexts.search.controller import SearchFollower
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.kernel.text import casefold

INSTANCES: Final = 100_000
QUICK_INSTANCES: Final = 3000
SEARCHED: Final = ("name", "model_name", "cluster_name", "image_tag", "description")
FIRST_ROWS: Final = 3
"""So many names from the top tell that an answer is there."""
WORDS: Final = ("517x", "283x", "904x", "166x", "739x", "350x", "628x", "891x", "472x", "015x", "567x", "238x",
                "949x", "161x", "793x")  # fmt: skip
"""Of each the first key leaves most of the fleet, the last one nothing."""
SORTS: Final = {"Replicas": "replicas", "Model": "model_name", "Cluster": "cluster_name", "Updated": "updated_at"}
BROWSER_DEADLINE_S: Final = 900.0

KEY_MS: Final = 200
TABLE_MS: Final = 100
PAINT_MS: Final = 1500
FRAMES_PER_S: Final = 55


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=3.0)
    count = QUICK_INSTANCES if asked.is_quick else INSTANCES
    folder = kept(count)
    with running_studio(folder) as server:
        found = in_browser(questions(asked, server.url, count))
    print_conditions(asked)
    print_answers(found, count)
    print_frames(found)
    print_size(found, count)


def kept(count: int) -> Path:
    """Return a folder whose `data` is a data folder with a fleet, made by the service's verbs where it is not there."""
    folder = KEPT / f"fleet-{count}"
    mark = folder / "made"
    if not mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
        with fleet.opened(folder / "data") as db:
            fleet.fill(db, count)
            asyncio.run(TimelineFollower(db).catch_up())
            asyncio.run(SearchFollower(db).catch_up())
        mark.touch()
    return folder


def questions(asked: Effort, url: str, count: int) -> dict[str, Any]:
    """Return what the browser shall do, with the rows that it has to show after each step."""
    instances = [fleet.instance(number) for number in range(count)]
    texts = [casefold("\n".join(getattr(one, field) for field in SEARCHED)) for one in instances]

    def rows(found: Sequence[InstanceIn]) -> dict[str, Any]:
        return {"total": len(found), "names": [one.name for one in found[:FIRST_ROWS]]}

    def word(text: str) -> dict[str, Any]:
        beginnings = [text[: length + 1] for length in range(len(text))]
        answers = [
            rows([one for one, searched in zip(instances, texts, strict=True) if beginning in searched])
            for beginning in beginnings
        ]
        return {"text": text, "answers": answers}

    words = [word(text) for text in WORDS[: 3 * asked.rounds]]
    sorts = [
        {"header": header, "sort": sort, "answer": rows(_sorted(instances, sort))} for header, sort in SORTS.items()
    ]
    return {
        "url": url, "rounds": asked.rounds, "scrollSeconds": asked.seconds, "rowCount": count, "words": words[::3],
        "apiWords": words[1::3], "quickWords": words[2::3], "sorts": sorts,
    }  # fmt: skip


def in_browser(asked: dict[str, Any]) -> dict[str, Any]:
    """Let the browser do it; return what it measured."""
    done = subprocess.run(
        [PROGRAMS / "node", "--no-warnings", REPOSITORY / "web" / "benchmarks" / "fleet-table.ts"],
        input=json.dumps(asked), capture_output=True, text=True, timeout=BROWSER_DEADLINE_S, check=False,
        env=clean_environment(),
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"the browser's part failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


class Case(NamedTuple):
    """Times of the table, and of a peer that does the least that is needed."""

    name: str
    ours: Sequence[float]
    peers: Sequence[float]
    """The API alone, of each round."""
    budget_ms: float


def print_answers(found: dict[str, Any], count: int) -> None:
    """Print how long a person waits."""
    empty_ms = median(found["emptyKeys"])
    table = Table(
        title=f"From a key or click to the painted rows, {count:,} instances in the server (ms); an empty page takes "
        f"{empty_ms:.0f} ms from a key to its paint, {median(found['emptyPaint']):.0f} ms to open",
        title_justify="left", header_style="bold",
    )  # fmt: skip
    table.add_column("what")
    for column in ("median", "worst", "API alone", "× of API + empty paint", "budget"):
        table.add_column(column, justify="right")
    for case in _cases(found):
        mine, least = median(case.ours), median(case.peers) + empty_ms if case.peers else empty_ms
        missed = " [red]missed[/]" if mine > case.budget_ms else ""
        table.add_row(
            case.name, f"[bold]{mine:.0f}[/]", f"{max(case.ours):.0f}",
            f"{median(case.peers):.0f}" if case.peers else "—", f"{mine / least:.1f}×",
            f"≤ {case.budget_ms:g}{missed}",
        )  # fmt: skip
    console.print(table)


def _cases(found: dict[str, Any]) -> Iterable[Case]:
    yield Case("opened cold: the first rows", found["firstRows"], found["apiFirst"], PAINT_MS)
    yield Case("opened cold: largest paint", found["largestPaint"], found["apiFirst"], PAINT_MS)
    for number, (ours, api) in enumerate(zip(found["keys"], found["apiKeys"], strict=True), 1):
        nothing = ", which leaves nothing" if number == len(found["keys"]) else ""
        yield Case(f"filter: key {number} of a word{nothing}", ours, api, KEY_MS)
    yield Case("filter: the last key of a word typed quickly", found["word"], found["apiKeys"][-1], KEY_MS)
    for header, ours in found["sorts"].items():
        yield Case(f"sorted by {header}", ours, found["apiSorts"][header], TABLE_MS)
    yield Case("all loaded rows selected", found["selectAll"], (), TABLE_MS)
    yield Case("jump to rows far away", found["jumps"], found["apiFirst"], KEY_MS)
    yield Case("interaction to next paint, p95", [_percentile(found["interactions"], 95)], (), TABLE_MS)


def print_frames(found: dict[str, Any]) -> None:
    """Print how smooth scrolling is."""
    table = Table(title="Frames while scrolling", title_justify="left", header_style="bold")
    table.add_column("what")
    for column in (
        "frames/s", "median ms", "p95 ms", "worst ms", "ratio to plain rows", "page's CPU ms/s", "tasks > 50 ms",
        "budget",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    peer = _rate(found["plainFrames"])
    for name, key, is_bound in (
        ("empty page, 3,000 px/s", "emptyFrames", False),
        ("plain rows that all stand there, 3,000 px/s", "plainFrames", False),
        ("table, 3,000 px/s", "read", True),
        ("table, 30,000 px/s (places of rows only)", "fling", True),
    ):
        rounds = found[key]
        times = [ms for one in rounds for ms in one["ms"]]
        tasks = [ms for one in rounds for ms in one["longTasks"]]
        rate = _rate(rounds)
        missed = " [red]missed[/]" if is_bound and rate < FRAMES_PER_S else ""
        table.add_row(
            name, f"[bold]{rate:.1f}[/]", f"{median(times):.1f}", f"{_percentile(times, 95):.1f}", f"{max(times):.0f}",
            f"{rate / peer:.2f}×", f"{median([1000 * one['cpuMs'] / sum(one['ms']) for one in rounds]):.0f}",
            f"{len(tasks)}, worst {max(tasks, default=0):.0f} ms",
            f"≥ {FRAMES_PER_S}{missed}" if is_bound else "",
        )  # fmt: skip
    console.print(table)
    tasks = found["typingTasks"]
    console.print(
        f"Tasks over 50 ms while typing: {len(tasks)}, worst {max(tasks, default=0):.0f} ms (budget: none > 100)"
    )


def print_size(found: dict[str, Any], count: int) -> None:
    """Print what the page holds."""
    console.print(
        f"Elements in the page: [bold]{median(found['nodes']):,.0f}[/] with {count:,} rows, scrolled through; "
        f"{median(found['nodesOfFew']):,.0f} without any row. JavaScript heap: {median(found['heapMb']):.1f} MB"
    )


def _sorted(instances: Iterable[InstanceIn], sort: str) -> list[InstanceIn]:
    """Return them as the server does, descending; the number, here that in the name, decides among equals."""
    key: Callable[[InstanceIn], Any] = (
        (lambda one: one.name) if sort == "updated_at" else lambda one: (getattr(one, sort), one.name)
    )
    return sorted(instances, key=key, reverse=True)


def _rate(rounds: Iterable[dict[str, Any]]) -> float:
    return median([1000 * len(one["ms"]) / sum(one["ms"]) for one in rounds])


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    main()
