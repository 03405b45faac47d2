"""Ids of pages, manifests, trees and commits: BLAKE3 over the object's kind and its stored bytes."""

from __future__ import annotations

from blake3 import blake3

from dsa_workbench.core.model.ids import ObjectId


def object_id(kind: str, body: bytes) -> ObjectId:
    """Hash an object; `kind` is page, manifest, tree or commit."""
    return ObjectId(blake3(f"dsa {kind} 1\n".encode()).update(body).digest())
