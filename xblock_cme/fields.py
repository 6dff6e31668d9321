"""Fields whose values travel in exported courses."""

from __future__ import annotations

import json
from typing import Any

from xblock.fields import Dict


class JsonDict(Dict):
    """A ``Dict`` that reads exactly what it wrote. The stock one reads exported values as YAML, which is slow for long
    texts and refuses keys of more than 1024 characters."""

    def from_string(self, serialized: str) -> Any:
        return self.from_json(json.loads(serialized) if serialized else {})

    def to_string(self, value: Any) -> str:
        return json.dumps(self.to_json(value), sort_keys=True, separators=(",", ":"))
