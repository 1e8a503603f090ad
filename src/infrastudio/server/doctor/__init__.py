"""Looks at everything a server needs before it starts, and says in words what is wrong and what to type."""

from infrastudio.server.doctor.check import Check
from infrastudio.server.doctor.examination import examine

__all__ = ["Check", "examine"]
