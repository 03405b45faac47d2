"""The same verbs over HTTP: a workbench whose store is behind a server."""

from dsa_workbench.remote.remote import RemoteWorkbench, connect_http

__all__ = ["RemoteWorkbench", "connect_http"]
