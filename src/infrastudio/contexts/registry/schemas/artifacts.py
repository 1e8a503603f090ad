"""The files of a version, where they come from and who uses them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from infrastudio.contexts.registry.schemas.versions import ModelVersion
from infrastudio.kernel.pages import Page
from infrastudio.kernel.versioned import Time, Value

ArtifactType = Literal["model", "weights", "config", "tokenizer", "other"]


class VersionArtifact(Value):
    """A file or a directory of a version; `path` is relative to the version's folder.

    `metadata` says what is known of the content: its media type, and what the MLmodel file calls it.
    """

    path: str
    is_directory: bool = False
    type: ArtifactType | None
    size_bytes: int | None
    sha256: str | None
    updated_at: Time | None
    metadata: dict[str, Any] = Field(default_factory=dict)


class VersionArtifactPage(Page[VersionArtifact]):
    """A page of the files of a version; `size_bytes` is that of all that were counted."""

    size_bytes: int


class VersionDetail(ModelVersion):
    """A version with its files, as long as they are few; a list of their own tells the rest.

    `artifact_count` and `size_bytes` are null where the files lie in a storage that this server cannot read.
    """

    artifacts: tuple[VersionArtifact, ...]
    artifact_count: int | None
    size_bytes: int | None


class ArtifactUse(Value):
    """A version that has the same file, or a deployment that serves such a version."""

    entity: Literal["model_version", "deployment"]
    entity_id: str
    name: str
    path: str | None


class ArtifactProvenance(Value):
    """Where a file comes from and who uses it.

    Attributes:
        run_id, run_name: The run that made it, null where nobody recorded one.
        step: The step of the run at which its model was logged, null where it was not said.
        logged_model_id: The logged model that it belongs to.
        written_at, written_by: When its content was recorded, and by whom.
        used_by: Versions with the same content, and deployments that serve them.
        truncated: There are more than are shown.
    """

    path: str
    sha256: str
    size_bytes: int
    run_id: str | None
    run_name: str | None
    step: int | None
    logged_model_id: str | None
    written_at: Time
    written_by: str | None
    used_by: tuple[ArtifactUse, ...]
    truncated: bool
