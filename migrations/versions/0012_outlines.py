"""Lists read outlines, not documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The rows that are there. What is left empty, because a document has no day yet, is read from the document.
_POSTGRESQL = """
UPDATE activity SET outline = jsonb_build_object('of', version, 'is', jsonb_build_object(
    'format', body->'format', 'released_on', body->'released_on', 'expires_on', body->'expires_on',
    'reviewed_on', body->'reviewed_on', 'time_zone', body->'time_zone'))
FROM (SELECT activity_id, number, definition->'body' AS body FROM activity_version) AS newest
WHERE newest.activity_id = activity.id AND newest.number = activity.version
"""
_SQLITE = """
UPDATE activity SET outline = (SELECT json_object('of', number, 'is', json_object(
    'format', json_extract(definition, '$.body.format'),
    'released_on', json_extract(definition, '$.body.released_on'),
    'expires_on', json_extract(definition, '$.body.expires_on'),
    'reviewed_on', json_extract(definition, '$.body.reviewed_on'),
    'time_zone', json_extract(definition, '$.body.time_zone')))
FROM activity_version WHERE activity_id = activity.id AND number = activity.version)
"""


def upgrade() -> None:
    for table in ("activity", "activity_plan"):
        op.add_column(table, sa.Column("outline", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))
    op.execute(_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE)


def downgrade() -> None:
    for table in ("activity", "activity_plan"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("outline")
