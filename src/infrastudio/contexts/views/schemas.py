"""Saved views on the wire and in the ledger."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from infrastudio.kernel.canonical_json import NotCanonical, canonical_json
from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Name, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

ViewPage = Literal["experiments", "experiment", "runs", "compare", "instances"]
"""Which page of the UI a view belongs to."""
Visibility = Literal["own", "shared"]
"""`own`: for its owner only; `shared`: everybody in the project finds it, and may change it."""

MAX_PARAMETERS: Final = 50
MAX_PARAMETER_NAME: Final = 64
MAX_CHARACTERS: Final = 8000
"""Of all search parameters together, as JSON."""

_WORDS: Final = (str, int, float, bool)


def _search_parameters(value: dict[str, Any]) -> dict[str, Any]:
    """Return search parameters that a page can be opened with, or raise ValueError that says what is wrong."""
    if len(value) > MAX_PARAMETERS:
        raise ValueError(f"must have at most {MAX_PARAMETERS} parameters")
    for name, part in value.items():
        if not 1 <= len(name) <= MAX_PARAMETER_NAME:
            raise ValueError(f"names must have 1 to {MAX_PARAMETER_NAME} characters")
        if not all(isinstance(item, _WORDS) for item in (part if isinstance(part, list) else [part])):
            raise ValueError(f"{name!r} must be text, a number, true, false, or a list of such")
    try:
        length = len(canonical_json(value))
    except NotCanonical as error:
        raise ValueError("must hold no NUL, lone surrogates, NaN, infinities or integers beyond 64 bits") from error
    if length > MAX_CHARACTERS:
        raise ValueError(f"must have at most {MAX_CHARACTERS} characters as JSON, has {length}")
    return value


SearchParameters = Annotated[
    dict[str, Any],
    AfterValidator(_search_parameters),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""What stands behind the `?` of a page's address: words, numbers and lists of them by name."""
About = Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class SavedViewIn(Value):
    """A new view."""

    name: Name
    page: ViewPage
    about: About | None = None
    """The id of the entity whose page it is for, such as an experiment; null: of every one."""
    parameters: SearchParameters = Field(default_factory=dict)
    visibility: Visibility = "own"


class SavedViewUpdate(Value):
    """Any subset of what can be changed of a view."""

    name: Name = ""
    parameters: SearchParameters = Field(default_factory=dict)
    visibility: Visibility = "own"

    def provided(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class SavedView(Versioned):
    """A view as clients and the ledger see it. A value: it never changes."""

    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    project: str
    name: str
    page: ViewPage
    about: str | None
    parameters: dict[str, Any]
    visibility: Visibility
    owner: str
    """The reference of who made it."""
    created_at: Time
    updated_at: Time


class SavedViewPage(Page[SavedView]):
    """A page of views."""
