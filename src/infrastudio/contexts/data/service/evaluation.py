"""What can be done with evaluation datasets and their records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert
from sqlalchemy import update as sql_update

from infrastudio.contexts.data import rules
from infrastudio.contexts.data.events import (
    EvaluationDatasetCreated,
    EvaluationDatasetDeleted,
    EvaluationDatasetUpdated,
    EvaluationRecordDeleted,
    EvaluationRecordMerged,
)
from infrastudio.contexts.data.queries import evaluation as queries
from infrastudio.contexts.data.queries.evaluation import READ, WRITE
from infrastudio.contexts.data.schemas import (
    MAX_RECORD,
    EvaluationDataset,
    EvaluationDatasetIn,
    EvaluationRecord,
    EvaluationRecordIn,
    Merged,
)
from infrastudio.contexts.data.tables import (
    EvaluationDatasetExperimentRow,
    EvaluationDatasetRow,
    EvaluationDatasetTagRow,
    EvaluationRecordRow,
    experiment_rows,
)
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.batches import batches
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.diff import diff, item_changes
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.db.item_rows import item_rows

USER_TAG: Final = "mlflow.user"
"""By which clients say who they are."""
DIGEST_LENGTH: Final = 8
DELETED_AT_ONCE: Final = 1000
"""Records that are held in memory to be deleted."""


def create(uow: UnitOfWork, body: EvaluationDatasetIn, *, project: str | None = None) -> EvaluationDataset:
    """Make a dataset in a project, by default the actor's own; names may be used twice."""
    project_id = projects.require(uow, project, WRITE, read_right=READ)
    id = f"d-{uow.ids.hex32()}"
    user = body.tags.get(USER_TAG, "")[:250] or None
    dataset = EvaluationDataset(
        id=id,
        project=projects.slug_of(uow, project_id),
        name=body.name,
        experiment_ids=tuple(dict.fromkeys(body.experiment_ids)),
        fields={},
        digest=_digest(id, 1),
        record_count=0,
        created_by=user,
        updated_by=user,
        created_at=uow.now,
        updated_at=uow.now,
        tags=body.tags,
        version=1,
    )
    stored = dataset.model_dump(exclude={"project", "tags"})
    uow.change(
        insert(EvaluationDatasetRow).values(stored | {"project_id": project_id, "name_folded": casefold(dataset.name)})
    )
    if dataset.tags:
        uow.change(insert(EvaluationDatasetTagRow), item_rows("dataset_id", id, dataset.tags))
    if dataset.experiment_ids:
        uow.change(insert(EvaluationDatasetExperimentRow), experiment_rows(id, dataset.experiment_ids))
    ledger.append(uow, EvaluationDatasetCreated(after=dataset, changes=diff(None, dataset)), project_id=project_id)
    return dataset


def set_tags(uow: UnitOfWork, id: str, tags: Mapping[str, str | None]) -> EvaluationDataset:
    """Set tags of a dataset, and remove those whose value is None."""
    before = _writable(uow, id)
    merged = {key: value for key, value in {**before.tags, **tags}.items() if value is not None}
    checked = EvaluationDatasetIn(name=before.name, tags=merged).tags
    return before if checked == before.tags else _store(uow, before, {"tags": checked})


def set_experiments(uow: UnitOfWork, id: str, experiment_ids: Sequence[str]) -> EvaluationDataset:
    """Say in which experiments a dataset is used."""
    before = _writable(uow, id)
    wanted = EvaluationDatasetIn(name=before.name, experiment_ids=tuple(dict.fromkeys(experiment_ids))).experiment_ids
    return before if wanted == before.experiment_ids else _store(uow, before, {"experiment_ids": wanted})


def merge_records(uow: UnitOfWork, id: str, given: Sequence[EvaluationRecordIn]) -> Merged:
    """Add records to a dataset; one whose inputs are known adds to what is known of them.

    Raises:
        UnknownDataset: There is no such dataset for the actor.
        ValidationFailed: A record cannot be kept as JSON, it is too long, or all names of fields together are.
    """
    before = _writable(uow, id)
    contents = [_content(each) for each in given]
    digests = [rules.digest_of(each["inputs"]) for each in contents]
    known = queries.records_by_inputs(uow, id, digests)
    inserted, user, fields = 0, before.updated_by, before.fields
    for digest, content in zip(digests, contents, strict=True):
        user = str((content.get("tags") or {}).get(USER_TAG, ""))[:250] or user
        inserted += digest not in known
        known[digest] = _merge(uow, before, digest, content, known.get(digest), user)
        fields = rules.fields_with(fields, content)
    if len(canonical_json(fields)) > MAX_RECORD:
        raise ValidationFailed.of("records", "have too many different fields; put what varies into a value")
    changed = {
        "fields": fields,
        "record_count": before.record_count + inserted,
        "updated_by": user,
        "digest": _digest(id, before.version + 1),
    }
    if given:
        _store(uow, before, changed)
    return Merged(inserted=inserted, updated=len(given) - inserted)


def delete_records(uow: UnitOfWork, id: str, record_ids: Collection[str]) -> int:
    """Remove records of a dataset; return how many of them there were."""
    before = _writable(uow, id)
    found = queries.records_by_id(uow, id, record_ids)
    _delete_records(uow, before, found)
    if found:
        left = before.record_count - len(found)
        _store(uow, before, {"record_count": left, "digest": _digest(id, before.version + 1)})
    return len(found)


def delete(uow: UnitOfWork, id: str) -> None:
    """Remove a dataset with its records."""
    before = _writable(uow, id)
    project_id = projects.id_of(uow, before.project) or ""
    while found := queries.records(uow, id, limit=DELETED_AT_ONCE):
        _delete_records(uow, before, found)
    for part in (EvaluationDatasetTagRow, EvaluationDatasetExperimentRow):
        uow.change(sql_delete(part).where(part.dataset_id == id))
    uow.change(sql_delete(EvaluationDatasetRow).where(EvaluationDatasetRow.id == id))
    event = EvaluationDatasetDeleted(after=None, changes=diff(before, None), entity_id=id, version=before.version + 1)
    ledger.append(uow, event, project_id=project_id)


def _writable(uow: UnitOfWork, id: str) -> EvaluationDataset:
    return queries.datasets_of(uow, [queries.dataset_row(uow, id, right=WRITE)])[0]


def _content(record: EvaluationRecordIn) -> dict[str, Any]:
    """Return what a record says, if the ledger can keep it."""
    content = record.model_dump(exclude_none=True)
    try:
        length = len(canonical_json(content))
    except (ValueError, RecursionError) as error:
        raise ValidationFailed.of("records", f"cannot be kept as JSON: {error}") from error
    if length > MAX_RECORD:
        raise ValidationFailed.of("records", f"a record must have at most {MAX_RECORD} characters as JSON")
    return content


def _merge(
    uow: UnitOfWork,
    dataset: EvaluationDataset,
    digest: str,
    content: Mapping[str, Any],
    before: EvaluationRecord | None,
    user: str | None,
) -> EvaluationRecord:
    project_id = projects.id_of(uow, dataset.project) or ""
    if before is None:
        after = EvaluationRecord(
            id=f"dr-{uow.ids.hex32()}",
            project=dataset.project,
            dataset_id=dataset.id,
            inputs_digest=digest,
            content=dict(content),
            created_by=user,
            updated_by=user,
            created_at=uow.now,
            updated_at=uow.now,
            version=1,
        )
        stored = after.model_dump(exclude={"project"}) | {"project_id": project_id}
        uow.change(insert(EvaluationRecordRow).values(stored))
    else:
        whole = rules.merged(before.content, content)
        if len(canonical_json(whole)) > MAX_RECORD:
            raise ValidationFailed.of("records", f"a record must have at most {MAX_RECORD} characters as JSON")
        changed = {"content": whole, "updated_by": user, "updated_at": uow.now, "version": before.version + 1}
        after = before.model_copy(update=changed)
        uow.change(sql_update(EvaluationRecordRow).where(EvaluationRecordRow.id == after.id).values(changed))
    ledger.append(uow, EvaluationRecordMerged(after=after, changes=diff(before, after)), project_id=project_id)
    return after


def _delete_records(uow: UnitOfWork, dataset: EvaluationDataset, found: Sequence[EvaluationRecord]) -> None:
    project_id = projects.id_of(uow, dataset.project) or ""
    for ids in batches([each.id for each in found]):
        uow.change(sql_delete(EvaluationRecordRow).where(EvaluationRecordRow.id.in_(ids)))
    for each in found:
        event = EvaluationRecordDeleted(
            after=None, changes=diff(each, None), entity_id=each.id, version=each.version + 1
        )
        ledger.append(uow, event, project_id=project_id)


def _store(uow: UnitOfWork, before: EvaluationDataset, changed: Mapping[str, Any]) -> EvaluationDataset:
    more = {"updated_at": uow.now, "version": before.version + 1}
    after = before.model_copy(update={**changed, **more})
    columns = {name: value for name, value in {**changed, **more}.items() if name != "tags"}
    uow.change(sql_update(EvaluationDatasetRow).where(EvaluationDatasetRow.id == after.id).values(columns))
    if after.tags != before.tags:
        uow.change(sql_delete(EvaluationDatasetTagRow).where(EvaluationDatasetTagRow.dataset_id == after.id))
        if after.tags:
            uow.change(insert(EvaluationDatasetTagRow), item_rows("dataset_id", after.id, after.tags))
    if after.experiment_ids != before.experiment_ids:
        link = EvaluationDatasetExperimentRow
        uow.change(sql_delete(link).where(link.dataset_id == after.id))
        if after.experiment_ids:
            uow.change(insert(EvaluationDatasetExperimentRow), experiment_rows(after.id, after.experiment_ids))
    changes = {name: change for name, change in diff(before, after).items() if name != "tags"}
    changes |= item_changes("tags", before.tags, after.tags)
    project_id = projects.id_of(uow, after.project) or ""
    ledger.append(uow, EvaluationDatasetUpdated(after=after, changes=changes), project_id=project_id)
    return after


def _digest(id: str, version: int) -> str:
    return rules.digest_of([id, version])[:DIGEST_LENGTH]
