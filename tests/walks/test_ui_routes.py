"""No page of the UI lies under an address that the server keeps for its protocols."""

from __future__ import annotations

from pathlib import Path

from infrastudio.server.app import API_ROOTS, is_api_path

ROUTES = Path(__file__).parents[2] / "web" / "src" / "routes"


def test_no_page_begins_with_a_word_of_an_api_root() -> None:
    pages = {page_of(file) for file in ROUTES.rglob("*.tsx") if not file.name.endswith(".test.tsx")} - {"/"}
    assert len(pages) > 5
    assert sorted(page for page in pages if is_api_path(page)) == []
    roots = {root.split("/")[1] for root in API_ROOTS}
    assert sorted(page for page in pages if page.split("/")[1] in roots) == []


def page_of(file: Path) -> str:
    """Return the address of a route's file: dots are slashes, words behind an underscore make no part of it."""
    words = [part for folder in file.relative_to(ROUTES).with_suffix("").parts for part in folder.split(".")]
    return "/" + "/".join(word for word in words if not word.startswith("_") and word not in ("index", "route"))
