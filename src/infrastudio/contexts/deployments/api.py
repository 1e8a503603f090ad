"""The routes of deployments."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from infrastudio.contexts.deployments.queries import deployments as queries
from infrastudio.contexts.deployments.queries import parts
from infrastudio.contexts.deployments.queries.deployments import Listed
from infrastudio.contexts.deployments.schemas import (
    Deployment,
    DeploymentIn,
    DeploymentPage,
    DeploymentStatus,
    DeploymentUpdate,
    DeploymentView,
    Endpoint,
    EndpointPage,
    EndpointView,
    ReplicaNumbers,
    ReplicaPage,
    ScaleIn,
)
from infrastudio.contexts.deployments.service import deployments as service
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    PageParameters,
    ProjectParameter,
    ServerAddress,
    WriteAccess,
    reads,
    resource,
    set_etag,
    writes,
)
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/deployments", tags=["deployments"])

Reader = Annotated[Access, Depends(reads("deployments.read"))]
Writer = Annotated[WriteAccess, Depends(writes("deployments.write"))]
Address = Annotated[ServerAddress, Depends(resource(ServerAddress))]
DeploymentId = Annotated[Text, Path(max_length=20)]


@router.get("")
async def list_deployments(
    request: Request, reader: Reader, at: AsOf, page: PageParameters, address: Address, project: ProjectParameter = None
) -> DeploymentPage:
    """Return a page of deployments, the newest first."""
    found = await reader.read(queries.page, page, project=project, at=at)
    items = [_view(listed, _base_url(request, address)) for listed in found.items]
    return DeploymentPage(items=items, next_cursor=found.next_cursor, total=found.total)


@router.post("", status_code=201)
async def create_deployment(
    body: DeploymentIn,
    request: Request,
    response: Response,
    writer: Writer,
    address: Address,
    project: ProjectParameter = None,
) -> DeploymentView:
    """Serve a model version; the deployment is ready once its replicas answer."""
    created = await writer.write(service.create, body, project=project)
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{created.id}"
    set_etag(response, created.version)
    return _view(Listed(created, 0), _base_url(request, address))


@router.get("/{id}")
async def get_deployment(
    id: DeploymentId, request: Request, response: Response, reader: Reader, at: AsOf, address: Address
) -> DeploymentView:
    """Return one deployment."""
    listed = await reader.read(queries.listed, id, at=at)
    set_etag(response, listed.deployment.version)
    return _view(listed, _base_url(request, address))


@router.patch("/{id}")
async def update_deployment(
    id: DeploymentId,
    body: DeploymentUpdate,
    request: Request,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    address: Address,
) -> DeploymentView:
    """Serve another version, or by another number of replicas; the traffic moves once the new ones are ready."""
    updated = await writer.write(service.update, id, body, expected=seen)
    return await _answer(updated, request, response, writer, address)


@router.delete("/{id}", status_code=204)
async def delete_deployment(id: DeploymentId, writer: Writer, seen: IfMatch) -> None:
    """Remove a deployment that has stopped; its history stays."""
    await writer.write(service.delete, id, expected=seen)


@router.post("/{id}/scale")
async def scale_deployment(
    id: DeploymentId,
    body: ScaleIn,
    request: Request,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    address: Address,
) -> DeploymentView:
    """Serve by another number of replicas."""
    wanted = DeploymentUpdate(replicas=body.replicas)
    updated = await writer.write(service.update, id, wanted, expected=seen)
    return await _answer(updated, request, response, writer, address)


@router.post("/{id}/stop")
async def stop_deployment(
    id: DeploymentId, request: Request, response: Response, writer: Writer, seen: IfMatch, address: Address
) -> DeploymentView:
    """End a deployment: its replicas answer what is under way, then stop."""
    stopped = await writer.write(service.stop, id, expected=seen)
    return await _answer(stopped, request, response, writer, address)


@router.get("/{id}/status")
async def get_status(id: DeploymentId, response: Response, reader: Reader, at: AsOf) -> DeploymentStatus:
    """Return what a deployment does, version by version."""
    status = await reader.read(parts.status, id, at=at)
    set_etag(response, status.version)
    return status


@router.get("/{id}/replicas")
async def list_replicas(id: DeploymentId, reader: Reader, at: AsOf) -> ReplicaPage:
    """Return the newest replicas of a deployment, newest first, those that ended included."""
    found = await reader.read(parts.replicas, id, at=at)
    return ReplicaPage(items=found.items, total=found.total)


@router.get("/{id}/endpoints")
async def list_endpoints(
    id: DeploymentId, request: Request, reader: Reader, at: AsOf, address: Address
) -> EndpointPage:
    """Return the addresses that answer for a deployment."""
    deployment, found = await reader.read(parts.endpoints, id, at=at)
    url = _endpoint_url(deployment, _base_url(request, address))
    return EndpointPage(items=[_endpoint(endpoint, url) for endpoint in found], total=len(found))


async def _answer(
    written: Deployment, request: Request, response: Response, access: Access, address: ServerAddress
) -> DeploymentView:
    ready = await access.read(queries.ready_count, written.id)
    set_etag(response, written.version)
    return _view(Listed(written, ready), _base_url(request, address))


def _base_url(request: Request, address: ServerAddress) -> str:
    return (address.public_url or str(request.base_url)).rstrip("/")


def _endpoint_url(deployment: Deployment, base: str) -> str:
    return f"{base}/serve/{deployment.project}/{deployment.name}"


def _view(listed: Listed, base: str) -> DeploymentView:
    deployment = listed.deployment
    values = deployment.model_dump(exclude={"replicas", "model_id", "stop_requested"})
    numbers = ReplicaNumbers(desired=deployment.replicas, ready=listed.ready)
    return DeploymentView(**values, replicas=numbers, endpoint=_endpoint_url(deployment, base))


def _endpoint(endpoint: Endpoint, base: str) -> EndpointView:
    return EndpointView(**endpoint.model_dump(), url=base + endpoint.path)
