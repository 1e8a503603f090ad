"""Models that do not load say why; what models answer becomes arrays by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from infrastudio.protocols.inference.signature import Signature, TensorSpec
from infrastudio.replica.loaders import ModelNotLoadable, example_inputs, load_model, name_outputs
from served_models import light_model, logged_models


@pytest.mark.parametrize(
    ("mlmodel", "complaint"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("- 1", "is no MLmodel file"),
        ("flavors: {}", "names no flavors"),
        ("flavors: {spark: {}}", "no flavor of spark can be served; log the model with a pyfunc flavor"),
        ("flavors: {sklearn: {pickled_model: gone.pkl}}", "gone.pkl is missing"),
        ("flavors: {sklearn: {pickled_model: ../../etc/passwd}}", "points outside the model's folder"),
        ("flavors: {sklearn: {code: ../outside}}", "points outside the model's folder"),
        ("flavors: {sklearn: {pickled_model: MLmodel}}", "UnpicklingError"),
        ("flavors: {sklearn: {}}\nsignature: {inputs: '{'}", "UnsupportedSignature"),
    ],
)
def test_what_does_not_load_says_why(tmp_path: Path, mlmodel: str | None, complaint: str) -> None:
    if mlmodel is not None:
        (tmp_path / "MLmodel").write_text(mlmodel)
    with pytest.raises(ModelNotLoadable, match=complaint):
        load_model(tmp_path)


def test_a_model_brings_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    model = load_model(light_model(tmp_path / "light"))
    (answer,) = model.predict({"input-0": np.array([[1.0, 2.0]])}).values()
    assert answer.tolist() == [3.0]
    assert model.predict(example_inputs(model.signature))["output-0"].tolist() == [0.0]


def test_answers_of_every_kind_become_arrays_by_name() -> None:
    named = Signature(outputs=(TensorSpec("score", "FP64", (-1,)),))
    assert name_outputs([1.0, 2.0], named)["score"].tolist() == [1.0, 2.0]
    assert name_outputs(np.array([[1, 2]]), Signature())["output-0"].shape == (1, 2)
    assert name_outputs({"a": [1], "b": ["x"]}, Signature())["b"].tolist() == ["x"]

    import pandas as pd

    table = name_outputs(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), named)
    assert {name: values.tolist() for name, values in table.items()} == {"a": [1, 2], "b": ["x", "y"]}
    assert name_outputs(pd.Series([3]), named)["score"].tolist() == [3]


PROGRAM = """
import contextlib, sys
from pathlib import Path
from infrastudio.replica.loaders import example_inputs, load_model
model = load_model(Path(sys.argv[1]))
with contextlib.suppress(ValueError):  # "" is no city that `mixed` knows
    model.predict(example_inputs(model.signature))
print(sorted({"pandas", "mlflow"} & set(sys.modules)))
"""


@pytest.mark.parametrize(("name", "imported"), [("columns", "[]"), ("mixed", "['pandas']")])
def test_what_a_model_does_not_need_is_not_imported(name: str, imported: str) -> None:
    """pandas and MLflow each take as long to import as all the rest of a start."""
    folder = str(logged_models()[name].folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == imported
