"""The addresses of deployments: they come and go with them."""

from __future__ import annotations

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert, select

from infrastudio.contexts.deployments.events import EndpointCreated, EndpointDeleted
from infrastudio.contexts.deployments.queries.deployments import value_of
from infrastudio.contexts.deployments.schemas import Deployment, Endpoint
from infrastudio.contexts.deployments.tables import EndpointRow
from infrastudio.kernel.diff import diff
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Link


def create(uow: UnitOfWork, deployment: Deployment, project_id: str) -> None:
    """Note where a new deployment answers."""
    endpoint = Endpoint(
        id=uow.ids.prefixed("end"),
        project=deployment.project,
        deployment_id=deployment.id,
        protocol="v2",
        path=f"/v2/models/{deployment.name}/infer",
        method="POST",
        authentication="token",
        created_at=uow.now,
        version=1,
    )
    uow.change(insert(EndpointRow).values(endpoint.model_dump(exclude={"project"}) | {"project_id": project_id}))
    links = (Link(relation="uses", to=f"deployment:{deployment.id}"),)
    event = EndpointCreated(after=endpoint, changes=diff(None, endpoint), links=links)
    ledger.append(uow, event, project_id=project_id)


def delete(uow: UnitOfWork, deployment: Deployment, project_id: str) -> None:
    """Remove the addresses of a deployment that is deleted."""
    of_deployment = EndpointRow.deployment_id == deployment.id
    for row in uow.execute(select(EndpointRow.__table__).where(of_deployment).order_by(EndpointRow.id)).all():
        before = value_of(uow, Endpoint, row)
        event = EndpointDeleted(after=None, changes=diff(before, None), entity_id=before.id, version=before.version + 1)
        ledger.append(uow, event, project_id=project_id)
    uow.change(sql_delete(EndpointRow).where(of_deployment))
