"""The route that tells what uses the space of a project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from infrastudio.contexts.tracking.api.runs import Reader, Telemetry
from infrastudio.contexts.tracking.queries import space
from infrastudio.contexts.tracking.schemas.space import ProjectSpace
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/projects/{slug}/space", tags=["projects"])


@router.get("")
async def get_project_space(
    slug: Annotated[Text, Path(max_length=63)],
    reader: Reader,
    telemetry: Telemetry,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many experiments and runs at most.")] = 20,
) -> ProjectSpace:
    """Return what uses the space of a project: by kind, and the experiments and runs that use the most."""
    return await reader.read(space.project_space, telemetry, slug, limit=limit)
