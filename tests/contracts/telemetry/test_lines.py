"""Log lines: numbered once, never lost or doubled, found again by number, time, level and text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.telemetry.support import Telemetry, a_run
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.telemetry import (
    LEVEL_CODES,
    LineBatch,
    LineFilter,
    LineGap,
    LinesAppended,
    LineSearch,
    SenderState,
    StreamOwner,
)


def write(
    telemetry: Telemetry, owner: StreamOwner, *texts: str, first: int = 1, time: int = 0, **more: int | str
) -> None:
    batch = LineBatch(first, texts, [time] * len(texts), **more)  # type: ignore[arg-type]
    telemetry.run(lambda: telemetry.store.append_lines(owner, batch))


def texts_of(telemetry: Telemetry, owner: StreamOwner, **where: object) -> list[str]:
    return [line.text for line in telemetry.store.lines(owner.key, where=LineFilter(**where)).items]  # type: ignore[arg-type]


any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\0"), max_size=20)
sends = st.tuples(st.sampled_from([(1, ""), (1, "rank1"), (2, "")]), st.integers(0, 6), st.integers(1, 6))


@settings(max_examples=30)
@given(texts=st.lists(any_text, min_size=12, max_size=12), plan=st.lists(sends, max_size=14), grouped=st.booleans())
def test_lines_are_never_lost_or_doubled(
    telemetry: Telemetry, texts: list[str], plan: list[tuple[tuple[int, str], int, int]], *, grouped: bool
) -> None:
    """Whatever is sent again or overlaps, each line of each sender is stored once, in order."""
    owner = a_run()
    acts, expected = [], []
    stored: dict[tuple[int, str], int] = {}
    for sender, back, size in plan:
        have = stored.get(sender, 0)
        first = max(0, have - back)
        batch = texts[first : first + size]
        if not batch:
            continue
        attempt, source = sender
        times = [first + place for place in range(len(batch))]
        made = LineBatch(first + 1, batch, times, attempt=attempt, source=source, position=first + len(batch))
        acts.append(partial(telemetry.store.append_lines, owner, made))
        expected += [(sender, place, texts[place]) for place in range(have, first + len(batch))]
        stored[sender] = max(have, first + len(batch))
    for answer in telemetry.together(*acts) if grouped else [telemetry.run(act) for act in acts]:
        assert isinstance(answer, LinesAppended)
    page = telemetry.store.lines(owner.key, limit=1000)
    assert [((line.attempt, line.source), line.time, line.text) for line in page.items] == expected
    assert [line.line for line in page.items] == list(range(1, len(expected) + 1))
    assert page.total == sum(page.levels.values()) == len(expected)
    for (attempt, source), count in stored.items():
        assert telemetry.store.sender(owner.key, attempt=attempt, source=source) == SenderState(count, count)
    assert_pages(telemetry, owner, [line.line for line in page.items])


def assert_pages(telemetry: Telemetry, owner: StreamOwner, numbers: list[int]) -> None:
    """Small pages, forward and backward, hold every line once."""
    place: int | None = 1
    seen: list[int] = []
    while place is not None and place <= len(numbers):
        page = telemetry.store.lines(owner.key, from_line=place, limit=4)
        seen += [line.line for line in page.items]
        place = page.next_line
    assert seen == numbers
    place, seen = len(numbers) or None, []
    while place is not None:
        page = telemetry.store.lines(owner.key, from_line=place, limit=4, direction="backward")
        seen = [line.line for line in page.items] + seen
        place = page.previous_line
    assert seen == numbers


def test_a_gap_is_refused_and_leaves_its_neighbours_alone(telemetry: Telemetry) -> None:
    owner, other = a_run(), a_run()
    answers = telemetry.together(
        partial(telemetry.store.append_lines, owner, LineBatch(1, ["a"], [1])),
        partial(telemetry.store.append_lines, owner, LineBatch(3, ["c"], [1])),
        partial(telemetry.store.append_lines, other, LineBatch(1, ["x"], [1])),
        partial(telemetry.store.append_lines, owner, LineBatch(2, ["b"], [1])),
    )
    assert isinstance(answers[1], LineGap)
    assert answers[1].expected == 2
    assert texts_of(telemetry, owner) == ["a", "b"]
    assert texts_of(telemetry, other) == ["x"]


def test_a_batch_without_lines_moves_the_position_once(telemetry: Telemetry) -> None:
    owner = a_run()
    write(telemetry, owner, "a", position=10)
    telemetry.run(lambda: telemetry.store.append_lines(owner, LineBatch(2, [], [], position=20)))
    telemetry.run(lambda: telemetry.store.append_lines(owner, LineBatch(1, [], [], position=5)))
    write(telemetry, owner, "a", position=7)
    assert telemetry.store.sender(owner.key) == SenderState(1, 20)


def test_levels_are_found_and_colours_kept(telemetry: Telemetry) -> None:
    owner = a_run()
    red = "\x1b[31mERROR\x1b[0m it broke"
    write(telemetry, owner, "INFO fine", red, "loss=0.1", '{"level": "warn", "msg": "ERROR"}')
    page = telemetry.store.lines(owner.key)
    assert [line.level for line in page.items] == ["info", "error", None, "warning"]
    assert page.items[1].text == red
    assert page.levels == {None: 1, "debug": 0, "info": 1, "warning": 1, "error": 1, "critical": 0}
    assert texts_of(telemetry, owner, levels=frozenset({"error", None})) == [red, "loss=0.1"]
    with pytest.raises(ValidationFailed, match="level"):
        texts_of(telemetry, owner, levels=frozenset({"loud"}))


def test_streams_levels_and_times_that_are_given_are_kept(telemetry: Telemetry) -> None:
    owner = a_run()
    batch = LineBatch(1, ["out", "err", "stop"], [2**63 - 1, -(2**63), 5], streams=[0, 1, 2], levels=[0, 4, 2])
    telemetry.run(lambda: telemetry.store.append_lines(owner, batch))
    seen = [(line.stream, line.level, line.time) for line in telemetry.store.lines(owner.key).items]
    assert seen == [("stdout", None, 2**63 - 1), ("stderr", "error", -(2**63)), ("event", "info", 5)]
    assert texts_of(telemetry, owner, streams=frozenset({"stderr"})) == ["err"]


def test_lines_are_filtered_by_time_attempt_and_source(telemetry: Telemetry) -> None:
    owner = a_run()
    write(telemetry, owner, "a", time=10)
    write(telemetry, owner, "b", time=20, attempt=2)
    write(telemetry, owner, "c", time=30, source="rank1")
    assert texts_of(telemetry, owner, start=10, end=30) == ["a", "b"]
    assert texts_of(telemetry, owner, attempt=2) == ["b"]
    assert texts_of(telemetry, owner, source="rank1") == ["c"]
    assert texts_of(telemetry, owner, source="") == ["a", "b"]


def search(telemetry: Telemetry, owner: StreamOwner, text: str, **how: bool) -> list[int]:
    where = LineFilter(search=LineSearch(text, **how))
    found: list[int] = telemetry.store.find_lines(owner.key, where).lines.tolist()
    assert [line.line for line in telemetry.store.lines(owner.key, where=where).items] == found
    return found


def test_a_search_looks_at_lines_one_by_one_and_not_at_their_colours(telemetry: Telemetry) -> None:
    owner = a_run()
    write(telemetry, owner, "Loss: 0.5", "lo", "ss", "", "\x1b[1mlo\x1b[0mss spike", "STRASSE")
    write(telemetry, owner, "straße", "end loss", first=7)
    assert search(telemetry, owner, "loss") == [1, 5, 8]
    assert search(telemetry, owner, "loss", match_case=True) == [5, 8]
    assert search(telemetry, owner, "straße") == [6, 7]
    assert search(telemetry, owner, "lo\nss") == []
    assert search(telemetry, owner, r"^loss\b", regex=True) == [1, 5]
    assert search(telemetry, owner, r"lo\s*ss$", regex=True) == [8]
    assert search(telemetry, owner, "^$", regex=True) == [4]
    assert search(telemetry, owner, r"\Aend", regex=True) == [8]
    assert search(telemetry, owner, "[^x]*", regex=True) == list(range(1, 9))
    with pytest.raises(ValidationFailed, match="regular expression"):
        search(telemetry, owner, "(", regex=True)


@settings(max_examples=30)
@given(
    lines=st.lists(
        st.lists(st.sampled_from(["a", "b", "A", "\x1b[1m", " ", "ß", "["]), max_size=6).map("".join),
        min_size=1,
        max_size=12,
    ),
    wanted=st.text("abAß ", min_size=1, max_size=2),
)
def test_a_search_finds_what_a_loop_over_the_lines_finds(telemetry: Telemetry, lines: list[str], wanted: str) -> None:
    owner = a_run()
    half = len(lines) // 2
    if half:
        write(telemetry, owner, *lines[:half])
    write(telemetry, owner, *lines[half:], first=half + 1)
    plain = [line.replace("\x1b[1m", "") for line in lines]
    assert search(telemetry, owner, wanted, match_case=True) == [i for i, line in enumerate(plain, 1) if wanted in line]


def test_a_search_goes_backward_slice_by_slice(telemetry: Telemetry) -> None:
    owner = a_run()
    for first in range(1, 100, 10):
        write(
            telemetry,
            owner,
            *(f"line {n}{' hit' if n % 7 == 0 else ''}" for n in range(first, first + 10)),
            first=first,
        )
    where = LineFilter(search=LineSearch("hit"))
    found: list[int] = []
    scanned: list[int] = []
    place: int | None = None
    while True:
        slice_ = telemetry.store.find_lines(owner.key, where, from_line=place, scan_limit=32)
        found = slice_.lines.tolist() + found
        scanned.append(slice_.scanned)
        if slice_.previous_line is None:
            break
        place = slice_.previous_line
    assert found == list(range(7, 101, 7))
    assert scanned == [32, 32, 32, 4]
    page = telemetry.store.lines(owner.key, where=where, direction="backward", limit=3)
    assert [line.line for line in page.items] == [84, 91, 98]
    assert page.previous_line == 83
    assert (page.first_line, page.total) == (1, 100)


def test_follow_mode_reads_from_the_next_line_on(telemetry: Telemetry) -> None:
    owner = a_run()
    write(telemetry, owner, "a", "b")
    page = telemetry.store.lines(owner.key)
    assert page.next_line == 3
    assert telemetry.store.lines(owner.key, from_line=3).items == ()
    write(telemetry, owner, "c", first=3)
    again = telemetry.store.lines(owner.key, from_line=3)
    assert ([line.text for line in again.items], again.next_line, again.previous_line) == (["c"], 4, 2)


def test_a_histogram_counts_every_line_of_its_range_once(telemetry: Telemetry) -> None:
    owner = a_run()
    times = [0, 5, 9, 10, 25, 39]
    telemetry.run(
        lambda: telemetry.store.append_lines(owner, LineBatch(1, ["x"] * 6, times, levels=[0, 2, 2, 4, 4, 5]))
    )
    write(telemetry, owner, "ERROR", first=7, time=30)
    histogram = telemetry.store.line_histogram(owner.key, buckets=4)
    assert (histogram.start, histogram.width) == (0, 10)
    counts = {name: count.tolist() for name, count in histogram.counts.items()}
    assert counts[None] == [1, 0, 0, 0]
    assert counts["info"] == [2, 0, 0, 0]
    assert counts["error"] == [0, 1, 1, 1]
    assert counts["critical"] == [0, 0, 0, 1]
    part = telemetry.store.line_histogram(owner.key, start=5, end=30, buckets=1)
    assert sum(int(count.sum()) for count in part.counts.values()) == 4


def test_lines_as_of_a_moment_are_those_received_by_then(telemetry: Telemetry) -> None:
    owner = a_run()
    write(telemetry, owner, "ERROR a")
    then = to_micros(telemetry.clock.now())
    telemetry.clock.advance(5)
    write(telemetry, owner, "b", first=2)
    page = telemetry.store.lines(owner.key, received_by=then)
    assert ([line.text for line in page.items], page.total, page.levels["error"]) == (["ERROR a"], 1, 1)
    assert telemetry.store.lines(owner.key, received_by=then - 1).total == 0


def append_made(telemetry: Telemetry, owner: StreamOwner, make: Callable[[], LineBatch]) -> None:
    telemetry.run(lambda: telemetry.store.append_lines(owner, make()))


def test_lines_that_cannot_be_stored_are_refused(telemetry: Telemetry) -> None:
    owner = a_run()
    for batch, word in (
        (lambda: LineBatch(0, ["a"], [1]), "first"),
        (lambda: LineBatch(1, ["a\nb"], [1]), "line break"),
        (lambda: LineBatch(1, ["a"], []), "times"),
        (lambda: LineBatch(1, ["\ud800"], [1]), "surrogates"),
        (lambda: LineBatch(1, ["a"], [2**63]), "times"),
        (lambda: LineBatch(1, ["a"], [1], levels=[len(LEVEL_CODES) + 1]), "levels"),
        (lambda: LineBatch(1, ["a"], [1], streams=3), "streams"),
    ):
        with pytest.raises(ValidationFailed, match=word):
            append_made(telemetry, owner, batch)
    assert telemetry.store.head(owner.key).lines == 0
