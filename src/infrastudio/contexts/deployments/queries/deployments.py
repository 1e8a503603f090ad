"""Reads of deployments, live and as of a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Row, Select, select

from infrastudio.contexts.deployments.queries.fields import FIELDS, deployment_columns
from infrastudio.contexts.deployments.schemas import Deployment
from infrastudio.contexts.deployments.tables import DeploymentRow, ReplicaRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries.search import NEWEST_FIRST, Found, Search, run_search
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.kernel.filters import Ordering
from infrastudio.kernel.pages import PageRequest
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at

READ: Final = "deployments.read"
WRITE: Final = "deployments.write"

State = TypeVar("State", bound=Versioned)

_row: Final = DeploymentRow.__table__.c


class UnknownDeployment(NotFound):
    """No such deployment exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no deployment {id}.", id=id)


class Listed(NamedTuple):
    """A deployment in a list, with the number of its replicas that answer."""

    deployment: Deployment
    ready: int


class DeploymentList(NamedTuple):
    """A part of the deployments, the cursor of the next part, and how many there are."""

    items: list[Listed]
    next_cursor: str | None
    total: int


def deployment_row(snapshot: Snapshot, id: str, *, right: str) -> Row[Any]:
    """Return the row of a deployment on which the actor has `right`.

    Raises:
        UnknownDeployment: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(DeploymentRow.__table__).where(_row.id == id)).one_or_none()
    if found is None:
        raise UnknownDeployment(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownDeployment(id))
    return found


def value_of(snapshot: Snapshot, kind: type[State], row: Row[Any]) -> State:
    """Return the state that a row of this context holds."""
    project = projects.slug_of(snapshot, row.project_id)
    return kind.model_validate({**row._mapping, "project": project})


def deployment(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Deployment:
    """Return one deployment, live or as of a moment."""
    if at is None:
        return value_of(snapshot, Deployment, deployment_row(snapshot, id, right=READ))
    state = ledger.state_at(snapshot, "deployment", id, at.seq)
    if state is None:
        raise UnknownDeployment(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownDeployment(id))
    return Deployment.model_validate(state)


def listed(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Listed:
    """Return one deployment with the number of its replicas that answer."""
    found = deployment(snapshot, id, at=at)
    return Listed(found, _ready_counts(snapshot, [id], None if at is None else at.seq)[id])


def ready_count(snapshot: Snapshot, id: str) -> int:
    """Return how many replicas of a deployment answer now."""
    return _ready_counts(snapshot, [id], None)[id]


def page(
    snapshot: Snapshot, request: PageRequest, *, project: str | None = None, at: Moment | None = None
) -> DeploymentList:
    """Return a page of deployments, live or as of a moment; by default the newest first."""
    if request.columns is not None:
        raise ValidationFailed.of("columns", "cannot be chosen: deployments always come whole")
    asked = lists.understand(snapshot, request, FIELDS, at=at, live_only=frozenset())
    for ordering in asked.orderings:
        FIELDS.ordering(ordering, "sort")  # an unknown field is told by the name of our parameter
    orderings = asked.orderings or _by_creation(request.descending)
    search = Search(FIELDS, asked.expression, orderings, asked.limit, asked.offset)
    base = _live_states(snapshot, project) if asked.seq is None else _past_states(snapshot, project, asked.seq)
    if request.q:
        folded = _row.name_folded if asked.seq is None else ledger.json_value(EVENT_AT.after, "name_folded")
        base = base.where(contains_folded(folded, request.q))
    found = _live(snapshot, base, search) if asked.seq is None else _past(snapshot, base, search)
    ready = _ready_counts(snapshot, [item.id for item in found.items], asked.seq)
    items = [Listed(item, ready[item.id]) for item in found.items]
    return DeploymentList(items, asked.next_cursor(len(items), found.total), found.total)


def _by_creation(descending: bool | None) -> tuple[Ordering, ...]:
    (newest,) = NEWEST_FIRST
    return (Ordering(newest.identifier, descending is not False),)


def _live_states(snapshot: Snapshot, project: str | None) -> Select[Any]:
    return select(DeploymentRow.__table__).where(projects.visible(snapshot, _row.project_id, project, READ))


def _past_states(snapshot: Snapshot, project: str | None, seq: int) -> Select[Any]:
    visible = projects.visible(snapshot, EVENT_AT.project_id, project, READ)
    return ledger.select_states("deployment", seq).where(visible)


def _live(snapshot: Snapshot, base: Select[Any], search: Search) -> Found[Deployment]:
    def read(rows: list[Any]) -> list[Deployment]:
        return [value_of(snapshot, Deployment, row) for row in rows]

    return run_search(snapshot, base, search, deployment_columns(), tie_break=(_row.id.desc(),), read=read)


def _past(snapshot: Snapshot, base: Select[Any], search: Search) -> Found[Deployment]:
    def read(rows: list[Any]) -> list[Deployment]:
        return [Deployment.model_validate_json(row.after) for row in rows]

    columns = columns_at(Deployment, FIELDS)
    return run_search(snapshot, base, search, columns, tie_break=(BIRTH.entity_id.desc(),), read=read)


def _ready_counts(snapshot: Snapshot, ids: Collection[str], seq: int | None) -> Mapping[str, int]:
    if not ids:
        return Counter[str]()
    if seq is None:
        is_counted = (ReplicaRow.deployment_id.in_(ids), ReplicaRow.state == "ready")
        return Counter(snapshot.execute(select(ReplicaRow.deployment_id).where(*is_counted)).scalars())
    owner = ledger.json_value(EVENT_AT.after, "deployment_id")
    is_ready = ledger.json_value(EVENT_AT.after, "state") == "ready"
    rows = snapshot.execute(ledger.select_states("replica", seq, owner).where(owner.in_(ids), is_ready))
    return Counter(rows.scalars())
