"""Reads of the registry, live and as of a moment."""

from infrastudio.contexts.registry.queries.serving import NotKeptHere, Servable, servable

__all__ = ["NotKeptHere", "Servable", "servable"]
