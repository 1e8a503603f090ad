"""Where the files of a new version lie, and what made them."""

from __future__ import annotations

from typing import NamedTuple

from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.queries import logged_models, versions
from infrastudio.contexts.registry.schemas import ModelVersion, VersionIn
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.queries.runs import UnknownRun
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.db import Snapshot


class Origin(NamedTuple):
    """Where the files of a new version lie, and what made them."""

    source: str
    location: str
    run_id: str | None
    logged_model_id: str | None


class ForeignSource(ValidationFailed):
    """The source lies in something else than the run or logged model that the request names."""


def stated_origin(body: VersionIn) -> Origin | None:
    """Return the origin of files that lie in no place of ours, as it was said; None where it is to be looked up.

    Raises:
        ValidationFailed: The source leads to a place that cannot be used.
    """
    if not body.source or rules.parse_source(body.source).kind not in ("elsewhere", "opaque"):
        return None
    return Origin(body.source, body.source, body.run_id, body.logged_model_id)


def resolve_origin(snapshot: Snapshot, body: VersionIn, *, project: str | None = None) -> Origin:
    """Return where the files of a new version lie.

    A source inside a run or a logged model must come with that run or logged model, so that nobody registers what
    they may not read.

    Raises:
        ForeignSource: It does not.
        ValidationFailed: The source leads to a place that cannot be used.
        UnknownModel, UnknownVersion, UnknownAlias, UnknownLoggedModel: It refers to something that is not there.
    """
    source = body.source or (f"models:/{body.logged_model_id}" if body.logged_model_id else "")
    if not source:
        raise ValidationFailed.of("source", "is required, unless a logged model is named", "runs:/<run_id>/model")
    found = rules.parse_source(source)
    match found.kind:
        case "version":
            version = versions.version(snapshot, found.id, found.number, project=project)
            return _copied(source, version, body)
        case "alias":
            version = versions.by_alias(snapshot, found.id, found.alias, project=project)
            return _copied(f"models:/{version.model}/{version.number}", version, body)
        case "logged_model":
            if body.logged_model_id != found.id:
                raise _foreign(source, "logged_model_id")
            return _of_logged_model(snapshot, source, found.id, body)
        case "run" | "artifacts" if body.logged_model_id is not None:
            return _inside_logged_model(snapshot, source, found, body)
        case "run":
            if body.run_id != found.id:
                raise _foreign(source, "run_id")
            return _of_run(snapshot, source, found)
        case "artifacts":
            return _inside_run(snapshot, source, body)
        case "local":
            raise ValidationFailed.of("source", "is a path of one machine; log the model to the server first")
        case "elsewhere" | "opaque":
            return Origin(source, source, body.run_id, body.logged_model_id)


def _copied(source: str, version: ModelVersion, body: VersionIn) -> Origin:
    """Return the origin of a copy: that of the version it is copied from, which the request must not deny."""
    for given, known, name in (
        (body.run_id, version.run_id, "run_id"),
        (body.logged_model_id, version.logged_model_id, "logged_model_id"),
    ):
        if given is not None and given != known:
            raise _foreign(source, name)
    return Origin(source, version.location, version.run_id, version.logged_model_id)


def _of_logged_model(snapshot: Snapshot, source: str, id: str, body: VersionIn) -> Origin:
    found = logged_models.logged_model(snapshot, id)
    return Origin(source, found.location, body.run_id or found.source_run_id or None, id)


def _inside_logged_model(snapshot: Snapshot, source: str, found: rules.Source, body: VersionIn) -> Origin:
    """Return the origin of files that lie below those of the logged model that the request names."""
    id = body.logged_model_id or ""
    try:
        owner = logged_models.logged_model(snapshot, id)
    except logged_models.UnknownLoggedModel as error:
        raise _foreign(source, "logged_model_id") from error
    if found.kind != "artifacts" or not _is_inside(source, owner.location):
        raise _foreign(source, "logged_model_id")
    return Origin(source, source, body.run_id or owner.source_run_id or None, id)


def _of_run(snapshot: Snapshot, source: str, found: rules.Source) -> Origin:
    """Return the origin of files that a run has logged: among its artifacts, else as a logged model of that name.

    A run that nobody knows here is kept as it is said.
    """
    try:
        root = artifacts.run_root(snapshot, found.id)
    except UnknownRun:
        return Origin(source, source, found.id, None)
    location = f"{root.uri}/{found.path}"
    name, _, rest = found.path.partition("/")
    if not artifacts.has_files(snapshot, location_of(location), project=root.project):
        logged = logged_models.newest_of_run(snapshot, found.id, name)
        if logged is not None:
            return Origin(source, f"{logged.location}/{rest}".rstrip("/"), found.id, logged.id)
    return Origin(source, location, found.id, None)


def _inside_run(snapshot: Snapshot, source: str, body: VersionIn) -> Origin:
    if body.run_id is None or not _is_inside(source, _run_uri(snapshot, source, body.run_id)):
        raise _foreign(source, "run_id")
    return Origin(source, source, body.run_id, None)


def _run_uri(snapshot: Snapshot, source: str, run_id: str) -> str:
    try:
        return artifacts.run_root(snapshot, run_id).uri
    except UnknownRun as error:
        raise _foreign(source, "run_id") from error


def _is_inside(source: str, root: str) -> bool:
    here, there = location_of(source), location_of(root)
    return here is not None and bool(there) and (here == there or here.startswith(f"{there}/"))


def _foreign(source: str, name: str) -> ValidationFailed:
    wire = {"logged_model_id": "model_id"}.get(name, name)
    return ForeignSource.of(
        "source",
        f"Invalid model version source: '{source}'. The {wire} request parameter must identify the resource that "
        "contains the source.",
    )
