"""Small files as people upload them."""

from __future__ import annotations

import io

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"


def image(kind: str = "PNG") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(kept, kind)
    return kept.getvalue()
