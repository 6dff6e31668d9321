"""The workbench's table of external ids."""

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("5b7d8a1e-2f0c-4d6e-9a3b-111111111111")


def lti_id(user_id: str) -> str:
    """A stable id for each person, as the platform's table of external ids keeps."""
    return str(uuid.uuid5(NAMESPACE, user_id))
