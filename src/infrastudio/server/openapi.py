"""The OpenAPI document of the server, without starting it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from infrastudio.server import wiring
from infrastudio.server.app import create_api
from infrastudio.server.settings import load_settings


def openapi_document() -> dict[str, Any]:
    """Return the document of an application that is made for it and let go again."""
    with tempfile.TemporaryDirectory() as folder:
        studio = wiring.build(load_settings({"data": Path(folder), "database_url": None}, environment={}).settings)
        document = create_api(studio).openapi()
        studio.close()
    return document
