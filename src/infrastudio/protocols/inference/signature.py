"""The tensors that a model takes and gives, as the Open Inference Protocol names them, read from an MLmodel file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NUMPY_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "BOOL": np.dtype(np.bool_),
    "UINT8": np.dtype(np.uint8),
    "UINT16": np.dtype(np.uint16),
    "UINT32": np.dtype(np.uint32),
    "UINT64": np.dtype(np.uint64),
    "INT8": np.dtype(np.int8),
    "INT16": np.dtype(np.int16),
    "INT32": np.dtype(np.int32),
    "INT64": np.dtype(np.int64),
    "FP16": np.dtype(np.float16),
    "FP32": np.dtype(np.float32),
    "FP64": np.dtype(np.float64),
    "BYTES": np.dtype(np.object_),
}
"""The protocol's datatypes; BF16 has no numpy type and is not taken."""

_DATATYPES: Final = {dtype: datatype for datatype, dtype in NUMPY_TYPES.items()}

_COLUMN_TYPES: Final = {
    "boolean": "BOOL",
    "integer": "INT32",
    "long": "INT64",
    "float": "FP32",
    "double": "FP64",
    "string": "BYTES",
    "binary": "BYTES",
    "datetime": "BYTES",
}

Content = Literal["number", "string", "binary", "datetime"]
Layout = Literal["tensors", "columns", "unknown"]


class UnsupportedSignature(ValueError):
    """The signature has a type that tensors cannot carry."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One tensor of a model: -1 in `shape` stands for any size.

    Attributes:
        is_named: False where the model names no tensors; `name` is then ours, and requests may use any.
        content: What a BYTES tensor holds; "number" for all other datatypes.
        is_required: False for columns that a request may leave out.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    is_named: bool = True
    content: Content = "number"
    is_required: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the form of the model metadata answer."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives.

    Attributes:
        layout: "tensors" as they are; "columns" of one table, a tensor each; "unknown" when the model says nothing.
    """

    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    layout: Layout = "unknown"

    @property
    def takes_batches(self) -> bool:
        """Is the first dimension of every input free, so that requests can be put together?"""
        return all(spec.shape[:1] == (-1,) for spec in self.inputs)


def datatype_of(dtype: np.dtype[Any]) -> str:
    """Return the protocol's name of a numpy type; texts and everything else is BYTES."""
    return _DATATYPES.get(dtype.newbyteorder("="), "BYTES")


def read_signature(mlmodel: Mapping[str, Any]) -> Signature:
    """Return the signature of a parsed MLmodel file; the unknown signature when it holds none.

    Raises:
        UnsupportedSignature: A type that tensors cannot carry, or text that is no signature.
    """
    signature = mlmodel.get("signature")
    if not isinstance(signature, Mapping) or not signature.get("inputs"):
        return Signature()
    inputs, layout = _read_schema(signature["inputs"], "input")
    outputs = _read_schema(signature["outputs"], "output")[0] if signature.get("outputs") else ()
    return Signature(inputs, outputs, layout)


def _read_schema(text: Any, side: str) -> tuple[tuple[TensorSpec, ...], Layout]:
    try:
        entries = json.loads(text)
        is_tensors = entries[0]["type"] == "tensor"
        if is_tensors:
            return tuple(_read_tensor(entry, f"{side}-{at}") for at, entry in enumerate(entries)), "tensors"
        return tuple(_read_column(entry, f"{side}-{at}") for at, entry in enumerate(entries)), "columns"
    except (TypeError, KeyError, IndexError, ValueError) as error:
        if isinstance(error, UnsupportedSignature):
            raise
        raise UnsupportedSignature(f"the {side}s of the signature cannot be read: {error!r}") from error


def _read_tensor(entry: Mapping[str, Any], fallback: str) -> TensorSpec:
    spec = entry["tensor-spec"]
    name = entry.get("name")
    dtype = np.dtype(spec["dtype"])
    datatype = datatype_of(dtype)
    if datatype == "BYTES" and dtype.kind not in "OSU":
        raise UnsupportedSignature(f"tensor {name or fallback!r}: {dtype} has no datatype in the protocol")
    return TensorSpec(
        name=name or fallback,
        datatype=datatype,
        shape=tuple(int(size) for size in spec["shape"]),
        is_named=name is not None,
        content="number" if datatype != "BYTES" else "binary" if dtype.kind == "S" else "string",
    )


def _read_column(entry: Mapping[str, Any], fallback: str) -> TensorSpec:
    name = entry.get("name")
    kind, shape = entry["type"], (-1, 1)
    if kind == "array" and isinstance(entry.get("items"), Mapping):
        kind, shape = entry["items"].get("type"), (-1, -1)
    if kind not in _COLUMN_TYPES:
        raise UnsupportedSignature(f"column {name or fallback!r}: type {kind!r} cannot be sent as a tensor")
    return TensorSpec(
        name=str(name) if name is not None else fallback,
        datatype=_COLUMN_TYPES[kind],
        shape=shape,
        is_named=name is not None,
        content=kind if kind in ("string", "binary", "datetime") else "number",
        is_required=entry.get("required", True) is not False,
    )
