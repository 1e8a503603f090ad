"""Models, versions, stages and aliases through their services."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.registry.making import a_logged_model, a_model, a_run, a_version, an_experiment, read, write
from infrastudio.contexts.identity.permissions import rights_of
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.queries import models as queries
from infrastudio.contexts.registry.queries import servable
from infrastudio.contexts.registry.queries import versions as version_queries
from infrastudio.contexts.registry.queries.serving import NotKeptHere
from infrastudio.contexts.registry.schemas import ModelFolder, ModelIn, ModelState, ModelUpdate, VersionIn
from infrastudio.contexts.registry.service import files, models, transitions, versions
from infrastudio.contexts.tracking.service import artifacts
from infrastudio.contexts.tracking.service.versions import StaleVersion
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.diff import state_json
from infrastudio.kernel.errors import NotFound, PermissionDenied, ValidationFailed
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.blobs import MemoryBlobStore
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Link, Moment


def kinds_of(db: Database, entity: str, id: str) -> list[str]:
    return [entry.kind for entry in read(db, ledger.history, entity, id)]


def test_a_model_is_found_by_name_and_by_id_also_after_a_rename(db: Database) -> None:
    model = a_model(db, name="chat", tags={"team": "nlp"})
    renamed = write(db, models.update, "chat", ModelUpdate(name="chat-2"))
    assert (renamed.id, renamed.name, renamed.version) == (model.id, "chat-2", 2)
    assert read(db, queries.model, "chat-2") == read(db, queries.model, model.id) == renamed
    with pytest.raises(queries.UnknownModel):
        read(db, queries.model, "chat")


def test_two_models_of_a_project_cannot_share_a_name(db: Database) -> None:
    first, second = a_model(db), a_model(db)
    with pytest.raises(models.NameTaken):
        a_model(db, name=first.name)
    with pytest.raises(models.NameTaken):
        write(db, models.update, second.id, ModelUpdate(name=first.name))
    a_model(db, name=first.name.upper())


@pytest.mark.parametrize("name", ["a/b", "a:b", "..", " ", "./x"])
def test_a_name_that_cannot_stand_in_a_uri_is_refused(db: Database, name: str) -> None:
    with pytest.raises(ValidationFailed):
        a_model(db, name=name)


def test_numbers_of_versions_never_come_back(db: Database) -> None:
    model = a_model(db)
    assert [a_version(db, model).number for _ in range(3)] == [1, 2, 3]
    write(db, versions.delete, model.id, 3)
    assert read(db, queries.model, model.id).latest_version == 2
    assert a_version(db, model).number == 4
    assert read(db, queries.model, model.id).latest_version == 4


def test_a_deleted_model_frees_its_name_and_takes_all_it_had_along(db: Database) -> None:
    model = a_model(db, tags={"a": "b"})
    version = a_version(db, model, tags={"c": "d"})
    write(db, models.set_alias, model.id, "champion", 1)
    write(db, models.delete, model.id)
    assert kinds_of(db, "model_version", version.id) == ["model_version.created", "model_version.deleted"]
    gone = read(db, ledger.history, "model", model.id)[-1]
    assert (gone.kind, read(db, ledger.history, "model_version", version.id)[-1].cause) == ("model.deleted", gone.id)
    again = a_model(db, name=model.name)
    assert again.id != model.id
    assert a_version(db, again).number == 1


def test_an_alias_means_one_version_and_moves(db: Database) -> None:
    model = a_model(db)
    for _ in range(2):
        a_version(db, model)
    write(db, models.set_alias, model.id, "champion", 1)
    moved = write(db, models.set_alias, model.id, "champion", 2)
    assert (moved.aliases, moved.revised_at == read(db, queries.model, model.id).revised_at) == ({"champion": 2}, True)
    assert read(db, version_queries.by_alias, model.id, "champion").number == 2
    assert read(db, version_queries.version, model.id, 2).aliases == ("champion",)
    write(db, versions.delete, model.id, 2)
    with pytest.raises(version_queries.UnknownAlias):
        read(db, version_queries.by_alias, model.id, "champion")
    with pytest.raises(version_queries.UnknownVersion):
        write(db, models.set_alias, model.id, "champion", 2)


@pytest.mark.parametrize("alias", ["latest", "LATEST", "v1", "V12", "a b", "ü", ""])
def test_reserved_and_odd_aliases_are_refused(alias: str) -> None:
    with pytest.raises(ValidationFailed):
        rules.check_alias(alias)


def test_a_transition_can_archive_what_was_there(db: Database) -> None:
    model = a_model(db)
    for _ in range(3):
        a_version(db, model)
    write(db, transitions.transition, model.id, 1, "production")
    write(db, transitions.transition, model.id, 2, "production")
    moved = write(db, transitions.transition, model.id, 3, "production", archive_existing=True)
    assert moved.stage == "production"
    stages = {v.number: v.stage for v in read(db, version_queries.page, model.id, PageRequest()).items}
    assert stages == {1: "archived", 2: "archived", 3: "production"}
    assert [v.number for v in read(db, version_queries.latest, model.id)] == [2, 3]
    assert [v.number for v in read(db, version_queries.latest, model.id, ["production"])] == [3]


def test_tags_and_aliases_do_not_count_as_revisions(db: Database) -> None:
    model = a_model(db)
    version = a_version(db, model)
    before = read(db, queries.model, model.id)
    write(db, models.set_tags, model.id, {"a.b": "c"})
    write(db, models.set_alias, model.id, "x", 1)
    tagged = write(db, versions.set_tags, model.id, 1, {"k": "v"})
    after = read(db, queries.model, model.id)
    assert (after.revised_at, tagged.revised_at) == (before.revised_at, version.revised_at)
    assert after.updated_at > before.updated_at
    assert write(db, models.set_tags, model.id, {"a.b": None, "nope": None}).tags == {}
    assert kinds_of(db, "model", model.id)[-3:] == ["model.tagged", "model.aliased", "model.tagged"]


def test_a_stale_update_is_refused_unless_only_tags_changed_since(db: Database) -> None:
    model = a_model(db)
    write(db, models.set_tags, model.id, {"a": "b"})
    write(db, models.update, model.id, ModelUpdate(description="mine"), expected=1)
    with pytest.raises(StaleVersion):
        write(db, models.update, model.id, ModelUpdate(description="again"), expected=1)


def test_a_version_of_a_logged_model_knows_the_run_that_made_it(db: Database) -> None:
    experiment = an_experiment(db)
    run = a_run(db, experiment)
    logged = a_logged_model(db, experiment_id=experiment.id, source_run_id=run.id)
    version = a_version(db, source=None, logged_model_id=logged.id)
    assert (version.run_id, version.logged_model_id, version.location) == (run.id, logged.id, logged.location)
    (created,) = read(db, ledger.history, "model_version", version.id)
    to = [link["to"] for link in created.links]
    assert to == [f"run:{run.id}", f"logged_model:{logged.id}"]


@pytest.mark.parametrize(
    ("fields", "acceptable"),
    [
        ({"source": "runs:/{run}/model", "run_id": "{run}"}, True),
        ({"source": "runs:/{run}/model"}, False),
        ({"source": "runs:/{run}/model", "run_id": "0" * 32}, False),
        ({"source": "mlflow-artifacts:/{experiment}/{run}/artifacts/m", "run_id": "{run}"}, True),
        ({"source": "mlflow-artifacts:/{experiment}/{run}/artifacts/m"}, False),
        ({"source": "mlflow-artifacts:/{experiment}/{run}x/artifacts/m", "run_id": "{run}"}, False),
        ({"source": "models:/{logged}", "logged_model_id": "{logged}"}, True),
        ({"source": "models:/{logged}"}, False),
        ({"source": "mlflow-artifacts:/{experiment}/models/{logged}/artifacts", "logged_model_id": "{logged}"}, True),
        ({"source": "mlflow-artifacts:/{experiment}/{run}/artifacts/m", "logged_model_id": "{logged}"}, False),
        ({"source": "http://elsewhere/model"}, False),
        ({"source": "file:///etc"}, False),
        ({"source": "/etc/passwd"}, False),
        ({"source": "s3://bucket/%252e%252e/x"}, False),
        ({"source": "models:/nobody/1"}, False),
        ({"source": "s3://bucket/x"}, True),
        ({}, False),
    ],
)
def test_a_source_inside_something_must_come_with_it(db: Database, fields: dict[str, Any], acceptable: bool) -> None:
    experiment = an_experiment(db)
    run, logged = a_run(db, experiment), a_logged_model(db, experiment_id=experiment.id)
    names = {"run": run.id, "experiment": experiment.id, "logged": logged.id}
    body = {name: text.format(**names) for name, text in fields.items()}
    if acceptable:
        assert a_version(db, **body).number == 1
    else:
        with pytest.raises((ValidationFailed, NotFound)):
            a_version(db, **{"source": None} | body)


def test_a_copied_version_has_the_files_of_the_one_it_was_copied_from(db: Database) -> None:
    original = a_version(db)
    write(db, models.set_alias, original.model_id, "best", 1)
    copy = a_version(db, source=f"models:/{original.model}@best")
    assert (copy.source, copy.location) == (f"models:/{original.model}/1", "s3://bucket/model")


def test_another_project_sees_neither_models_nor_versions(db: Database) -> None:
    version = a_version(db)
    project = write(db, projects.create, ProjectIn(slug="others", name="Others"))
    stranger = Actor(ref="user:x", grants={project.id: rights_of("developer")}, project="others")
    reader = replace(stranger, grants={**stranger.grants, "*": rights_of("viewer")})
    with db.snapshot(stranger) as snapshot:
        for model in (version.model, version.model_id):
            with pytest.raises(queries.UnknownModel):
                version_queries.version(snapshot, model, 1)
        assert queries.page(snapshot, PageRequest()).total == 0
        with pytest.raises(NotFound):
            queries.page(snapshot, PageRequest(), project="default")
    with db.begin(reader) as uow:
        with pytest.raises(PermissionDenied):
            models.set_tags(uow, version.model_id, {"a": "b"})
        assert models.create(uow, ModelIn(name=version.model)).project == "others"


def test_a_past_moment_shows_models_versions_and_aliases_of_then(db: Database) -> None:
    model = a_model(db, name="past", tags={"a": "1"})
    a_version(db, model, tags={"t": "1"})
    write(db, models.set_alias, model.id, "x", 1)
    then = Moment(read(db, ledger.head), read(db, queries.model, model.id).updated_at)
    past = read(db, queries.model, model.id), read(db, version_queries.version, model.id, 1)
    write(db, models.set_tags, model.id, {"a": "2"})
    write(db, versions.set_tags, model.id, 1, {"t": "2"})
    write(db, models.delete, model.id)
    assert read(db, queries.model, model.id, at=then) == read(db, queries.model, "past", at=then) == past[0]
    assert read(db, version_queries.version, model.id, 1, at=then) == past[1]
    assert read(db, version_queries.page, "past", PageRequest(), at=then).items == [past[1]]
    listed = read(db, queries.page, PageRequest(limit=1000), at=then).items
    assert read(db, queries.summary, "past", at=then) in listed
    assert [ModelState(**dict(each)) for each in listed if each.id == model.id] == [past[0]]


def test_versions_are_found_by_part_of_where_they_came_from(db: Database) -> None:
    model = a_model(db)
    for source in ("s3://bucket/Éclair/model", "s3://bucket/tarte/model"):
        a_version(db, model, source=source)
    now = Moment(read(db, ledger.head), read(db, queries.model, model.id).updated_at)
    for at in (None, now):
        found = read(db, version_queries.page, model.id, PageRequest(q="éCLAIR"), at=at)
        assert ([version.number for version in found.items], found.total) == ([1], 1)


def test_a_cursor_neither_skips_nor_repeats_while_others_write(db: Database) -> None:
    names = [f"paged-{number}" for number in range(5)]
    for name in names:
        a_model(db, name=name)
    request = PageRequest(limit=2, q="paged-", sort=("name",))
    found, cursor = [], None
    while True:
        page = read(db, queries.page, request.model_copy(update={"cursor": cursor}))
        found += [model.name for model in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        write(db, models.delete, found[-1])
        a_model(db, name=f"paged-0{len(found)}")
    assert found == names


async def test_the_files_of_a_version_are_copied_into_a_folder(db: Database, tmp_path: Path) -> None:
    experiment, blobs = an_experiment(db), MemoryBlobStore()
    logged = a_logged_model(db, experiment_id=experiment.id)
    text = b"flavors:\n  sklearn: {pickled_model: model.pkl}\n  python_function: {loader_module: x, bad: .nan}\n"
    text += b'signature:\n  inputs: \'[{"type": "double", "name": "a"}]\'\n  outputs: null\n'
    for path, data in {"MLmodel": text, "data/model.pkl": b"weights", "empty": b""}.items():
        blob = await blobs.put(data, limit_bytes=1000)
        write(db, artifacts.write, f"{experiment.id}/models/{logged.id}/artifacts/{path}", blob)
    root = f"{experiment.id}/models/{logged.id}/artifacts"
    folder = await files.read_model_folder(db, blobs, SINGLE_USER, root)
    assert set(folder.flavors) == {"sklearn", "python_function"}
    assert folder.signature == {"inputs": [{"type": "double", "name": "a"}], "outputs": None}
    model = a_model(db)
    body = VersionIn(logged_model_id=logged.id)
    write(db, versions.create, model.id, body, folder=folder)
    write(db, models.set_alias, model.id, "champion", 1)
    assert read(db, queries.model, model.id).framework == "sklearn"
    found = read(db, servable, None, model.name, "champion")
    assert (found.model_id, found.version, found.root) == (model.id, 1, root)
    assert [read(db, servable, None, model.name, wanted) for wanted in ("1", 1, "latest", "None")] == [found] * 4
    copied = await files.materialise(db, blobs, SINGLE_USER, found, tmp_path / "copy")
    assert {path.relative_to(tmp_path / "copy").as_posix(): path.read_bytes() for path in copied} == {
        "MLmodel": text, "data/model.pkl": b"weights", "empty": b"",
    }  # fmt: skip
    (tmp_path / "copy" / "empty").unlink()
    assert await files.materialise(db, blobs, SINGLE_USER, found, tmp_path / "copy") == copied
    with pytest.raises(NotKeptHere):
        read(db, servable, None, a_version(db).model, 1)


async def test_a_folder_without_a_readable_description_tells_nothing(db: Database) -> None:
    experiment, blobs = an_experiment(db), MemoryBlobStore()
    for place, data in enumerate((b"- a\n- b", b"a: [", b"\xff\xfe", b"flavors: text")):
        blob = await blobs.put(data, limit_bytes=1000)
        write(db, artifacts.write, f"{experiment.id}/x{place}/MLmodel", blob)
        found = await files.read_model_folder(db, blobs, SINGLE_USER, f"{experiment.id}/x{place}")
        assert found == ModelFolder()
    assert await files.read_model_folder(db, blobs, SINGLE_USER, f"{experiment.id}/nothing") == ModelFolder()


def test_links_name_relations_that_lineage_knows(db: Database) -> None:
    run = a_run(db)
    version = a_version(db, source=f"runs:/{run.id}/model", run_id=run.id)
    (created,) = read(db, ledger.history, "model_version", version.id)
    assert [Link(relation=link["relation"], to=link["to"]) for link in created.links] == [
        Link(relation="trained_from", to=f"run:{run.id}")
    ]


numbers = st.integers(1, 4)
tags = st.dictionaries(st.sampled_from(["a", "mlflow.x"]), st.sampled_from(["1", "2", None]))
edits = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.none()),
        st.tuples(
            st.just("tag"), st.dictionaries(st.sampled_from(["a", "mlflow.x"]), st.sampled_from(["1", "2", None]))
        ),
        st.tuples(st.just("tag version"), numbers),
        st.tuples(st.just("promote"), numbers),
        st.tuples(st.just("alias"), numbers),
        st.tuples(st.just("remove version"), numbers),
    ),
    max_size=12,
)


def apply_edit(db: Database, model: str, verb: str, value: Any) -> None:
    """Do something to a model; what does not exist is left alone."""
    try:
        match verb:
            case "add":
                write(db, versions.create, model, VersionIn(source="s3://x"))
            case "tag":
                write(db, models.set_tags, model, value)
            case "tag version":
                write(db, versions.set_tags, model, value, {"k": "v"})
            case "promote":
                write(db, transitions.transition, model, value, "production", archive_existing=True)
            case "alias":
                write(db, models.set_alias, model, "best", value)
            case "remove version":
                write(db, versions.delete, model, value)
    except version_queries.UnknownVersion:
        return


@given(edits=edits, ends=st.booleans())
@settings(max_examples=8)
def test_tables_follow_from_events_whatever_is_done(db: Database, edits: list[tuple[str, Any]], ends: bool) -> None:
    model = a_model(db).id
    for verb, value in edits:
        apply_edit(db, model, verb, value)
    state = read(db, queries.model, model)
    numbers_left = {version.number for version in read(db, version_queries.page, model, PageRequest()).items}
    assert state.latest_version == max(numbers_left, default=None)
    assert set(state.aliases.values()) <= numbers_left
    assert read(db, ledger.state_at, "model", model, read(db, ledger.head), collections=ModelState.collections) == {
        **state_json(state), "name_folded": state.name, "created_at_us": to_micros(state.created_at),
        "updated_at_us": to_micros(state.updated_at), "revised_at_us": to_micros(state.revised_at),
    }  # fmt: skip
    if ends:
        write(db, models.delete, model)
    assert [str(finding) for finding in read(db, ledger.verify_tables)] == []
