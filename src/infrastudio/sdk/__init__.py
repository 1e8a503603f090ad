"""The typed client, light enough for a training script: `import infrastudio.sdk as studio`."""

from infrastudio.sdk.client import ServerFailure, StudioClient

__all__ = ["ServerFailure", "StudioClient"]
