#!/usr/bin/env bash
# Writes the hashed lock files from requirements/*.in. No index address ends up in them.
# Usage: scripts/lock.sh [--upgrade]      (UV=<path> chooses another uv)
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.state/venv/bin/uv}
if [ ! -x "$uv" ]; then
    uv=$(command -v uv) || { echo "lock: no uv found. Run 'make test-env' first, or set UV=<path to uv>." >&2; exit 1; }
fi

python=3.11
lock() {
    name=$1
    shift
    echo "lock: requirements/$name.in -> requirements/$name.txt"
    "$uv" pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --python-version "$python" --python-platform x86_64-manylinux_2_28 \
        "requirements/$name.in" --output-file "requirements/$name.txt" "$@"
}

lock tool requirements/build.in "$@"
lock test --constraint requirements/tool.txt "$@"
lock peers "$@"
lock workbench "$@"
lock workbench-oldest "$@"
python=3.12
lock workbench-newest "$@"
