"""All checks, in the order in which a start meets them."""

from __future__ import annotations

from collections.abc import Iterator

from infrastudio.server.doctor.check import Check
from infrastudio.server.doctor.database import check_database
from infrastudio.server.doctor.folders import check_blobs, check_data_folder, check_telemetry
from infrastudio.server.doctor.port import check_port
from infrastudio.server.doctor.programs import check_executor, check_python, check_user_interface
from infrastudio.server.settings import LoadedSettings


def examine(loaded: LoadedSettings) -> Iterator[Check]:
    """Yield what is seen, one thing after the other; nothing is changed but for files that are taken away again."""
    settings = loaded.settings
    origins = {origin for origin in loaded.origins.values() if origin != "default"}
    where = f"from {', '.join(sorted(origins))}" if origins else "all at their defaults"
    yield Check("settings", "ok", f"They are readable: {where}.")
    yield check_data_folder(settings)
    yield from check_database(settings)
    yield check_blobs(settings)
    yield check_telemetry(settings)
    yield check_port(settings)
    yield check_python()
    yield check_executor()
    yield check_user_interface()
