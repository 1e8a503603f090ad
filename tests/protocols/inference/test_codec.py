"""Requests and answers of the Open Inference Protocol, and signatures of MLmodel files."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastudio.kernel.errors import Malformed, TooLarge, ValidationFailed
from infrastudio.protocols.inference.codec import (
    CodecLimits,
    InferRequest,
    encode_infer_response,
    model_metadata,
    parse_infer_request,
)
from infrastudio.protocols.inference.signature import (
    NUMPY_TYPES,
    Signature,
    TensorSpec,
    UnsupportedSignature,
    read_signature,
)

MATRIX = Signature((TensorSpec("input-0", "FP64", (-1, 2), is_named=False),), (), "tensors")
TABLE = Signature(
    (
        TensorSpec("age", "INT64", (-1, 1)),
        TensorSpec("city", "BYTES", (-1, 1), content="string"),
        TensorSpec("photo", "BYTES", (-1, 1), content="binary", is_required=False),
        TensorSpec("seen", "BYTES", (-1, 1), content="datetime", is_required=False),
    ),
    (),
    "columns",
)


def tensor(data: Any, shape: Any = (1, 2), datatype: Any = "FP64", name: Any = "x") -> dict[str, Any]:
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


def parse(*tensors: Any, signature: Signature = MATRIX, **more: Any) -> InferRequest:
    return parse_infer_request(json.dumps({"inputs": tensors} | more).encode(), signature)


@pytest.mark.parametrize("data", [[1, 2.5], [[1, 2.5]], [1.0, 2.5]])
def test_data_may_be_flat_or_nested(data: Any) -> None:
    (values,) = parse(tensor(data)).inputs.values()
    assert values.dtype == np.float64
    assert values.tolist() == [[1.0, 2.5]]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (tensor([1, 2, 3]), "inputs[0] ('x').data: has 3 elements, but `shape` says [1, 2]"),
        (tensor([[1], [2]]), "inputs[0] ('x').data: has [2, 1], but `shape` says [1, 2]"),
        (tensor([1, 2, 3], [1, 3]), "inputs[0] ('x').shape: is [1, 3], expected [-1, 2] (-1: any size)"),
        (tensor([1, 2], [2]), "inputs[0] ('x').shape: is [2], expected [-1, 2] (-1: any size)"),
        (tensor([1, 2], [1, "2"]), "inputs[0] ('x').shape: must be a list of sizes, expected [-1, 2]"),
        (tensor([1, 2], [1, True]), "inputs[0] ('x').shape: must be a list of sizes, expected [-1, 2]"),
        (tensor([1, 2], [-1, 2]), "inputs[0] ('x').shape: must be a list of sizes, expected [-1, 2]"),
        (tensor([1, 2], None), "inputs[0] ('x').shape: must be a list of sizes, expected [-1, 2]"),
        (tensor([1, "2"]), "inputs[0] ('x').data[1]: '2' is not a value of FP64"),
        (tensor([1, True]), "inputs[0] ('x').data[1]: True is not a value of FP64"),
        (tensor([1, None]), "inputs[0] ('x').data[1]: None is not a value of FP64"),
        (tensor([1, {}]), "inputs[0] ('x').data[1]: {} is not a value of FP64"),
        (tensor([[1, 2], [3]]), "inputs[0] ('x').data: is uneven: all lists of one level must have the same length"),
        (tensor([1, [2]]), "inputs[0] ('x').data: is uneven: all lists of one level must have the same length"),
        (tensor("12"), "inputs[0] ('x').data[0]: '12' is not a value of FP64"),
        (tensor([1, 2], datatype="DOUBLE"), "inputs[0] ('x').datatype: 'DOUBLE' is none of BOOL, UINT8"),
        (tensor([1, 2], datatype=["FP64"]), "inputs[0] ('x').datatype: ['FP64'] is none of BOOL, UINT8"),
        (tensor(["a", "b"], datatype="BYTES"), "inputs[0] ('x').datatype: is BYTES, expected FP64"),
        (tensor([300, 1], datatype="UINT8"), "inputs[0] ('x').data: 300 does not fit into UINT8"),
        (tensor([-1, 1], datatype="UINT8"), "inputs[0] ('x').data: -1 does not fit into UINT8"),
        (tensor([1.5, 1], datatype="INT8"), "inputs[0] ('x').data[0]: 1.5 is not a value of INT8"),
        (tensor([1e40, 1], datatype="FP32"), "inputs[0] ('x').data: a number does not fit into FP32"),
        (tensor(["NaN", 1e40], datatype="FP32"), "inputs[0] ('x').data[1]: 1e+40 does not fit into FP32"),
        (tensor(["NaN", 1], datatype="INT8"), "inputs[0] ('x').data[0]: 'NaN' is not a value of INT8"),
        ({"name": "x", "shape": [1, 2], "datatype": "FP64"}, "inputs[0] ('x').data: is missing"),
        ({"shape": [1, 2]}, "inputs[0].name: must be text"),
        ("x", "inputs[0]: must be an object with name, shape, datatype and data"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_is_expected(wrong: Any, complaint: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse(wrong)
    assert refused.value.message.startswith(complaint)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Malformed),
        (b"{", Malformed),
        (b"[]", Malformed),
        (b'{"inputs": [{"data": [NaN]}]}', Malformed),
        (b'{"inputs": [{"data": [1e400]}]}', Malformed),
        (b"\xff", Malformed),
        (b"[" * 100_000, Malformed),
        (b"{}", ValidationFailed),
        (b'{"inputs": []}', ValidationFailed),
        (b'{"inputs": {}}', ValidationFailed),
        (b'{"inputs": [], "id": 3}', ValidationFailed),
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        parse_infer_request(body, MATRIX)


def test_lists_may_not_be_nested_beyond_reason() -> None:
    data: Any = 1
    for _ in range(900):
        data = [data]
    with pytest.raises(ValidationFailed, match="nested more than 32 deep"):
        parse(tensor(data))


def test_limits_hold() -> None:
    body = json.dumps({"inputs": [tensor([1, 2])] * 3}).encode()
    with pytest.raises(TooLarge, match="3 tensors"):
        parse_infer_request(body, MATRIX, CodecLimits(max_tensors=2))
    with pytest.raises(TooLarge, match="more than 1 elements"):
        parse_infer_request(body, MATRIX, CodecLimits(max_elements=1))
    with pytest.raises(TooLarge, match="9 dimensions"):
        parse(tensor([1], [1] * 9))
    with pytest.raises(TooLarge, match="elements"):
        parse(tensor([], [10**9, 10**9]))


def test_smaller_numbers_are_taken_where_larger_ones_are_expected() -> None:
    (values,) = parse(tensor([1, 2], datatype="INT32")).inputs.values()
    assert values.dtype == np.float64
    (values,) = parse(tensor(["NaN", "-Infinity"])).inputs.values()
    assert math.isnan(values[0, 0])
    assert values[0, 1] == -math.inf


def test_columns_of_a_table_come_as_a_tensor_each() -> None:
    asked = parse(
        tensor(["Rome", "Oslo"], [2], "BYTES", "city"),
        tensor([3, 4], [2, 1], "INT64", "age"),
        tensor(["aGk=", ""], [2], "BYTES", "photo"),
        tensor(["2026-01-01T00:00:00", "2026-01-02"], [2], "BYTES", "seen"),
        signature=TABLE,
    )
    assert list(asked.inputs) == ["age", "city", "photo", "seen"]
    assert asked.inputs["photo"].tolist() == [b"hi", b""]
    assert asked.inputs["seen"].dtype == np.dtype("datetime64[ns]")
    assert asked.rows == 2


@pytest.mark.parametrize(
    ("tensors", "complaint"),
    [
        ([tensor([3], [1], "INT64", "age")], "inputs: lacks 'city'"),
        ([tensor([3], [1], "INT64", "size")], "inputs[0].name: 'size' is no input of the model: expected age INT64"),
        ([tensor([3], [1], "INT64", "age")] * 2, "inputs[1].name: 'age' comes a second time"),
        (
            [tensor([3], [1], "INT64", "age"), tensor(["a", "b"], [2], "BYTES", "city")],
            "inputs: 'age' has 1 rows, 'city' has 2",
        ),
        ([tensor([3], [1], "BYTES", "city")], "inputs[0] ('city').data[0]: 3 is not a value of BYTES; send text"),
        ([tensor(["?"], [1], "BYTES", "photo")], "inputs[0] ('photo').data[0]: '?' is no base64"),
        ([tensor(["soon"], [1], "BYTES", "seen")], "inputs[0] ('seen').data[0]: 'soon' is no ISO 8601 time"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tensors: list[Any], complaint: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse(*tensors, signature=TABLE)
    assert refused.value.message.startswith(complaint)


def test_a_model_without_signature_takes_one_tensor_of_any_shape() -> None:
    asked = parse(tensor([1, 2, 3], [3], "INT8"), signature=Signature())
    assert asked.inputs["x"].dtype == np.int8
    with pytest.raises(ValidationFailed, match="exactly one tensor"):
        parse(tensor([1, 2]), tensor([1, 2]), signature=Signature())


NUMBERS = {
    "FP64": st.floats(width=64),
    "FP32": st.floats(width=32),
    "FP16": st.floats(width=16),
    "BOOL": st.booleans(),
    "BYTES": st.text(st.characters(codec="utf-8"), max_size=5),
} | {
    name: st.integers(int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    for name, dtype in NUMPY_TYPES.items()
    if dtype.kind in "iu"
}


@given(data=st.data(), datatype=st.sampled_from(sorted(NUMBERS)), rows=st.integers(1, 3))
def test_every_value_of_every_datatype_comes_back_as_it_went(data: st.DataObject, datatype: str, rows: int) -> None:
    values = data.draw(st.lists(NUMBERS[datatype], min_size=rows * 2, max_size=rows * 2))
    array = np.array(values, dtype=NUMPY_TYPES[datatype]).reshape(rows, 2)
    asked = InferRequest("7", {}, 1)
    (output,) = orjson.loads(encode_infer_response("m", "1", {"x": array}, asked))["outputs"]
    again = parse(output, signature=Signature()).inputs["x"]
    assert output["datatype"] == datatype
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


def test_an_answer_holds_what_was_asked_for() -> None:
    outputs = {"label": np.array(["a", "b"]), "score": np.array([1.0, math.inf], dtype=np.float32)}
    answer = orjson.loads(encode_infer_response("iris", "3", outputs, InferRequest("42", {}, 2, ("score",))))
    assert answer == {
        "model_name": "iris",
        "model_version": "3",
        "id": "42",
        "outputs": [{"name": "score", "datatype": "FP32", "shape": [2], "data": [1.0, "Infinity"]}],
    }
    with pytest.raises(ValidationFailed, match="'other' is no output of the model; it gives label, score"):
        encode_infer_response("iris", "3", outputs, InferRequest(None, {}, 2, ("other",)))
    known = Signature(MATRIX.inputs, (TensorSpec("score", "FP32", (-1,)),), "tensors")
    assert parse(tensor([1, 2]), signature=known, outputs=[{"name": "score"}]).outputs == ("score",)
    with pytest.raises(ValidationFailed, match=r"outputs\[0\].name"):
        parse(tensor([1, 2]), signature=known, outputs=[{"name": "other"}])


def test_signatures_of_mlflow_become_tensors() -> None:
    columns = [
        {"type": "double", "name": "a", "required": True},
        {"type": "string", "name": "b", "required": False},
        {"type": "array", "items": {"type": "float"}, "name": "c"},
    ]
    tensors = [{"type": "tensor", "name": "y", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]
    signature = read_signature({"signature": {"inputs": json.dumps(columns), "outputs": json.dumps(tensors)}})
    assert orjson.loads(model_metadata("m", ["1"], "sklearn", signature)) == {
        "name": "m",
        "versions": ["1"],
        "platform": "sklearn",
        "inputs": [
            {"name": "a", "datatype": "FP64", "shape": [-1, 1]},
            {"name": "b", "datatype": "BYTES", "shape": [-1, 1]},
            {"name": "c", "datatype": "FP32", "shape": [-1, -1]},
        ],
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 3]}],
    }
    assert not signature.inputs[1].is_required
    assert read_signature({}).layout == "unknown"


COMPLEX = [{"type": "tensor", "tensor-spec": {"dtype": "complex128", "shape": [-1]}}]


@pytest.mark.parametrize("inputs", ["{", "[]", "[3]", '[{"type": "object", "name": "x"}]', json.dumps(COMPLEX)])
def test_signatures_that_tensors_cannot_carry_are_refused(inputs: str) -> None:
    with pytest.raises(UnsupportedSignature):
        read_signature({"signature": {"inputs": inputs}})
