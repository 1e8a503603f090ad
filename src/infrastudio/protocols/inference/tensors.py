"""JSON numbers and texts to checked numpy arrays, and back."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.protocols.inference.signature import NUMPY_TYPES, Array, TensorSpec, datatype_of

NON_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""How numbers that JSON lacks travel."""

MAX_DEPTH: Final = 32
"""Levels of nested lists; numpy itself ends at 64."""


def decode_data(data: Any, datatype: str, path: str) -> Array:
    """Return `data`, a number, text or (nested) list of them, as an array of `datatype`; no value is changed silently.

    Args:
        data: Parsed JSON.
        datatype: A name of `NUMPY_TYPES`.
        path: Where the data stands in the request, for the error.
    Raises:
        ValidationFailed: Uneven lists, or a value that `datatype` does not have.
    """
    if datatype == "BYTES":
        return _decode_texts(data, path)
    dtype = NUMPY_TYPES[datatype]
    try:
        values = np.array(data)
    except (ValueError, OverflowError):
        values = None
    if values is not None and values.dtype.kind in _PLAIN_KINDS[dtype.kind] and not _mixes_booleans(data, values):
        return _cast(values, dtype, datatype, path)
    return _decode_slowly(data, dtype, datatype, path)


def encode_data(values: Array) -> Array | list[Any]:
    """Return `values` flat, as orjson can write it: numbers as an array, texts and non-finite numbers as a list."""
    flat = np.ascontiguousarray(values).ravel()
    kind = flat.dtype.kind
    if kind == "f":
        if np.isfinite(flat).all():
            return flat if flat.dtype.isnative else flat.astype(flat.dtype.newbyteorder("="))
        return [value if math.isfinite(value) else _name_non_finite(value) for value in flat.tolist()]
    if datatype_of(flat.dtype) != "BYTES":
        return flat if flat.dtype.isnative else flat.astype(flat.dtype.newbyteorder("="))
    return [_encode_text(value) for value in flat.tolist()]


def decode_content(values: Array, spec: TensorSpec, path: str) -> Array:
    """Return the texts of a BYTES tensor as what the model wants: text, bytes (base64 in the request) or times.

    Raises:
        ValidationFailed: A text that is no base64, or names no moment.
    """
    if spec.content == "binary":
        return _each(values, lambda text: base64.b64decode(text, validate=True), path, "is no base64")
    if spec.content == "datetime":
        return _each(values, np.datetime64, path, "is no ISO 8601 time").astype("datetime64[ns]")
    return values


_PLAIN_KINDS: Final = {"b": "b", "u": "iu", "i": "iu", "f": "iuf"}
"""Kinds of what numpy makes of JSON by itself that need no look at each value, by the kind that is wanted."""


def _mixes_booleans(data: Any, values: Array) -> bool:
    """Does a list of numbers hold `true` or `false`? numpy would make 1 and 0 of them."""
    if values.dtype.kind == "b":
        return False
    if not isinstance(data, list):
        return isinstance(data, bool)
    if data and isinstance(data[0], list):
        return any(_mixes_booleans(part, values) for part in data)
    return bool in set(map(type, data))


def _cast(values: Array, dtype: np.dtype[Any], datatype: str, path: str) -> Array:
    if values.dtype == dtype or values.size == 0:
        return values.astype(dtype, copy=False)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low, high = int(values.min()), int(values.max())
        if low < limits.min or high > limits.max:
            raise ValidationFailed.of(path, f"{low if low < limits.min else high} does not fit into {datatype}")
        return values.astype(dtype)
    with np.errstate(over="ignore"):
        cast = values.astype(dtype)
    if dtype.itemsize < 8 and not np.isfinite(cast).all():
        raise ValidationFailed.of(path, f"a number does not fit into {datatype}")
    return cast


def _decode_slowly(data: Any, dtype: np.dtype[Any], datatype: str, path: str) -> Array:
    """Look at each value: for what numpy alone would guess, round or refuse without a reason."""
    shape = _shape_of(data, path)
    cells = [_decode_cell(value, dtype, datatype, f"{path}[{at}]") for at, value in enumerate(_all_leaves(data))]
    return np.array(cells, dtype=dtype).reshape(shape)


def _decode_cell(value: Any, dtype: np.dtype[Any], datatype: str, path: str) -> Any:
    kind = dtype.kind
    if kind == "b":
        if isinstance(value, bool):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "f":
            with np.errstate(over="ignore"):
                if not math.isfinite(dtype.type(value)):
                    raise ValidationFailed.of(path, f"{value} does not fit into {datatype}")
            return value
        if float(value).is_integer() or isinstance(value, int):
            limits = np.iinfo(dtype)
            if not limits.min <= int(value) <= limits.max:
                raise ValidationFailed.of(path, f"{value} does not fit into {datatype}")
            return int(value)
    elif kind == "f" and isinstance(value, str) and value in NON_FINITE:
        return NON_FINITE[value]
    raise ValidationFailed.of(path, f"{_show(value)} is not a value of {datatype}")


def _decode_texts(data: Any, path: str) -> Array:
    shape = _shape_of(data, path)
    cells = np.empty(math.prod(shape), dtype=object)
    for at, value in enumerate(_all_leaves(data)):
        if not isinstance(value, str):
            raise ValidationFailed.of(f"{path}[{at}]", f"{_show(value)} is not a value of BYTES; send text")
        cells[at] = value
    return cells.reshape(shape)


def _shape_of(data: Any, path: str, depth: int = 0) -> tuple[int, ...]:
    """Return the shape of nested lists.

    Raises:
        ValidationFailed: Lists of one level differ in length or kind, or there are too many levels.
    """
    if not isinstance(data, list):
        return ()
    if depth == MAX_DEPTH:
        raise ValidationFailed.of(path, f"is nested more than {MAX_DEPTH} deep")
    shapes = {_shape_of(part, path, depth + 1) for part in data} if data and isinstance(data[0], list) else {()}
    if len(shapes) > 1 or (shapes == {()} and any(isinstance(part, list) for part in data)):
        raise ValidationFailed.of(path, "is uneven: all lists of one level must have the same length")
    return (len(data), *shapes.pop())


def _all_leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, list):
        for part in data:
            yield from _all_leaves(part)
    else:
        yield data


def _each(values: Array, convert: Callable[[str], Any], path: str, complaint: str) -> Array:
    cells = np.empty(values.size, dtype=object)
    for at, text in enumerate(values.ravel().tolist()):
        try:
            cells[at] = convert(text)
        except (ValueError, binascii.Error) as error:
            raise ValidationFailed.of(f"{path}[{at}]", f"{_show(text)} {complaint}") from error
    return cells.reshape(values.shape)


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"


def _name_non_finite(value: float) -> str:
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _encode_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
