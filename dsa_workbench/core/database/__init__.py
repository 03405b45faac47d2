"""The one way to Postgres."""

from dsa_workbench.core.database.pool import Database
from dsa_workbench.core.database.slow import without_literals
from dsa_workbench.core.database.translation import translate

__all__ = ["Database", "translate", "without_literals"]
