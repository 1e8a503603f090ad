"""Changes of the schema, oldest first: expand first, contract a release later."""

from infrastudio.migrations.upgrade import LATEST, SchemaTooNew, UnknownSchema, upgrade

__all__ = ["LATEST", "SchemaTooNew", "UnknownSchema", "upgrade"]
