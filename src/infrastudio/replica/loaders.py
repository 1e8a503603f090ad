"""Models of the MLmodel format to one way of predicting: own loaders for scikit-learn, `mlflow.pyfunc` for the rest.

Importing `mlflow.pyfunc` takes longer than a whole start may take, so flavours that are common are loaded without it.
"""

from __future__ import annotations

import importlib
import pickle
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from infrastudio.protocols.inference.signature import NUMPY_TYPES, Array, Signature, TensorSpec, read_signature

Predict = Callable[[Mapping[str, Array]], Mapping[str, Array]]


class ModelNotLoadable(Exception):
    """The files are no model that can be served here; the message says why."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model.

    Attributes:
        platform: What the metadata say runs it, such as `sklearn`.
        predict: Inputs by name to outputs by name; takes as many rows as are given.
        is_rowwise: True when each row's answer depends on that row only, so that requests may share one call.
    """

    platform: str
    signature: Signature
    predict: Predict
    is_rowwise: bool


def load_model(folder: Path) -> Model:
    """Return the model in `folder`.

    Raises:
        ModelNotLoadable: No MLmodel file, a package is missing, or the files do not load.
    """
    document = _read_mlmodel(folder)
    flavors = document.get("flavors")
    if not isinstance(flavors, dict) or not flavors:
        raise ModelNotLoadable(f"{folder / 'MLmodel'} names no flavors")
    try:
        signature = read_signature(document)
        if "sklearn" in flavors:
            return _load_sklearn(folder, flavors, signature)
        return _load_pyfunc(folder, flavors, signature)
    except ModelNotLoadable:
        raise
    except Exception as error:  # whatever a foreign library raises, the reason must reach the exit record
        raise ModelNotLoadable(f"{type(error).__name__}: {error}") from error


def name_outputs(prediction: Any, signature: Signature) -> dict[str, Array]:
    """Return what a model's predict gave as arrays by name; names come from it, else from the signature."""
    if isinstance(prediction, Mapping):
        return {str(name): np.asarray(values) for name, values in prediction.items()}
    if hasattr(prediction, "columns") and hasattr(prediction, "to_numpy"):  # a pandas DataFrame
        return {str(name): prediction[name].to_numpy() for name in prediction.columns}
    values = prediction.to_numpy() if hasattr(prediction, "to_numpy") else np.asarray(prediction)
    name = signature.outputs[0].name if len(signature.outputs) == 1 else "output-0"
    return {name: values}


def example_inputs(signature: Signature) -> dict[str, Array]:
    """Return one row of zeros and empty texts, to warm a model up."""
    return {spec.name: _zeros(spec) for spec in signature.inputs}


_YAML_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ARRAY_ESTIMATORS: Final = (
    "sklearn.cluster.",
    "sklearn.decomposition.",
    "sklearn.discriminant_analysis.",
    "sklearn.dummy.",
    "sklearn.ensemble._forest",
    "sklearn.ensemble._gb",
    "sklearn.ensemble._hist_gradient_boosting.",
    "sklearn.ensemble._iforest",
    "sklearn.gaussian_process.",
    "sklearn.impute.",
    "sklearn.kernel_ridge.",
    "sklearn.linear_model.",
    "sklearn.mixture.",
    "sklearn.naive_bayes.",
    "sklearn.neighbors.",
    "sklearn.neural_network.",
    "sklearn.preprocessing.",
    "sklearn.svm.",
    "sklearn.tree.",
)
"""Estimators that see a table of numbers as its values only, so that no DataFrame (and no pandas) is needed."""


def _read_mlmodel(folder: Path) -> dict[str, Any]:
    path = folder / "MLmodel"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER)  # noqa: S506  a safe loader, in C
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelNotLoadable(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ModelNotLoadable(f"{path} is no MLmodel file")
    return document


def _load_sklearn(folder: Path, flavors: Mapping[str, Any], signature: Signature) -> Model:
    flavor, pyfunc = flavors["sklearn"], flavors.get("python_function") or {}
    _add_code_folder(folder, flavor.get("code") or pyfunc.get("code"))
    if "sklearn_version" in flavor:
        _import_sklearn()
    path = _inside(folder, flavor.get("pickled_model") or pyfunc.get("model_path") or "model.pkl")
    if flavor.get("serialization_format", "pickle") == "skops":
        import skops.io

        estimator = skops.io.load(path, trusted=flavor.get("skops_trusted_types") or [])
    else:
        with path.open("rb") as file:
            estimator = pickle.load(file)  # noqa: S301  a model is code; who may register one may run code as this user
    warnings.filterwarnings("ignore", message="X does not have valid feature names")
    call = getattr(estimator, pyfunc.get("predict_fn") or "predict")
    shape_inputs = _input_shaper(signature, arrays=_takes_arrays(estimator, signature))

    def predict(inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        return name_outputs(call(shape_inputs(inputs)), signature)

    return Model("sklearn", signature, predict, is_rowwise=True)


def _import_sklearn() -> None:
    """Import scikit-learn without pandas, if nobody has imported that yet.

    `sklearn.utils.fixes` imports pandas, and with it pyarrow, wherever they are installed, to use neither: half of a
    replica's start and 70 MB. Models that are asked with tables import pandas when they first make one.
    """
    if "pandas" in sys.modules:
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        importlib.import_module("sklearn.utils.fixes")
    finally:
        del sys.modules["pandas"]


def _load_pyfunc(folder: Path, flavors: Mapping[str, Any], signature: Signature) -> Model:
    if "python_function" not in flavors:
        raise ModelNotLoadable(f"no flavor of {', '.join(flavors)} can be served; log the model with a pyfunc flavor")
    try:
        import mlflow.pyfunc
    except ModuleNotFoundError as error:
        raise ModelNotLoadable(f"{error.name} is not installed; pip install 'infrastudio[mlflow]'") from error
    loaded = mlflow.pyfunc.load_model(str(folder))
    shape_inputs = _input_shaper(signature, arrays=False)

    def predict(inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        return name_outputs(loaded.predict(shape_inputs(inputs)), signature)

    return Model("mlflow.pyfunc", signature, predict, is_rowwise=False)


def _input_shaper(signature: Signature, *, arrays: bool) -> Callable[[Mapping[str, Array]], Any]:
    """Return the function that turns checked inputs into what the model's predict wants."""
    if signature.layout == "columns":
        return _stack_columns if arrays else _as_table
    if signature.layout == "tensors" and signature.inputs[0].is_named:
        return dict
    return _only_array


def _only_array(inputs: Mapping[str, Array]) -> Array:
    return next(iter(inputs.values()))


def _stack_columns(inputs: Mapping[str, Array]) -> Array:
    return np.column_stack([values.reshape(len(values), -1) for values in inputs.values()])


def _as_table(inputs: Mapping[str, Array]) -> Any:
    import pandas as pd

    columns = {}
    for name, values in inputs.items():
        is_column = values.ndim == 1 or values.shape[1:] == (1,)
        columns[name] = values.reshape(len(values)) if is_column else list(values)
    return pd.DataFrame(columns)


def _takes_arrays(estimator: Any, signature: Signature) -> bool:
    """May a table be given as an array? Only if all columns are numbers in the order of the training."""
    if any(spec.content != "number" or not spec.is_required for spec in signature.inputs):
        return False
    trained_on = getattr(estimator, "feature_names_in_", None)
    if trained_on is not None and list(trained_on) != [spec.name for spec in signature.inputs]:
        return False
    steps = [step for _, step in estimator.steps] if type(estimator).__name__ == "Pipeline" else [estimator]
    return all(
        type(step).__module__.startswith(_ARRAY_ESTIMATORS) and type(step).__name__ != "FunctionTransformer"
        for step in steps
    )


def _add_code_folder(folder: Path, code: Any) -> None:
    if isinstance(code, str) and code:
        sys.path.insert(0, str(_inside(folder, code)))


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ModelNotLoadable(f"{name!r} in MLmodel points outside the model's folder")
    if not path.exists():
        raise ModelNotLoadable(f"{path} is missing")
    return path


def _zeros(spec: TensorSpec) -> Array:
    shape = tuple(1 if size == -1 else size for size in spec.shape)
    if spec.content == "number":
        return np.zeros(shape, dtype=NUMPY_TYPES[spec.datatype])
    if spec.content == "datetime":
        return np.zeros(shape, dtype="datetime64[ns]")
    return np.full(shape, b"" if spec.content == "binary" else "", dtype=object)
