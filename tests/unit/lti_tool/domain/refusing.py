"""Expecting a refusal by its code, whatever its message says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lti_tool.domain.errors import CmeError


@contextmanager
def refuses(kind: type[CmeError], code: str) -> Iterator[pytest.ExceptionInfo[CmeError]]:
    with pytest.raises(kind) as refused:
        yield refused
    assert refused.value.code == code
