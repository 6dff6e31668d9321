"""Links to transcripts that can be called back; letters that wait for a restriction; the log of all certificates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_LINK = "transcript_link"
_NOW = "coalesce(current_setting('cme.provider', true), '')"
_MOMENT = sa.DateTime(timezone=True)
_MAIL = (
    sa.Column("learner_id", sa.String(length=32), nullable=True),
    sa.Column("certificate_id", sa.String(length=32), nullable=True),
    sa.Column("worth_until", _MOMENT, nullable=True),
    sa.Column("tried_since", _MOMENT, nullable=True),
)
"""Without foreign keys: letters outlive what they are about."""


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_LINK}_{column}"))


def upgrade() -> None:
    op.create_table(
        _LINK,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        _to("provider_id", "provider"),
        _to("learner_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript_link")),
    )
    for column in ("provider_id", "learner_id", "expires_at"):
        op.create_index(op.f(f"ix_{_LINK}_{column}"), _LINK, [column])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {_LINK} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {_LINK} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_provider ON {_LINK} USING ({_NOW} IN ('', provider_id))")
    for column in _MAIL:
        op.add_column("mail", column)
    op.create_index(op.f("ix_mail_certificate_id"), "mail", ["certificate_id"])
    op.create_index("ix_certificate_provider_number", "certificate", ["provider_id", "number"])


def downgrade() -> None:
    op.drop_index("ix_certificate_provider_number", "certificate")
    op.drop_index(op.f("ix_mail_certificate_id"), "mail")
    for column in reversed(_MAIL):
        op.drop_column("mail", column.name)
    op.drop_table(_LINK)
