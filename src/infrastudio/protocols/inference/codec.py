"""Open Inference Protocol v2 over JSON: requests checked against a signature, answers, metadata.

Source: https://github.com/open-inference-protocol/spec, `inference_rest.md` (required API 2.0).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import orjson

from infrastudio.kernel.errors import Malformed, StudioError, TooLarge, ValidationFailed
from infrastudio.protocols.inference.signature import NUMPY_TYPES, Array, Signature, TensorSpec, datatype_of
from infrastudio.protocols.inference.tensors import decode_content, decode_data, encode_data

EXTENSIONS: Final[tuple[str, ...]] = ()
"""Extensions of the protocol that are served; `binary_tensor_data` is not among them yet."""

_OPTIONS: Final = orjson.OPT_SERIALIZE_NUMPY


@dataclass(frozen=True, slots=True)
class CodecLimits:
    """How much one request may hold; its bytes are limited where they are read."""

    max_tensors: int = 4096
    max_elements: int = 10_000_000
    max_rank: int = 8


DEFAULT_LIMITS: Final = CodecLimits()


@dataclass(frozen=True, slots=True)
class InferRequest:
    """A request that was checked: arrays by the names of the signature, in its order and of its types.

    Attributes:
        rows: Size of the first dimension that all inputs share; 1 where they have none.
        outputs: The outputs asked for; None: all.
    """

    id: str | None
    inputs: Mapping[str, Array]
    rows: int
    outputs: tuple[str, ...] | None = None


def parse_infer_request(body: bytes, signature: Signature, limits: CodecLimits = DEFAULT_LIMITS) -> InferRequest:
    """Return the checked form of the body of an infer request.

    Raises:
        Malformed: Not JSON, or not an object.
        TooLarge: More tensors or elements than `limits` allow.
        ValidationFailed: Something in it does not fit; names the place and what is expected there.
    """
    document = _parse_object(body)
    items = document.get("inputs")
    if not isinstance(items, list) or not items:
        raise ValidationFailed.of("inputs", f"must be a list of tensors: {_expected(signature)}")
    if len(items) > limits.max_tensors:
        raise TooLarge.of("inputs", f"holds {len(items)} tensors, more than {limits.max_tensors}")
    request_id = document.get("id")
    if request_id is not None and not isinstance(request_id, str):
        raise ValidationFailed.of("id", "must be text")
    inputs = _read_inputs(items, signature, limits)
    return InferRequest(request_id, inputs, _common_rows(inputs), _read_outputs(document.get("outputs"), signature))


def encode_infer_response(
    model: str, version: str | None, outputs: Mapping[str, Array], request: InferRequest
) -> bytes:
    """Return the body of the answer to `request`, with the outputs it asked for, in flat lists.

    Raises:
        ValidationFailed: It asked for an output that the model did not give.
    """
    names = outputs if request.outputs is None else request.outputs
    answer: dict[str, Any] = {"model_name": model}
    if version is not None:
        answer["model_version"] = version
    if request.id is not None:
        answer["id"] = request.id
    answer["outputs"] = [_encode_output(name, outputs) for name in names]
    return orjson.dumps(answer, option=_OPTIONS)


def encode_error(error: StudioError | str) -> bytes:
    """Return the body of an error: `{"error": text}`."""
    return orjson.dumps({"error": error if isinstance(error, str) else error.message})


def server_metadata(name: str, version: str) -> bytes:
    """Return the body of `GET /v2`."""
    return orjson.dumps({"name": name, "version": version, "extensions": list(EXTENSIONS)})


def model_metadata(model: str, versions: Sequence[str], platform: str, signature: Signature) -> bytes:
    """Return the body of `GET /v2/models/{model}`."""
    return orjson.dumps(
        {
            "name": model,
            "versions": list(versions),
            "platform": platform,
            "inputs": [spec.as_json() for spec in signature.inputs],
            "outputs": [spec.as_json() for spec in signature.outputs],
        }
    )


def _parse_object(body: bytes) -> dict[str, Any]:
    if not body:
        raise Malformed.of("body", "is empty; send a JSON object with `inputs`")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed.of("body", f"is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise Malformed.of("body", "must be a JSON object with `inputs`")
    return document


def _read_inputs(items: list[Any], signature: Signature, limits: CodecLimits) -> dict[str, Array]:
    if signature.layout == "unknown":
        if len(items) > 1:
            raise ValidationFailed.of("inputs", "must hold exactly one tensor, for the model has no signature")
        return {_name_of(items[0], 0): _read_tensor(items[0], 0, None, limits)}
    specs = {spec.name: spec for spec in signature.inputs}
    unnamed = signature.inputs[0] if len(specs) == 1 and not signature.inputs[0].is_named else None
    found: dict[str, Array] = {}
    for at, item in enumerate(items):
        name = _name_of(item, at)
        spec = unnamed or specs.get(name)
        if spec is None:
            raise ValidationFailed.of(
                f"inputs[{at}].name", f"{name!r} is no input of the model: {_expected(signature)}"
            )
        if spec.name in found:
            raise ValidationFailed.of(f"inputs[{at}].name", f"{name!r} comes a second time")
        found[spec.name] = _read_tensor(item, at, spec, limits)
    if len(found) == len(specs):
        return found if len(found) == 1 else {name: found[name] for name in specs}
    missing = [spec for spec in signature.inputs if spec.name not in found and spec.is_required]
    if missing:
        raise ValidationFailed.of("inputs", f"lacks {', '.join(repr(spec.name) for spec in missing[:5])}")
    return {name: found[name] for name in specs if name in found}


def _name_of(item: Any, at: int) -> str:
    if not isinstance(item, dict):
        raise ValidationFailed.of(f"inputs[{at}]", "must be an object with name, shape, datatype and data")
    name = item.get("name")
    if not isinstance(name, str) or not name:
        raise ValidationFailed.of(f"inputs[{at}].name", "must be text")
    return name


def _read_tensor(item: dict[str, Any], at: int, spec: TensorSpec | None, limits: CodecLimits) -> Array:
    """Return the array of one input; an error's path names the input and what in it is wrong."""
    try:
        return _decode_tensor(item, spec, limits)
    except ValidationFailed as error:
        problem = error.problems[0]
        path = f"inputs[{at}] ({item['name']!r}).{problem.path}"
        raise type(error)(replace(problem, path=path)) from error


def _decode_tensor(item: dict[str, Any], spec: TensorSpec | None, limits: CodecLimits) -> Array:
    datatype = item.get("datatype")
    dtype = NUMPY_TYPES.get(datatype) if isinstance(datatype, str) else None
    if dtype is None:
        raise ValidationFailed.of("datatype", f"{datatype!r} is none of {', '.join(NUMPY_TYPES)}")
    if spec is not None and datatype != spec.datatype and not _fits(dtype, spec):
        raise ValidationFailed.of("datatype", f"is {datatype}, expected {spec.datatype}")
    shape = _read_shape(item.get("shape"), spec, limits)
    if "data" not in item:
        hint = "; binary tensors are not served, send JSON" if "parameters" in item else ""
        raise ValidationFailed.of("data", f"is missing{hint}")
    values = decode_data(item["data"], datatype, "data")  # type: ignore[arg-type]  # dtype says it is text
    if values.shape != shape:
        if values.size != math.prod(shape) or values.ndim > 1:
            given = list(values.shape) if values.ndim > 1 else f"{values.size} elements"
            raise ValidationFailed.of("data", f"has {given}, but `shape` says {list(shape)}")
        values = values.reshape(shape)
    if spec is None:
        return values
    if spec.content != "number":
        values = decode_content(values, spec, "data")
    return values if datatype == spec.datatype else values.astype(NUMPY_TYPES[spec.datatype])


def _fits(dtype: np.dtype[Any], spec: TensorSpec) -> bool:
    """Can every value of `dtype` stand for one of the spec's type? BYTES and BOOL only for themselves."""
    wanted = NUMPY_TYPES[spec.datatype]
    return dtype.kind in "iuf" and wanted.kind in "iuf" and np.can_cast(dtype, wanted, "safe")


def _read_shape(shape: Any, spec: TensorSpec | None, limits: CodecLimits) -> tuple[int, ...]:
    if not isinstance(shape, list) or not {int}.issuperset(map(type, shape)) or (shape and min(shape) < 0):
        expected = "" if spec is None else f", expected {list(spec.shape)}"
        raise ValidationFailed.of("shape", f"must be a list of sizes{expected}")
    if len(shape) > limits.max_rank:
        raise TooLarge.of("shape", f"has {len(shape)} dimensions, more than {limits.max_rank}")
    if math.prod(shape) > limits.max_elements:
        raise TooLarge.of("shape", f"{shape} is more than {limits.max_elements} elements")
    if spec is not None and not _matches(shape, spec.shape):
        raise ValidationFailed.of("shape", f"is {shape}, expected {list(spec.shape)} (-1: any size)")
    return tuple(shape)


def _matches(shape: Sequence[int], wanted: tuple[int, ...]) -> bool:
    if len(shape) != len(wanted):
        return len(shape) == 1 and wanted == (-1, 1)  # one column of a table, also without its second dimension
    for size, expected in zip(shape, wanted, strict=True):  # noqa: SIM110  a generator doubles the cost of a request
        if size != expected and expected != -1:
            return False
    return True


def _common_rows(inputs: Mapping[str, Array]) -> int:
    if len(inputs) == 1:
        (only,) = inputs.values()
        return only.shape[0] if only.ndim else 1
    sizes = {name: values.shape[0] if values.ndim else 1 for name, values in inputs.items()}
    first, *others = sizes.items()
    for name, size in others:
        if size != first[1]:
            raise ValidationFailed.of("inputs", f"{first[0]!r} has {first[1]} rows, {name!r} has {size}")
    return first[1]


def _read_outputs(items: Any, signature: Signature) -> tuple[str, ...] | None:
    if items is None or items == []:
        return None
    if not isinstance(items, list):
        raise ValidationFailed.of("outputs", "must be a list of objects with `name`")
    known = {spec.name for spec in signature.outputs}
    names = []
    for at, item in enumerate(items):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or (known and name not in known):
            raise ValidationFailed.of(f"outputs[{at}].name", f"{name!r} is no output of the model")
        names.append(name)
    return tuple(names)


def _encode_output(name: str, outputs: Mapping[str, Array]) -> dict[str, Any]:
    if name not in outputs:
        raise ValidationFailed.of("outputs", f"{name!r} is no output of the model; it gives {', '.join(outputs)}")
    values = outputs[name]
    return {
        "name": name,
        "datatype": datatype_of(values.dtype),
        "shape": list(values.shape),
        "data": encode_data(values),
    }


def _expected(signature: Signature) -> str:
    if signature.layout == "unknown":
        return "one tensor, the model has no signature"
    known = ", ".join(f"{spec.name} {spec.datatype} {list(spec.shape)}" for spec in signature.inputs[:8])
    return f"expected {known}{', …' if len(signature.inputs) > 8 else ''}"
