"""The one way to Postgres."""

from dsa_workbench.core.database.pool import Database
from dsa_workbench.core.database.translation import translate

__all__ = ["Database", "translate"]
