"""Registered models and their versions, with numbers, stages and aliases as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.cli.mlflow_import.target import ID_TAG, pairs
from infrastudio.cli.mlflow_import.work import ImportWork, mark, missing_tags

ELSEWHERE: Final = "not-imported:"
"""Stands before a source that is a path of some machine, where nobody here can read."""
STAGES: Final = {"None": "draft", "Staging": "staging", "Production": "production", "Archived": "archived"}
PROMPT_TAG: Final = "mlflow.prompt.is_prompt"
GAP: Final = "import-gap:deleted"
"""Source of a version that is made and deleted at once, for its number was used and deleted in the source."""


def import_models(work: ImportWork) -> None:
    """Bring all registered models and prompts over."""
    known = work.target.models()
    for model in work.source.registered_models():
        work.watch(f"model {model.name}")
        with work.report.attempt("models", model.name):
            _model(work, model, known)


def _model(work: ImportWork, model: Any, known: Mapping[str, Any]) -> None:
    versions = work.source.versions(model.name)
    found = known.get(model.name)
    _itself(work, model, found)
    existing = work.target.versions(model.name) if found is not None else []
    for each in existing:
        if each["source"] == GAP and not work.is_dry:
            work.target.delete_version(model.name, each["number"])  # an import was ended between making and deleting it
    there = {each["tags"].get(ID_TAG): each for each in existing}
    taken = max((each["number"] for each in existing), default=0)
    numbers: dict[int, int] = {}
    failed = work.report.counts["versions"].failed
    for version in versions:
        with work.report.attempt("versions", f"{model.name}/{version.version}"):
            taken = _version(work, version, there, taken, numbers)
        if work.report.counts["versions"].failed > failed:
            break  # a later version must not take the number of one that is brought over another time
    if not work.is_dry:
        aliases = {alias: int(number) for alias, number in (model.aliases or {}).items()}
        have = {alias: each["number"] for each in there.values() for alias in each["aliases"]}
        for alias, number in aliases.items():
            if number in numbers and have.get(alias) != numbers[number]:
                work.target.set_alias(model.name, alias, numbers[number])


def _itself(work: ImportWork, model: Any, found: Mapping[str, Any] | None) -> None:
    """Bring a model over without its versions, or what is known of it since."""
    tags = (model.tags or {}) | work.marks("model", model.name)
    tags |= work.facts(model.creation_timestamp, model.last_updated_timestamp)
    missing = tags if found is None else missing_tags(found["tags"], tags)
    if not missing:
        work.report.counts["models"].unchanged += 1
        return
    if not work.is_dry:
        if found is None:
            work.target.create_model(model.name, model.description, tags)
        else:
            work.target.tag_model(model.name, missing)
    work.count("models", is_new=found is None)


def _version(work: ImportWork, version: Any, there: Mapping[Any, Any], taken: int, numbers: dict[int, int]) -> int:
    """Bring a version over and return the highest number that is in use behind it."""
    counts = work.report.counts["versions"]
    number = int(version.version)
    stage = STAGES.get(version.current_stage or "None", "draft")
    tags = (version.tags or {}) | work.marks("version", f"{version.name}/{number}")
    tags |= work.facts(version.creation_timestamp, version.last_updated_timestamp, version.user_id)
    if (found := there.get(mark("version", f"{version.name}/{number}"))) is not None:
        numbers[number] = found["number"]
        missing = missing_tags(found["tags"], tags)
        if found["stage"] != stage or missing:
            counts.updated += 1
            if not work.is_dry:
                work.target.tag_version(version.name, found["number"], missing)
                if found["stage"] != stage:
                    work.target.set_stage(version.name, found["number"], version.current_stage)
        else:
            counts.unchanged += 1
        return taken
    counts.created += 1
    if work.is_dry:
        return taken + 1
    while taken + 1 < number:
        body = {"name": version.name, "source": GAP}
        taken = work.target.create_version(body)
        work.target.delete_version(version.name, taken)
    origin = _origin(work, version)
    if origin["source"].startswith(ELSEWHERE):
        work.report.problems.append(f"version {version.name}/{number}: its files at {version.source} are not imported")
    body = origin | {
        "name": version.name,
        "description": version.description or "",
        "run_link": version.run_link or "",
        "tags": pairs(tags),
    }
    numbers[number] = taken = work.target.create_version(body)
    if taken != number:
        work.report.mapped_ids[f"version {version.name}/{number}"] = f"{version.name}/{taken}"
    if stage != "draft":
        work.target.set_stage(version.name, taken, version.current_stage)
    return taken


def _origin(work: ImportWork, version: Any) -> dict[str, str]:
    """Return where the files of a version are here: with the run or logged model that they came with."""
    source = str(version.source or "")
    run_id = work.run_ids.get(version.run_id or "", "")
    model_id = getattr(version, "model_id", None) or source.removeprefix("models:/")
    if model_id in work.logged_model_ids:
        id = work.logged_model_ids[model_id]
        return {"source": f"models:/{id}", "model_id": id, "run_id": run_id}
    if source.startswith("runs:/"):
        id, _, path = source.removeprefix("runs:/").partition("/")
        id = work.run_ids.get(id, id)
        return {"source": f"runs:/{id}/{path}", "run_id": id}
    for root, (kind, id) in work.roots.items():
        if source.startswith(f"{root}/") and kind == "runs":
            return {"source": f"runs:/{id}/{source[len(root) + 1 :]}", "run_id": id}
        if source.startswith(root) and kind == "models":
            return {"source": f"models:/{id}", "model_id": id, "run_id": run_id}
    if (version.tags or {}).get(PROMPT_TAG) == "true":
        return {"source": source}  # a prompt has no files, and any text there
    is_local = "://" not in source and not source.startswith("models:/")
    return {"source": f"{ELSEWHERE}{source}" if is_local or source.startswith("file:") else source}
