"""The mutations that `make soak` plays fit the source as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from benchmarks.soak.mutations import MUTATIONS, Mutation, apply

import infrastudio


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_it_can_be_applied(mutation: Mutation, tmp_path: Path) -> None:
    source = Path(infrastudio.__file__).parents[1]
    shutil.copytree(source, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "ui"))
    apply(mutation, tmp_path / "src")
