"""Artifacts: safe paths, listings, replacing and removing, other projects, the past."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.tracking.making import a_run, an_experiment, history_of, read, write
from infrastudio.contexts.identity.permissions import rights_of
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.tracking.queries import artifacts as queries
from infrastudio.contexts.tracking.schemas import Run
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, UnsafePath, location_of, safe_path
from infrastudio.contexts.tracking.service import artifacts as service
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import EPOCH
from infrastudio.kernel.errors import NotFound, PermissionDenied
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from infrastudio.stores import ledger
from infrastudio.stores.blobs import Blob
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Moment


def a_blob(text: str) -> Blob:
    """What a blob store says of a stored text."""
    return Blob(hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))


def put(db: Database, location: str, text: str = "content", *, actor: Actor = SINGLE_USER) -> Artifact:
    with db.begin(actor) as uow:
        return service.write(uow, location, a_blob(text))


def root_of(run: Run) -> str:
    return f"{run.experiment_id}/{run.id}/artifacts"


def names(db: Database, location: str, *, relative_to: str | None = None, actor: Actor = SINGLE_USER) -> list[str]:
    """The entries of a directory; those of directories end with a slash."""
    with db.snapshot(actor) as snapshot:
        entries = queries.directory(snapshot, location, relative_to=relative_to)
    return [f"{entry.path}/" if entry.is_directory else entry.path for entry in entries]


def a_project(db: Database, slug: str) -> Actor:
    """A developer of a new project, who may do nothing elsewhere."""
    project = write(db, projects.create, ProjectIn(slug=slug, name=slug))
    return Actor(ref=f"user:{slug}", grants={project.id: rights_of("developer")}, project=slug)


@pytest.mark.parametrize(
    ("path", "spelling"),
    [
        ("", ""),
        ("model/MLmodel", "model/MLmodel"),
        ("a//b/./c/", "a/b/c"),
        ("ü +%.txt", "ü +%.txt"),
        ("100%25", "100%25"),
        ("...", "..."),
        ("a..b", "a..b"),
        ("images/x%step%1+2", "images/x%step%1+2"),
    ],
)
def test_a_path_has_one_spelling(path: str, spelling: str) -> None:
    assert safe_path(path) == spelling


@pytest.mark.parametrize(
    "path",
    [
        "..", "a/..", "../b", "a/../b", "%2e%2e/b", "%252e%252e/b", "%25252e%25252e/b", "..%2fb", "a/%2e%2e", "/abs",
        "%2fabs", "\\abs", "a\\..\\b", "..%5cb", "C:/x", "C%3A%5Cx", "c:x", "a:b.txt/c", "file:///etc", "s3://b/x",
        "file:x", "a#b", "a%23b", "nul\0", "x" * 5000, "y" * 256, "\ud800",
    ],
)  # fmt: skip
def test_a_path_that_could_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        safe_path(path)


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("mlflow-artifacts:/1/x/artifacts", "1/x/artifacts"),
        ("mlflow-artifacts://host:80/1/x", "1/x"),
        ("mlflow-artifacts:/", ""),
        ("s3://bucket/x", None),
        ("/var/x", None),
    ],
)
def test_only_our_scheme_names_a_location(uri: str, location: str | None) -> None:
    assert location_of(uri) == location


def test_a_file_belongs_to_the_run_under_whose_root_it_lies(db: Database) -> None:
    run = a_run(db)
    file = put(db, f"{root_of(run)}/plots/loss.png", "pixels")
    assert (file.path, file.run_id, file.experiment_id) == ("plots/loss.png", run.id, run.experiment_id)
    assert (file.sha256, file.size_bytes) == (a_blob("pixels").sha256, 6)
    assert read(db, queries.count, run.id) == 1


def test_listings_are_relative_to_the_directory_or_to_the_root(db: Database) -> None:
    root = root_of(a_run(db))
    for path in ("b.txt", "dir/z", "dir/a", "dir/sub/deep", "dir-2/x", "empty"):
        put(db, f"{root}/{path}", "" if path == "empty" else path)
    assert names(db, root) == ["b.txt", "dir/", "dir-2/", "empty"]
    assert names(db, f"{root}/dir") == ["a", "sub/", "z"]
    assert names(db, f"{root}/dir", relative_to=root) == ["dir/a", "dir/sub/", "dir/z"]
    assert names(db, f"{root}/dir/sub", relative_to=root) == ["dir/sub/deep"]
    assert [names(db, f"{root}/{path}") for path in ("b.txt", "nope", "di")] == [[], [], []]


def test_writing_again_replaces_the_file_and_equal_content_changes_nothing(db: Database) -> None:
    location = f"{root_of(a_run(db))}/model.bin"
    first = put(db, location, "one")
    second = put(db, location, "two")
    assert put(db, location, "two") == second
    assert (second.id, second.version, second.size_bytes) == (first.id, 2, 3)
    assert [entry.kind for entry in history_of(db, "artifact", first.id)] == ["artifact.written"] * 2


def test_a_directory_is_removed_with_all_that_is_in_it_and_nothing_beside_it(db: Database) -> None:
    root = root_of(a_run(db))
    gone = put(db, f"{root}/dir/a")
    for path in ("dir/sub/b", "dir-2/c", "dirt"):
        put(db, f"{root}/{path}")
    assert write(db, service.delete, f"{root}/dir") == 2
    assert names(db, root) == ["dir-2/", "dirt"]
    assert [entry.kind for entry in history_of(db, "artifact", gone.id)] == ["artifact.written", "artifact.deleted"]
    assert write(db, service.delete, f"{root}/dir") == 0
    assert put(db, f"{root}/dir/a").id != gone.id


def test_a_file_cannot_be_where_a_directory_is_nor_below_a_file(db: Database) -> None:
    root = root_of(a_run(db))
    put(db, f"{root}/file")
    put(db, f"{root}/dir/inside")
    for location in (f"{root}/dir", f"{root}/file/x", f"{root}/file/x/y"):
        with pytest.raises(service.PlaceTaken):
            put(db, location)
    with pytest.raises(UnsafePath):
        put(db, root)


def test_nobody_reaches_the_files_of_another_project_by_any_path(db: Database) -> None:
    location = f"{root_of(a_run(db))}/secret"
    put(db, location)
    put(db, "shared/notes", "ours")
    stranger = a_project(db, "strangers")
    theirs = write(db, projects.create, ProjectIn(slug="custom", name="custom"))
    guest = replace(stranger, grants={**stranger.grants, theirs.id: rights_of("viewer")})
    for path in (location, f"./{location}", location.replace("/", "//"), f"0{location}", root_only(location)):
        with db.snapshot(stranger) as snapshot, pytest.raises(NotFound):
            queries.find(snapshot, path)
        with db.begin(stranger) as uow, pytest.raises(NotFound):
            service.write(uow, f"{path}/x", a_blob("x"))
    assert names(db, "shared", actor=stranger) == []
    put(db, "shared/notes", "theirs", actor=stranger)
    with db.snapshot(stranger) as mine, db.snapshot(SINGLE_USER) as other:
        assert queries.find(mine, "shared/notes").sha256 == a_blob("theirs").sha256
        assert queries.find(other, "shared/notes").sha256 == a_blob("ours").sha256
    with db.begin(replace(guest, project="custom")) as uow, pytest.raises(PermissionDenied):
        service.write(uow, "anywhere", a_blob("x"))


def root_only(location: str) -> str:
    """The number of the experiment that a location lies under."""
    return location.partition("/")[0]


def test_an_experiment_may_keep_its_files_under_a_location_of_its_own(db: Database) -> None:
    experiment = an_experiment(db, artifact_location="mlflow-artifacts:/teams/vision")
    run = a_run(db, experiment)
    file = put(db, f"teams/vision/{run.id}/artifacts/a/b")
    assert (file.run_id, file.experiment_id, file.path) == (run.id, experiment.id, "a/b")
    assert names(db, f"teams/vision/{run.id}/artifacts") == ["a/"]
    assert read(db, queries.run_root, run.id).uri == f"mlflow-artifacts:/teams/vision/{run.id}/artifacts"


def test_a_past_moment_shows_the_files_of_then(db: Database) -> None:
    run = a_run(db)
    root = root_of(run)
    put(db, f"{root}/a", "old")
    put(db, f"{root}/dir/b")
    then = Moment(read(db, ledger.head), EPOCH)
    put(db, f"{root}/a", "new")
    write(db, service.delete, f"{root}/dir")
    put(db, f"{root}/later")
    past = read(db, queries.page_of_run, run.id, "", limit=10, at=then)
    assert [entry.path for entry in past.items] == ["a", "dir"]
    assert read(db, queries.file_of_run, run.id, "a", at=then).sha256 == a_blob("old").sha256
    assert [entry.path for entry in read(db, queries.page_of_run, run.id, "dir", limit=10, at=then).items] == ["dir/b"]


paths = st.sampled_from(["a", "b", "dir/a", "dir/b", "dir/sub/c", "other/d"])
edits = st.lists(st.tuples(st.sampled_from(["write", "delete"]), paths, st.sampled_from(["x", "yy"])), max_size=12)


@given(edits=edits)
@settings(max_examples=12)
def test_whatever_is_written_and_removed_the_ledger_tells_the_files(
    db: Database, edits: list[tuple[str, str, str]]
) -> None:
    root = root_of(a_run(db))
    expected: dict[str, str] = {}
    for verb, path, text in edits:
        if verb == "write":
            put(db, f"{root}/{path}", text)
            expected[path] = text
        else:
            write(db, service.delete, f"{root}/{path}")
            expected.pop(path, None)
    found = {file.path: file.sha256 for file in read(db, queries.files_below, root)}
    assert found == {path: a_blob(text).sha256 for path, text in expected.items()}
    assert [str(finding) for finding in read(db, ledger.verify_tables)] == []


async def test_files_of_a_run_are_listed_and_sent_over_http(studio: Studio, client: httpx.AsyncClient) -> None:
    run = a_run(studio.db)
    blob = await studio.blobs.put(b"0123456789", limit_bytes=100)
    with studio.db.begin(SINGLE_USER) as uow:
        service.write(uow, f"{root_of(run)}/dir/é.txt", blob)
    url = f"/api/runs/{run.id}/artifacts"
    assert [e["path"] for e in (await client.get(url)).json()["items"]] == ["dir"]
    listed = (await client.get(url, params={"path": "dir"})).json()
    assert (listed["items"][0]["path"], listed["items"][0]["sha256"], listed["total"]) == ("dir/é.txt", blob.sha256, 1)
    whole = await client.get(f"{url}/dir/é.txt")
    assert (whole.content, whole.headers["content-type"]) == (b"0123456789", "text/plain")
    assert whole.headers["content-disposition"].endswith("filename*=UTF-8''%C3%A9.txt")
    for asked, status, content, told in [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=50-", 416, b"", "bytes */10"),
        ("lines=1-2", 200, b"0123456789", None),
    ]:
        part = await client.get(f"{url}/dir/é.txt", headers={"Range": asked})
        assert (part.status_code, part.content, part.headers.get("content-range")) == (status, content, told)
    seen = await client.get(f"{url}/dir/é.txt", headers={"If-None-Match": whole.headers["etag"]})
    assert seen.status_code == 304
    assert (await client.get(f"{url}/dir/é.txt", params={"as_of": "now"})).content == b"0123456789"
    assert (await client.head(f"{url}/dir/é.txt")).headers["content-length"] == "10"
    assert (await client.get(f"{url}/nope")).status_code == 404
    assert (await client.get(f"{url}/%2e%2e%2fx")).status_code == 422


async def test_the_head_of_a_file_is_told_without_reading_it_and_lost_bytes_are_a_failure_in_words(
    studio: Studio,
) -> None:
    """So it is told of bytes that are not there, without a failure: these were recorded and never stored."""
    run = a_run(studio.db)
    location = f"{root_of(run)}/lost.txt"
    put(studio.db, location, "lost")
    urls = (f"/api/runs/{run.id}/artifacts/lost.txt", f"/api/2.0/mlflow-artifacts/artifacts/{location}")
    failing = httpx.ASGITransport(create_app(studio), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=failing, base_url="http://127.0.0.1") as client:
        for url in urls:
            told = await client.head(url)
            assert (told.status_code, told.headers["content-length"], told.content) == (200, "4", b"")
            lost = await client.get(url)
            assert (lost.status_code, "There is no blob" in lost.text) == (404, True)
