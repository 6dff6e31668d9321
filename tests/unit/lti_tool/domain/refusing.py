"""Expecting a refusal by its code, whatever its message says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from lti_tool.domain.errors import CmeError

E = TypeVar("E", bound=CmeError)


@contextmanager
def refuses(kind: type[E], code: str) -> Iterator[pytest.ExceptionInfo[E]]:
    with pytest.raises(kind) as refused:
        yield refused
    assert refused.value.code == code
