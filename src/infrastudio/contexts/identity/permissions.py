"""The one table of who may do what: right by weakest role that has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from infrastudio.kernel.actor import Actor

Role = Literal["guest", "viewer", "developer", "operator", "admin"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Weakest first."""

PERMISSIONS: Final[dict[str, Role]] = {
    "approvals.decide": "operator",
    "approvals.read": "viewer",
    "approvals.write": "developer",
    "datasets.read": "viewer",
    "datasets.write": "developer",
    "deployments.read": "viewer",
    "deployments.write": "operator",
    "events.read": "viewer",
    "experiments.read": "viewer",
    "experiments.write": "developer",
    "inference.call": "viewer",
    "instances.read": "viewer",
    "instances.write": "operator",
    "operations.read": "viewer",
    "operations.write": "operator",
    "projects.read": "guest",
    "projects.write": "admin",
    "registry.read": "viewer",
    "registry.write": "developer",
    "runs.read": "viewer",
    "runs.write": "developer",
    "search.read": "viewer",
    "tokens.read": "developer",
    "tokens.write": "developer",
    "traces.read": "viewer",
    "traces.write": "developer",
    "training.read": "viewer",
    "training.write": "developer",
    "views.read": "viewer",
    "views.write": "developer",
}
"""Every right there is. A stronger role has all rights of the weaker ones."""

EVENTS_READ: Final = "events.read"

ENTITY_RIGHTS: Final[Mapping[str, str]] = {
    "approval": "approvals.read",
    "artifact": "runs.read",
    "assessment": "traces.read",
    "deployment": "deployments.read",
    "endpoint": "deployments.read",
    "evaluation_dataset": "datasets.read",
    "evaluation_record": "datasets.read",
    "experiment": "experiments.read",
    "instance": "instances.read",
    "job": "training.read",
    "logged_model": "registry.read",
    "model": "registry.read",
    "model_version": "registry.read",
    "project": "projects.read",
    "replica": "deployments.read",
    "run": "runs.read",
    "saved_view": "views.read",
    "token": "tokens.read",
}
"""The right to read each kind of entity: whoever sees it through its events or by search needs it too, so that nobody
reads tokens by way of the ledger."""

JOB_RIGHTS: Final = frozenset(
    {
        "datasets.read",
        "datasets.write",
        "experiments.read",
        "experiments.write",
        "registry.read",
        "registry.write",
        "runs.read",
        "runs.write",
        "traces.read",
        "traces.write",
        "training.read",
    }
)
"""What the token of a training job may do, in its own project only. It changes its own run and what the job made, and
only adds to the rest of the project."""

REPLICA_RIGHTS: Final = frozenset({"registry.read", "runs.read"})
"""What the token of a replica may do, in its own project only."""


def may_read_events(actor: Actor, entity: str, project_id: str) -> bool:
    """May the actor see events of this kind of entity in this project?"""
    return actor.may(EVENTS_READ, project_id) and actor.may(ENTITY_RIGHTS.get(entity, EVENTS_READ), project_id)


def rights_of(role: Role) -> frozenset[str]:
    """Return all rights of a role."""
    strength = ROLES.index(role)
    return frozenset(right for right, weakest in PERMISSIONS.items() if ROLES.index(weakest) <= strength)
