"""Filters and orders of traces: words of clients that stand for tags, runs, prompts and spans."""

from __future__ import annotations

import json
from typing import Final

from infrastudio.contexts.tracing.queries.fields import PROMPT_COLLECTION, RUN_COLLECTION
from infrastudio.contexts.tracing.queries.span_fields import CONTENT, SPAN
from infrastudio.contexts.tracing.rules import NAME_TAG
from infrastudio.contexts.tracing.service.traces import RUN_METADATA
from infrastudio.kernel.filters import And, Comparison, Expression, Identifier, Operator, Ordering, parse_order_by
from infrastudio.protocols.mlflow.errors import invalid_parameter

ATTRIBUTES: Final = (None, "attribute", "attributes", "attr", "trace")


def meant(expression: Expression | None) -> Expression | None:
    """Return a filter with the words that stand for tags, runs, prompts and spans replaced."""
    if isinstance(expression, And):
        return And(tuple(meant(part) or part for part in expression.parts))
    if not isinstance(expression, Comparison) or expression.identifier.entity not in ATTRIBUTES:
        return expression
    found = expression.identifier
    match found.key:
        case "name":
            return _about(expression, Identifier("tag", NAME_TAG, found.position))
        case "run_id":
            return _about(expression, Identifier(RUN_COLLECTION, "id", found.position))
        case "text":
            return _about(expression, Identifier(SPAN, CONTENT, found.position))
        case "prompt":
            return _about_prompt(expression)
    return expression


def ordering(term: str) -> Ordering:
    """Return an order, with the words that stand for something else replaced."""
    found = parse_order_by(term)
    key = found.identifier.key
    if found.identifier.entity in ATTRIBUTES:
        if key == "name":
            return Ordering(Identifier("tag", NAME_TAG), descending=found.descending)
        if key == "run_id":
            return Ordering(Identifier("request_metadata", RUN_METADATA), descending=found.descending)
    return found


def _about(comparison: Comparison, identifier: Identifier) -> Comparison:
    return Comparison(
        identifier, comparison.operator, comparison.value, comparison.operator_position, comparison.value_position
    )


def _about_prompt(comparison: Comparison) -> Comparison:
    """Return the question whether the tag that lists prompts has one by name and version, written as there."""
    name, slash, version = str(comparison.value).rpartition("/")
    if comparison.operator is not Operator.EQUAL or not slash:
        raise invalid_parameter("`prompt` can only be compared by =, with a text of the form 'name/version'.")
    text = json.dumps({"name": name, "version": version})
    return _about(comparison, Identifier(PROMPT_COLLECTION, text, comparison.identifier.position))
