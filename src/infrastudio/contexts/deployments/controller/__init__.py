"""The loop that brings replicas to what deployments want."""

from infrastudio.contexts.deployments.controller.loop import DeploymentController

__all__ = ["DeploymentController"]
