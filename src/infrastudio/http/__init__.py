"""What every `api.py` takes from a request; knows no context."""

from infrastudio.http.address import ServerAddress
from infrastudio.http.dependencies import Caller, Db, ProjectParameter, requires, resource
from infrastudio.http.etag import IfMatch, IfNoneMatch, etag, set_etag, unless_known
from infrastudio.http.location import set_location
from infrastudio.http.moments import AsOf
from infrastudio.http.pagination import PageParameters, page_parameters
from infrastudio.http.query_names import name_ignored
from infrastudio.http.repeats import RepeatKey
from infrastudio.http.unchanged import declare_from_ledger, from_ledger

__all__ = [
    "AsOf",
    "Caller",
    "Db",
    "IfMatch",
    "IfNoneMatch",
    "PageParameters",
    "ProjectParameter",
    "RepeatKey",
    "ServerAddress",
    "declare_from_ledger",
    "etag",
    "from_ledger",
    "name_ignored",
    "page_parameters",
    "requires",
    "resource",
    "set_etag",
    "set_location",
    "unless_known",
]
