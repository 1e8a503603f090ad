"""Walks over lists that come page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Covariant = TypeVar("Covariant", covariant=True)


class Part(Protocol[Covariant]):
    """A part of a list."""

    @property
    def items(self) -> Sequence[Covariant]:
        """The items, in order."""
        ...


class Page(Part[Covariant], Protocol[Covariant]):
    """A part of a list that says where the next one begins."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None: this is the last."""
        ...


def pages(fetch: Callable[[str | None], Page[Item]]) -> Iterator[Item]:
    """Yield all items, each page fetched by the cursor of the one before."""
    place: str | None = None
    while True:
        page = fetch(place)
        yield from page.items
        if page.next_cursor in (None, place):  # a log that goes on tells at its end where it will go on
            return
        place = page.next_cursor


def parts(fetch: Callable[[int], Part[Item]]) -> Iterator[Item]:
    """Yield all items, each part fetched by how many came before."""
    return slices(lambda place: fetch(place).items)


def slices(fetch: Callable[[int], Sequence[Item]]) -> Iterator[Item]:
    """As `parts`, of a list that comes bare."""
    place = 0
    while items := fetch(place):
        yield from items
        place += len(items)


async def async_pages(fetch: Callable[[str | None], Awaitable[Page[Item]]]) -> AsyncIterator[Item]:
    """As `pages`."""
    place: str | None = None
    while True:
        page = await fetch(place)
        for item in page.items:
            yield item
        if page.next_cursor in (None, place):  # a log that goes on tells at its end where it will go on
            return
        place = page.next_cursor


async def async_parts(fetch: Callable[[int], Awaitable[Part[Item]]]) -> AsyncIterator[Item]:
    """As `parts`."""
    place = 0
    while items := (await fetch(place)).items:
        for item in items:
            yield item
        place += len(items)


async def async_slices(fetch: Callable[[int], Awaitable[Sequence[Item]]]) -> AsyncIterator[Item]:
    """As `slices`."""
    place = 0
    while items := await fetch(place):
        for item in items:
            yield item
        place += len(items)
