"""What the documents say exists: links, anchors, make targets, settings, files of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from architecture.repository import ROOT, files, sources, text_of
from infrastudio.server.settings import Settings, names_of

DOCUMENTS = tuple(path for path in files() if path.suffix == ".md")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
TARGET = re.compile(r"`make ([a-z0-9]+)[^`]*`|^\s*make ([a-z0-9]+)", re.MULTILINE)
VARIABLE = re.compile(r"\bSTUDIO_[A-Z][A-Z0-9_]*\b")
FOR_TESTS = {
    "STUDIO_TEST_MARIADB_URL",
    "STUDIO_TEST_MYSQL_ROOT",
    "STUDIO_TEST_MYSQL_URL",
    "STUDIO_TEST_POSTGRES_URL",
}


def anchors_of(text: str) -> set[str]:
    """Return the anchors that the headings of a Markdown text get."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> list[str]:
    """Return the relative links of a document that lead nowhere."""
    broken = []
    for link in LINK.findall(text_of(document)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / document.parent / name).resolve() if name else ROOT / document
        is_wrong_anchor = anchor and target.suffix == ".md" and target.exists()
        if not target.exists() or (is_wrong_anchor and anchor not in anchors_of(target.read_text())):
            broken.append(link)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_make_targets_exist(document: Path) -> None:
    known = set(re.findall(r"^([a-z][a-z0-9-]*):", text_of(Path("Makefile")), re.MULTILINE))
    named = {one or other for one, other in TARGET.findall(text_of(document))}
    assert named - known == set()


def read_by_programs() -> set[str]:
    """Return the variables that the SDK and the command line read, which are no settings of the server."""
    programs = [path for path in sources() if path.is_relative_to("src/infrastudio/sdk")]
    text = "".join(map(text_of, programs))
    return set(re.findall(r"os\.environ\.get\(\"(STUDIO_[A-Z_]+)\"", text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_settings_exist(document: Path) -> None:
    known = {names_of(field).studio for field in Settings.model_fields} | FOR_TESTS | read_by_programs()
    assert set(VARIABLE.findall(text_of(document))) - known == set()


def test_the_folders_and_modules_that_architecture_names_exist() -> None:
    """A path in backquotes that begins with a folder of the package or of the repository is there."""
    text = text_of(Path("docs/architecture.md"))
    named = re.findall(
        r"`((?:contexts|drivers|http|kernel|migrations|protocols|server|stores|tests|tools)/[\w/.]+)`", text
    )
    missing = [
        name
        for name in named
        if not (ROOT / name).exists() and not (ROOT / "src/infrastudio" / name).exists() and "<" not in name
    ]
    assert missing == []
