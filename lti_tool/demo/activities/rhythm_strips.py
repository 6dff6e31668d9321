"""Draw the ECG rhythm strips of ``cases-ecg-rhythms.yaml``: ``python rhythm_strips.py`` writes the PNG files beside it.

Each strip is synthesized from the times of its waves, so that every interval on the paper is exact:
25 mm/s, 10 mm/mV, small boxes of 1 mm, 8 seconds of one monitor lead. Waves are sums of Gaussian bells.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SECONDS = 8.0
MM_PER_SECOND, MM_PER_MV = 25, 10
PIXELS_PER_MM = 6
SHARPER = 3
"""Drawn this much larger and then reduced, for smooth lines."""
HEIGHT_MM, BASELINE_MM, MARGIN_MM = 40, 25, 5

PAPER, SMALL_BOX, LARGE_BOX, INK = "#fffafa", "#f7d7d7", "#e9a9a9", "#151515"

Wave = tuple[float, float, float]
"""Center in seconds, width (one standard deviation) in seconds, height in mV."""


def p_wave(onset: float) -> list[Wave]:
    """A sinus P wave of 0.09 s beginning at ``onset``."""
    return [(onset + 0.045, 0.018, 0.18)]


def narrow_qrs(onset: float, qt: float = 0.38, t_height: float = 0.28) -> list[Wave]:
    """A QRS complex of 0.08 s beginning at ``onset``, with its T wave ending at ``qt`` seconds."""
    return [
        (onset + 0.014, 0.006, -0.10),
        (onset + 0.038, 0.010, 1.15),
        (onset + 0.064, 0.008, -0.28),
        (onset + qt - 0.09, 0.036, t_height),
    ]


def wide_qrs(onset: float, duration: float = 0.16, height: float = 1.0, qt: float = 0.46) -> list[Wave]:
    """A wide, notched QRS complex with a T wave in the opposite direction."""
    return [
        (onset + 0.32 * duration, 0.17 * duration, 0.75 * height),
        (onset + 0.66 * duration, 0.16 * duration, height),
        (onset + qt - 0.12, 0.055, -0.38 * height),
    ]


def atrial_fibrillation() -> list[Wave]:
    """No P waves, irregularly irregular narrow QRS, mean rate about 130/min, coarse fibrillatory baseline."""
    chance = random.Random(7)  # noqa: S311 - a drawing
    gaps = [0.40, 0.52, 0.36, 0.61, 0.44, 0.38, 0.57, 0.33, 0.48, 0.66, 0.37, 0.42, 0.55, 0.35, 0.47, 0.62, 0.40, 0.50]
    waves: list[Wave] = []
    at = 0.15
    for gap in gaps:
        waves += narrow_qrs(at, qt=0.30, t_height=0.16)
        at += gap
    at = 0.0
    while at < SECONDS:
        waves.append((at, 0.028, chance.choice((-1, 1)) * chance.uniform(0.02, 0.07)))
        at += chance.uniform(0.05, 0.12)
    return waves


def conducted(
    pp: float, pr: Iterable[float | None], qrs: Callable[[float], list[Wave]], start: float = 0.25
) -> list[Wave]:
    """P waves every ``pp`` seconds; each conducts after its PR interval, or not at all (``None``)."""
    waves: list[Wave] = []
    for index, interval in enumerate(pr):
        at = start + index * pp
        waves += p_wave(at)
        if interval is not None:
            waves += qrs(at + interval)
    return waves


def mobitz_one() -> list[Wave]:
    """4:3 Wenckebach: sinus 75/min, PR 0.18, 0.28, 0.34 s, then a P wave without QRS."""
    return conducted(0.80, [0.18, 0.28, 0.34, None] * 3, lambda at: narrow_qrs(at, qt=0.36))


def mobitz_two() -> list[Wave]:
    """Sinus 80/min, PR 0.16 s throughout, QRS 0.14 s, every third P wave not conducted."""
    return conducted(0.75, [0.16, 0.16, None] * 4, lambda at: wide_qrs(at, duration=0.14, height=0.8, qt=0.42))


def complete_block() -> list[Wave]:
    """P waves 90/min and wide escape complexes 35/min, independent of each other."""
    waves = conducted(60 / 90, [None] * 12, narrow_qrs, start=0.10)
    at = 0.62
    while at < SECONDS:
        waves += wide_qrs(at, duration=0.16, height=0.95, qt=0.50)
        at += 60 / 35
    return waves


def narrow_tachycardia() -> list[Wave]:
    """Regular narrow QRS at 188/min (0.32 s), no P waves to be seen."""
    return [wave for index in range(26) for wave in narrow_qrs(0.05 + index * 0.32, qt=0.27, t_height=0.18)]


def wide_tachycardia() -> list[Wave]:
    """Regular QRS of 0.16 s at 167/min (0.36 s)."""
    return [wave for index in range(23) for wave in wide_qrs(0.05 + index * 0.36, height=1.05, qt=0.34)]


Note = tuple[float, str]
"""Time in seconds at which a word is centered above the trace."""


def lengthening_pr() -> list[Wave]:
    """For teaching: 5:4 Wenckebach, sinus 80/min."""
    return conducted(0.75, [0.20, 0.28, 0.32, 0.34, None] * 3, lambda at: narrow_qrs(at, qt=0.36))


def constant_pr() -> list[Wave]:
    """For teaching: Mobitz type II, 4:3, sinus 75/min, PR 0.18 s, QRS 0.13 s."""
    return conducted(0.80, [0.18, 0.18, 0.18, None] * 3, lambda at: wide_qrs(at, duration=0.13, height=0.75, qt=0.42))


LENGTHENING_NOTES: list[Note] = [
    (0.35, "0.20 s"), (1.14, "0.28 s"), (1.91, "0.32 s"), (2.67, "0.34 s"), (3.29, "no QRS"),
    (4.10, "0.20 s"), (4.89, "0.28 s"), (5.66, "0.32 s"), (6.42, "0.34 s"), (7.04, "no QRS"),
]  # fmt: skip
CONSTANT_NOTES: list[Note] = [
    (0.34, "0.18 s"), (1.14, "0.18 s"), (1.94, "0.18 s"), (2.69, "no QRS"),
    (3.54, "0.18 s"), (4.34, "0.18 s"), (5.14, "0.18 s"), (5.89, "no QRS"), (6.74, "0.18 s"), (7.54, "0.18 s"),
]  # fmt: skip

STRIPS: dict[str, Callable[[], list[Wave]]] = {
    "strip-1.png": atrial_fibrillation,
    "strip-2.png": mobitz_one,
    "strip-3.png": mobitz_two,
    "strip-4.png": complete_block,
    "strip-5.png": narrow_tachycardia,
    "strip-6.png": wide_tachycardia,
}
"""For questions. File names say nothing about the rhythm: a learner can read them in the address."""


TEACHING: dict[str, tuple[Callable[[], list[Wave]], list[Note]]] = {
    "lengthening-pr.png": (lengthening_pr, LENGTHENING_NOTES),
    "constant-pr.png": (constant_pr, CONSTANT_NOTES),
}


def millivolts(waves: list[Wave], at: float) -> float:
    """The sum of all waves near ``at`` seconds."""
    return sum(
        height * math.exp(-(((at - center) / width) ** 2) / 2)
        for center, width, height in waves
        if abs(at - center) < 5 * width
    )


def _grid(draw: ImageDraw.ImageDraw, width_mm: int, scale: int) -> None:
    for step, color, weight in ((1, SMALL_BOX, SHARPER), (5, LARGE_BOX, 2 * SHARPER)):
        for mm in range(0, width_mm + 1, step):
            draw.line([(mm * scale, 0), (mm * scale, HEIGHT_MM * scale)], fill=color, width=weight)
        for mm in range(0, HEIGHT_MM + 1, step):
            draw.line([(0, mm * scale), (width_mm * scale, mm * scale)], fill=color, width=weight)


def _trace(waves: list[Wave], scale: int) -> list[tuple[float, float]]:
    points = int(SECONDS * 1000)
    return [
        (
            (MARGIN_MM + MM_PER_SECOND * index / 1000) * scale,
            (BASELINE_MM - MM_PER_MV * millivolts(waves, index / 1000)) * scale,
        )
        for index in range(points + 1)
    ]


def _write(draw: ImageDraw.ImageDraw, notes: list[Note], scale: int) -> None:
    font = ImageFont.load_default(size=2.6 * scale)
    for at, words in notes:
        draw.text(((MARGIN_MM + MM_PER_SECOND * at) * scale, 6 * scale), words, fill=INK, font=font, anchor="mm")


def drawing(waves: list[Wave], notes: list[Note] | None = None) -> Image.Image:
    """One strip on ECG paper, 1260 by 240 pixels, with words above the waves if there are ``notes``."""
    width_mm = int(SECONDS * MM_PER_SECOND) + 2 * MARGIN_MM
    scale = PIXELS_PER_MM * SHARPER
    image = Image.new("RGB", (width_mm * scale, HEIGHT_MM * scale), PAPER)
    draw = ImageDraw.Draw(image)
    _grid(draw, width_mm, scale)
    draw.line(_trace(waves, scale), fill=INK, width=2 * SHARPER, joint="curve")
    _write(draw, notes or [], scale)
    label = ImageFont.load_default(size=3 * scale)
    draw.text((MARGIN_MM * scale, (HEIGHT_MM - 4) * scale), "II   25 mm/s   10 mm/mV", fill=INK, font=label)
    return image.resize((image.width // SHARPER, image.height // SHARPER), Image.Resampling.LANCZOS)


def main() -> None:
    """Write all strips."""
    drawings = {name: drawing(waves()) for name, waves in STRIPS.items()}
    drawings |= {name: drawing(waves(), notes) for name, (waves, notes) in TEACHING.items()}
    for name, image in drawings.items():
        palette = image.quantize(colors=128)
        palette.save(Path(__file__).with_name(name), optimize=True)


if __name__ == "__main__":
    main()
