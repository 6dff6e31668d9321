"""What holds of every uploaded picture, whichever library reads it and wherever it is shown."""

from __future__ import annotations

from typing import Any


def eight_bit(image: Any) -> Any:
    """A Pillow picture with 8 bits a channel: Pillow makes white of all greys above the 255th of a 16-bit one."""
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L") if image.mode == "I;16" else image
