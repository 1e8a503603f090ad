"""What the routes of the registry take from a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import StringConstraints

from infrastudio.contexts.tracking.schemas.artifacts import MAX_LOCATION
from infrastudio.http import Access, WriteAccess, reads, resource, writes
from infrastudio.kernel.text import MAX_INTEGER, Text
from infrastudio.stores.blobs import BlobStore

PREFIX = "/api/registry/models"

Reader = Annotated[Access, Depends(reads("registry.read"))]
Writer = Annotated[WriteAccess, Depends(writes("registry.write"))]
Blobs = Annotated[BlobStore, Depends(resource(BlobStore))]

ModelKey = Annotated[Text, StringConstraints(max_length=256), Path(description="The id of a model, or its name.")]
Number = Annotated[int, Path(ge=1, le=MAX_INTEGER)]
FilePath = Annotated[Text, Query(max_length=MAX_LOCATION, description="A file, relative to the folder of its owner.")]
Force = Annotated[bool, Query(description="Also what deployments serve; needs the right to stop them.")]
