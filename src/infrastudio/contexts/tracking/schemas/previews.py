"""What can be shown of a file without downloading it."""

from __future__ import annotations

from typing import Any, Literal

from infrastudio.kernel.versioned import Value

PreviewKind = Literal["text", "json", "table", "image", "html", "binary"]


class ArtifactPreview(Value):
    """The beginning of a file, as far as it can be shown.

    Attributes:
        kind: How it is meant to be shown; of an `image` and a `binary` file nothing is told but its size: who shows an
            image downloads it.
        text: Of kinds `text`, `json` (laid out) and `html`.
        columns, rows: Of kind `table`; cells are text, numbers, truth values or null.
        truncated: There is more in the file than is shown.
    """

    path: str
    kind: PreviewKind
    media_type: str
    size_bytes: int
    sha256: str
    truncated: bool = False
    text: str | None = None
    columns: list[str] | None = None
    rows: list[list[Any]] | None = None
