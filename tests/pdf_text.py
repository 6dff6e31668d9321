"""Words of a PDF as a reader sees them, taken out by poppler's ``pdftotext``."""

from __future__ import annotations

import subprocess


def pdf_text(body: bytes, page: int | None = None) -> str:
    """All pages, or one (from 1)."""
    which = ["-f", str(page), "-l", str(page)] if page else []
    command = ["pdftotext", *which, "-layout", "-", "-"]
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()
