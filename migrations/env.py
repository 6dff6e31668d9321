"""Alembic's entry: uses the connection it is given, with the tool's metadata."""

from __future__ import annotations

from alembic import context

import lti_tool.db.models  # noqa: F401 - fills the metadata
from lti_tool.db.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
