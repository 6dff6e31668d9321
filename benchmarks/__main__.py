"""``python -m benchmarks [name …]``: every benchmark, or those that are named."""

from __future__ import annotations

import subprocess
import sys

PARTS = (
    "launch",
    "certificate",
    "bulk",
    "post_test",
    "questions",
    "lists",
    "drain",
    "letters",
    "scale",
    "memory",
    "block",
)
"""In order. Each is a module of its own with options of its own (``--help``) and gets a process of its own."""


def main() -> int:
    """Run the parts; an unknown name is refused before anything runs."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    status = 0
    for name in wanted:
        print(f"\n== {name} ==", flush=True)
        status = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode or status
    return status


if __name__ == "__main__":
    sys.exit(main())
