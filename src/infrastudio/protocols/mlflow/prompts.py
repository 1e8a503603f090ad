"""Prompts are registered models with a tag; searches hide them unless the filter asks for that tag."""

from __future__ import annotations

from typing import Final

from infrastudio.kernel.filters import (
    And,
    Comparison,
    Expression,
    Identifier,
    Not,
    Operator,
    Or,
)

PROMPT_TAG: Final = "mlflow.prompt.is_prompt"
TAG_ENTITIES: Final = ("tag", "tags")

_IS_PROMPT: Final = Comparison(Identifier("tag", PROMPT_TAG), Operator.EQUAL, "true")
_HAS_TAG: Final = Comparison(Identifier("tag", PROMPT_TAG), Operator.LIKE, "%")


def hide_prompts(expression: Expression | None) -> Expression:
    """Return the filter that clients mean: without prompts, unless it names their tag.

    For this one tag `!= 'true'` and `= 'false'` also match models that do not have it.
    """
    if expression is None:
        return Not(_IS_PROMPT)
    parts = expression.parts if isinstance(expression, And) else (expression,)
    if not any(_is_about_prompts(part) for part in parts):
        return And((*parts, Not(_IS_PROMPT)))
    meant = tuple(_with_absent(part) for part in parts)
    return And(meant) if len(meant) > 1 else meant[0]


def is_prompt(tags: dict[str, str]) -> bool:
    """Do the tags say that it is a prompt?"""
    return tags.get(PROMPT_TAG, "").lower() == "true"


def _is_about_prompts(part: Expression) -> bool:
    return isinstance(part, Comparison) and part.identifier.entity in TAG_ENTITIES and part.identifier.key == PROMPT_TAG


def _with_absent(part: Expression) -> Expression:
    if not isinstance(part, Comparison) or not _is_about_prompts(part):
        return part
    if (part.operator, part.value) in ((Operator.NOT_EQUAL, "true"), (Operator.EQUAL, "false")):
        return Or((part, Not(_HAS_TAG)))
    return part
