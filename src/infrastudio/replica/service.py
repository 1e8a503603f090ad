"""What a replica answers: the Open Inference Protocol for one version of one model."""

from __future__ import annotations

from typing import Final

from infrastudio.kernel.errors import Malformed, StudioError, TooLarge
from infrastudio.protocols.inference import codec
from infrastudio.replica.batching import Batcher, ModelFailed, Outputs
from infrastudio.replica.http_protocol import Reply, Request, Respond
from infrastudio.replica.loaders import Model

VERSIONS_HEADER: Final = b"studio-model-versions"
"""Set by the gateway: the versions that the deployment serves, for the metadata; a client's own never arrives."""

_EMPTY: Final[Reply] = (200, b"{}")


class InferenceService:
    """Routes the requests of one model version."""

    def __init__(self, model: Model, name: str, version: int, batcher: Batcher) -> None:
        self._model = model
        self._name = name
        self._version = str(version)
        self._batcher = batcher
        base = f"/v2/models/{name}"
        self._infer_paths = {f"{path}/infer".encode() for path in (base, f"{base}/versions/{version}")}
        self._metadata_paths = {path.encode() for path in (base, f"{base}/versions/{version}")}
        ready = ("/v2/health/live", "/v2/health/ready", f"{base}/ready", f"{base}/versions/{version}/ready")
        self._ready_paths = {path.encode() for path in ready}

    def handle(self, request: Request, respond: Respond) -> Reply | None:
        """Answer `request` now, or later by `respond`."""
        path = request.path.rstrip(b"/")
        if path in self._infer_paths:
            return self._infer(request, respond) if request.method == b"POST" else _not_allowed("POST")
        if path == b"/invocations":
            return 501, codec.encode_error("/invocations is not served by replicas yet; use /v2/models/…/infer")
        if path in self._ready_paths:
            return _EMPTY if request.method == b"GET" else _not_allowed("GET")
        if path in self._metadata_paths:
            return self._metadata(request) if request.method == b"GET" else _not_allowed("GET")
        if path == b"/v2":
            return 200, codec.server_metadata("infrastudio-replica", self._version)
        text = path.decode("ascii", "replace")
        return 404, codec.encode_error(f"{text} is not served here; the model is {self._name} {self._version}")

    def _infer(self, request: Request, respond: Respond) -> Reply | None:
        try:
            asked = codec.parse_infer_request(request.body, self._model.signature)
            self._batcher.submit(asked, lambda result: respond(*self._encode(asked, result)))
        except StudioError as error:
            return _status(error), codec.encode_error(error)
        return None

    def _encode(self, asked: codec.InferRequest, result: Outputs | ModelFailed) -> Reply:
        if isinstance(result, ModelFailed):
            return 500, codec.encode_error(result)
        try:
            return 200, codec.encode_infer_response(self._name, self._version, result, asked)
        except StudioError as error:
            return _status(error), codec.encode_error(error)

    def _metadata(self, request: Request) -> Reply:
        versions = request.headers.get(VERSIONS_HEADER, self._version.encode()).decode("ascii").split(",")
        return 200, codec.model_metadata(self._name, versions, self._model.platform, self._model.signature)


def _status(error: StudioError) -> int:
    """Return the status of the protocol, which knows no 422."""
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, Malformed) or error.type == "VALIDATION_ERROR":
        return 400
    return 503


def _not_allowed(method: str) -> Reply:
    return 405, codec.encode_error(f"use {method}")
