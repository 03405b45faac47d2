"""Make room beside a segment for its sketch. Segments that are stored already have none, and are read instead."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMN = """
ALTER TABLE dsa.segments ADD COLUMN sketch bytea;
ALTER TABLE dsa.segments ALTER COLUMN sketch SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    op.execute(COLUMN)
