"""`studio demo`: a fleet with weeks of history, and from an empty folder to a served model, each step for real."""

from infrastudio.cli.demo.story import MODEL, register

__all__ = ["MODEL", "register"]
