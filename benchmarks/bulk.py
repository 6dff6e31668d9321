"""Certificates by the thousand: printed and sealed in two processes, at what pace, and with how much memory.

``python -m benchmarks.bulk`` makes a sample of 600 and works out the time for 5,000; ``--count 5000`` makes all.
The sample tells of the whole only if the last quarter costs what the second did and memory has stopped growing: both
are printed, and a run in which they do not hold fails. CPU time is counted, so a busy machine matters less.

Names are short and long, with and without accents, in two scripts: pages of many shapes, as a real list has them.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from string import ascii_uppercase
from time import perf_counter, process_time

from benchmarks.certificate import Signed, designed, peak_megabytes, sample
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate

PROCESSES = 2
QUARTERS = 4
FIRST = ("Ana", "Elena M.", "Zoë", "Maximiliane", "Jo", "Łukasz", "Oluwaseun", "Mary-Ann", "Ngọc Anh", "Олександр")
LAST = (
    "Li",
    "Vasquez",
    "de la Fuente",
    "Åström-Ñúñez",
    "Hernández-Villanueva",
    "O’Connell",
    "Smith",
    "Wiśniewski",
    "Ko",
)
WHOLE = 5000
SAMPLE = 600
STEADY = 1.25
"""The last quarter may cost so many times the second: what a shared machine blurs."""
GROWTH = 8.0
"""Megabytes that a process may grow after its first quarter."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process did. ``cpu`` seconds and ``peak`` megabytes by quarter."""

    size: int
    start: float
    cpu: tuple[float, ...]
    peak: tuple[float, ...]

    @property
    def growth(self) -> float:
        return self.peak[-1] - self.peak[0]


def person(number: int) -> Certificate:
    """The certificate of one of many learners."""
    name = f"{FIRST[number % len(FIRST)]} {LAST[number // 3 % len(LAST)]} {ascii_uppercase[number % 26]}."
    return designed(sample(number, name))


def print_share(part: int, count: int) -> Share:
    """Every certificate whose turn it is. ``start``: CPU seconds before the first of them."""
    signed, numbers, size = Signed(CertificateRenderer()), range(part, count, PROCESSES), 0
    signed.render(person(count + part))
    start, cpu, peak = process_time(), list[float](), list[float]()
    for quarter in range(QUARTERS):
        before = process_time()
        for number in numbers[len(numbers) * quarter // QUARTERS : len(numbers) * (quarter + 1) // QUARTERS]:
            size += len(signed.render(person(number)))
        cpu.append(process_time() - before)
        peak.append(peak_megabytes())
    return Share(size, start, tuple(cpu), tuple(peak))


def run(count: int) -> bool:
    """Make them, print what it took, and say whether it was steady and flat."""
    begun = perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        shares = list(pool.map(print_share, range(PROCESSES), [count] * PROCESSES))
    wall = perf_counter() - begun
    each = sum(sum(share.cpu) for share in shares) / count
    start = max(share.start for share in shares)
    print(f"{count} certificates printed and sealed in two processes: {wall:.0f} s")
    print(f"  {_kilobytes(shares, count):.0f} KB each")
    print(f"  {each * 1000:.1f} ms CPU each, {start:.1f} s to start")
    print(f"  {WHOLE} on two cores that do nothing else: {start + each * WHOLE / PROCESSES:.0f} s")
    pace = sum(share.cpu[-1] for share in shares) / sum(share.cpu[1] for share in shares)
    print(f"  the last quarter costs {pace:.2f} times the second")
    for share in shares:
        print(f"  peak RSS {share.peak[0]:.0f} MB after the first quarter, {share.peak[-1]:.0f} MB at the end")
    return pace <= STEADY and all(share.growth <= GROWTH for share in shares)


def _kilobytes(shares: list[Share], count: int) -> float:
    return sum(share.size for share in shares) / count / 1024


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=SAMPLE)
    if run(max(PROCESSES * QUARTERS, parser.parse_args().count)):
        return 0
    print("This run was not steady or not flat: it says nothing of more certificates.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
