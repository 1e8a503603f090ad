"""What every `api.py` takes from a request; knows no context."""

from infrastudio.http.access import Access, WriteAccess, appends, reads, writes
from infrastudio.http.address import ServerAddress
from infrastudio.http.dependencies import Caller, ProjectParameter, resource
from infrastudio.http.etag import IfMatch, IfNoneMatch, etag, set_etag, unless_known
from infrastudio.http.location import set_location
from infrastudio.http.moments import AsOf
from infrastudio.http.pagination import PageParameters, page_parameters
from infrastudio.http.query_names import name_ignored
from infrastudio.http.unchanged import declare_from_ledger, from_ledger

__all__ = [
    "Access",
    "AsOf",
    "Caller",
    "IfMatch",
    "IfNoneMatch",
    "PageParameters",
    "ProjectParameter",
    "ServerAddress",
    "WriteAccess",
    "appends",
    "declare_from_ledger",
    "etag",
    "from_ledger",
    "name_ignored",
    "page_parameters",
    "reads",
    "resource",
    "set_etag",
    "set_location",
    "unless_known",
    "writes",
]
