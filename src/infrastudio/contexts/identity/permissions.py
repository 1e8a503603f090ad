"""The one table of who may do what: right by weakest role that has it."""

from __future__ import annotations

from typing import Final, Literal, get_args

Role = Literal["guest", "viewer", "developer", "operator", "admin"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Weakest first."""

PERMISSIONS: Final[dict[str, Role]] = {
    "deployments.read": "viewer",
    "deployments.write": "operator",
    "events.read": "viewer",
    "experiments.read": "viewer",
    "experiments.write": "developer",
    "inference.call": "viewer",
    "instances.read": "viewer",
    "instances.write": "operator",
    "operations.read": "viewer",
    "projects.read": "guest",
    "projects.write": "admin",
    "registry.read": "viewer",
    "registry.write": "developer",
    "runs.read": "viewer",
    "runs.write": "developer",
    "search.read": "viewer",
    "tokens.read": "developer",
    "tokens.write": "developer",
    "training.read": "viewer",
    "training.write": "developer",
}
"""Every right there is. A stronger role has all rights of the weaker ones."""

JOB_RIGHTS: Final = frozenset(
    {
        "experiments.read",
        "experiments.write",
        "registry.read",
        "registry.write",
        "runs.read",
        "runs.write",
        "training.read",
    }
)
"""What the token of a training job may do, in its own project only."""

REPLICA_RIGHTS: Final = frozenset({"registry.read", "runs.read"})
"""What the token of a replica may do, in its own project only."""


def rights_of(role: Role) -> frozenset[str]:
    """Return all rights of a role."""
    strength = ROLES.index(role)
    return frozenset(right for right, weakest in PERMISSIONS.items() if ROLES.index(weakest) <= strength)
