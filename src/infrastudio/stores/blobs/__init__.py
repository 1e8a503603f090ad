"""Blobs by sha256: in a folder or in memory, behind one interface."""

from infrastudio.stores.blobs.folder import FolderBlobStore
from infrastudio.stores.blobs.memory import MemoryBlobStore
from infrastudio.stores.blobs.store import Blob, BlobCorrupt, BlobNotFound, BlobStore, Chunks

__all__ = [
    "Blob",
    "BlobCorrupt",
    "BlobNotFound",
    "BlobStore",
    "Chunks",
    "FolderBlobStore",
    "MemoryBlobStore",
]
